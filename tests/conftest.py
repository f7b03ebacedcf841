"""What tests share: the loop is watched for blocking calls, and there is a real server to be had.

`start_server` runs `fenbo` in a process of its own on free ports; `wait_until` waits for a condition, not for a time.
"""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from blockbuster import blockbuster_ctx
from hypothesis import HealthCheck, settings

PACKAGES = ["relay", "signaling", "commerce", "config"]
FREE_PORTS = {"FENBO_HTTP__HOST": "127.0.0.1", "FENBO_RTMP__HOST": "127.0.0.1", "FENBO_RTMP__TLS_PORT": "0"} | {
    f"FENBO_{section}__PORT": "0" for section in ("HTTP", "RTMP", "WEBRTC")
}
START_SECONDS_MAX = 100.0  # a guard against hanging: starting takes two or three seconds of CPU, and may have to share
STOP_SECONDS_MAX = 40.0
WAIT_SECONDS_MAX = 40.0


def pytest_configure() -> None:
    """No test depends on how fast the machine is, nor do hypothesis's own checks."""
    settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("unhurried")


@pytest.fixture(autouse=True)
def blocking_calls_raise() -> Iterator[None]:
    """A blocking call on the event loop with any of our code on the stack fails the test."""
    with blockbuster_ctx(scanned_modules=PACKAGES):
        yield


def wait_for(condition: Callable[[], Any], what: str, seconds_max: float = WAIT_SECONDS_MAX) -> Any:
    """Asks until the answer is true and returns it; an AssertionError naming `what` after `seconds_max`."""
    deadline = time.monotonic() + seconds_max
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"{what}: not within {seconds_max} s"
        time.sleep(0.01)
    return answer


@pytest.fixture(scope="session")
def wait_until() -> Callable[..., Any]:
    """`wait_until(condition, what, seconds_max)`, for tests that watch another process."""
    return wait_for


class Server:
    """A `fenbo` process (`serve` or `demo`) and what it wrote into its addresses file."""

    def __init__(self, folder: Path, arguments: list[str], environment: dict[str, str]) -> None:
        self.folder = folder
        self.data_dir = folder / "data"
        self._arguments = arguments
        self._environment = {**os.environ, **FREE_PORTS, "FENBO_DATA_DIR": str(self.data_dir), **environment}
        self._process: subprocess.Popen[bytes] | None = None
        self.addresses: dict[str, Any] = {}

    @property
    def http(self) -> str:
        return str(self.addresses["http"])

    @property
    def pid(self) -> int:
        """The serving process: for `demo` a child of the one that was started."""
        return int(self.addresses["pid"])

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text("utf-8")

    def start(self) -> "Server":
        """Returns when everything listens. Also starts again what was killed, on the same data."""
        file = self.folder / "addresses.json"
        file.unlink(missing_ok=True)
        command = [sys.executable, "-m", "signaling", *self._arguments, "--addresses", str(file)]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, env=self._environment, stdout=log, stderr=log, cwd=self.folder)
        self.addresses = wait_for(lambda: self._read(file), "the addresses file", START_SECONDS_MAX)
        return self

    def _read(self, file: Path) -> dict[str, Any] | None:
        assert self._process is not None
        assert self._process.poll() is None, f"it ended with {self._process.returncode}:\n{self.log[-4000:]}"
        return json.loads(file.read_text("utf-8")) if file.exists() else None

    def kill(self) -> None:
        """kill -9: nothing is said, nothing is flushed."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """Ctrl-C; the exit status."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        try:
            return self._process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"did not stop within {STOP_SECONDS_MAX} s:\n{self.log[-4000:]}") from None

    def get(self, path: str) -> bytes:
        with urllib.request.urlopen(self.http + path, timeout=WAIT_SECONDS_MAX) as answer:
            return bytes(answer.read())

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None


StartServer = Callable[..., Server]


@pytest.fixture(scope="session")
def start_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartServer]:
    """`start_server("serve", FENBO_...="...")`; with `prepared=folder` on data that is already there."""
    servers: list[Server] = []

    def start(*arguments: str, prepared: Path | None = None, **environment: str) -> Server:
        folder = prepared or tmp_path_factory.mktemp("server")
        servers.append(Server(folder, list(arguments or ["serve"]), environment))
        return servers[-1].start()

    yield start
    for server in servers:
        if server.running:
            server.stop()
