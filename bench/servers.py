"""The servers that are measured, each a process of its own: Fenbo's demo, and the bare handlers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

START_SECONDS_MAX = 60.0
FREE_PORTS = {f"FENBO_{section}__PORT": "0" for section in ("HTTP", "RTMP", "WEBRTC")} | {
    f"FENBO_{section}__HOST": "127.0.0.1" for section in ("HTTP", "RTMP", "WEBRTC")
}

Addresses = dict[str, Any]


@contextmanager
def fenbo(*arguments: str, verb: str = "demo", module: str = "signaling", **environment: str) -> Iterator[Addresses]:
    """`fenbo demo` (or another verb) on free ports; its addresses. `pid` is the server's own."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "addresses.json"
        command = [sys.executable, "-m", module, verb, "--addresses", str(file), *arguments]
        with _running(command, FREE_PORTS | environment, subprocess.DEVNULL) as process:
            deadline = time.monotonic() + START_SECONDS_MAX
            while not file.exists():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("the demo did not start; run `fenbo demo` to see why")
                time.sleep(0.05)
            yield json.loads(file.read_text("utf-8"))


@contextmanager
def bare(module: str, *arguments: str) -> Iterator[Addresses]:
    """`python -m bench.bare.<module>`, which prints its port first."""
    command = [sys.executable, "-m", f"bench.bare.{module}", *arguments]
    with _running(command, {}, subprocess.PIPE) as process:
        assert process.stdout is not None
        yield {"http": f"http://127.0.0.1:{int(process.stdout.readline())}", "pid": process.pid}


@contextmanager
def _running(command: list[str], environment: dict[str, str], stdout: int) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, stdout=stdout, env={**os.environ, **environment})
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)
