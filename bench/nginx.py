"""The shipped edge in a real nginx before a node: for the benches in plain text, for tests with TLS."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CONF = Path(__file__).parent.parent / "config" / "deploy" / "nginx-edge.conf"
START_SECONDS_MAX = 10.0
MAIN = """
daemon off; {user} worker_processes 1; pid {folder}/pid; error_log {folder}/error.log warn;
events {{ worker_connections 8192; }}
http {{
    access_log off; include {folder}/edge.conf;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
}}
"""


@dataclass(frozen=True, slots=True)
class Nginx:
    """An edge that runs; `certificate` is what clients must trust when it speaks TLS."""

    url: str
    certificate: Path


def configured(folder: Path, origin: int, port: int, *, tls: bool, open_to_all: bool) -> str:
    """The file as it is shipped, with what is marked HERE changed."""
    text = CONF.read_text("utf-8")
    changes = {
        "127.0.0.1:8080": f"127.0.0.1:{origin}",
        "/var/cache/nginx/fenbo": f"{folder}/cache",
        "listen 443 ssl http2": f"listen 127.0.0.1:{port} {'ssl http2' if tls else ''}",
        "/etc/nginx/fenbo-certificate": f"{folder}/certificate",
        "$fenbo_open { default 1; }": f"$fenbo_open {{ default {int(open_to_all)}; }}",
    }
    for shipped, changed in changes.items():
        assert text.count(shipped) == 1, shipped
        text = text.replace(shipped, changed)
    return text


@contextmanager
def edge(folder: Path, origin: int, *, tls: bool = False, open_to_all: bool = True) -> Iterator[Nginx]:
    """nginx before the node on that port of this machine. `folder` is its own."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = int(one.getsockname()[1])
    _certify(folder)
    (folder / "certificate").write_text(f"ssl_certificate {folder}/crt; ssl_certificate_key {folder}/key;", "utf-8")
    (folder / "edge.conf").write_text(configured(folder, origin, port, tls=tls, open_to_all=open_to_all), "utf-8")
    user = "user root;" if os.geteuid() == 0 else ""  # else it would not be let into the folder
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder, user=user), "utf-8")
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program is not None, "nginx is not installed"
    process = subprocess.Popen([program, "-e", f"{folder}/error.log", "-p", str(folder), "-c", f"{folder}/nginx.conf"])
    try:
        _wait(process, port, folder)
        yield Nginx(f"{'https' if tls else 'http'}://127.0.0.1:{port}", folder / "crt")
    finally:
        process.terminate()
        process.wait(10)


def _certify(folder: Path) -> None:
    kind = "-x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
    name = "-subj /CN=localhost -addext subjectAltName=IP:127.0.0.1"
    command = ["openssl", "req", *f"{kind} {name}".split(), "-keyout", f"{folder}/key", "-out", f"{folder}/crt"]
    subprocess.run(command, check=True, capture_output=True)


def _wait(process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert process.poll() is None, (folder / "error.log").read_text("utf-8")
            assert time.monotonic() < deadline, "nginx does not listen"
            time.sleep(0.02)
        else:
            return
