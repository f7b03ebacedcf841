"""Debian's redis-server as tests need it: alone, as a cluster on this machine, and behind a line that goes bad."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

KEEPING = ("--appendonly", "yes", "--appendfsync", "always", "--save", "")  # all that was acknowledged
SLOTS = 16_384
PORTS = range(20_000, 32_000)


class RedisServer:
    """A redis-server on a Unix socket, keeping everything it has acknowledged."""

    cluster = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.socket = folder / "redis.sock"
        self.url = f"unix://{self.socket}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, wait_until: Callable[..., object]) -> None:
        self._process = _start(self._folder, "--port", "0", "--unixsocket", "redis.sock")
        wait_until(lambda: b"PONG" in self("ping"), "redis-server")

    def __call__(self, *command: str) -> bytes:
        """What it answers to a command."""
        return _ask("-s", str(self.socket), *command)

    def kill(self) -> None:
        _kill(self._process)
        self.socket.unlink(missing_ok=True)


class RedisCluster:
    """Three primaries that share the slots."""

    cluster = True

    def __init__(self, folder: Path) -> None:
        self._folders = [folder / name for name in "abc"]
        self._ports = _free_ports(len(self._folders) * 2)
        self.url = f"redis://127.0.0.1:{self._ports[0]}"
        self._processes: dict[int, subprocess.Popen[bytes]] = {}

    def start(self, wait_until: Callable[..., object]) -> None:
        for at, folder in enumerate(self._folders):
            if at not in self._processes:
                fresh = not folder.exists()
                folder.mkdir(exist_ok=True)
                port, cluster_port = self._ports[at * 2 : at * 2 + 2]
                options = ("--port", str(port), "--cluster-enabled", "yes", "--cluster-port", str(cluster_port))
                self._processes[at] = _start(folder, *options, "--cluster-node-timeout", "10000")
                wait_until(lambda at=at: b"PONG" in self.ask(at, "ping"), "redis-server")
                if fresh:
                    self._join(at)
        wait_until(self._is_whole, "the cluster")

    def _join(self, at: int) -> None:
        share = SLOTS // len(self._folders) + 1
        first, last = at * share, min(SLOTS, (at + 1) * share) - 1
        assert b"OK" in self.ask(at, "cluster", "addslotsrange", str(first), str(last))
        assert b"OK" in self.ask(at, "cluster", "set-config-epoch", str(at + 1))
        if at:
            first_ports = [str(port) for port in self._ports[:2]]
            assert b"OK" in self.ask(at, "cluster", "meet", "127.0.0.1", *first_ports)

    def _is_whole(self) -> bool:
        return all(b"cluster_state:ok" in self.ask(at, "cluster", "info") for at in range(len(self._folders)))

    def ask(self, at: int, *command: str) -> bytes:
        """What one of its nodes answers to a command."""
        return _ask("-p", str(self._ports[at * 2]), *command)

    def __call__(self, *command: str) -> bytes:
        """A command to every node; what they answer."""
        return b"".join(self.ask(at, *command) for at in range(len(self._folders)))

    def kill(self) -> None:
        while self._processes:
            _kill(self._processes.popitem()[1])

    def kill_one(self, at: int) -> None:
        _kill(self._processes.pop(at))


class BadLine:
    """A TCP port in front of a server's Unix socket. `mode`: "good", "mute" (takes and never answers) or "garbage".

    `cut()`: the connections that there are stay open and never say anything again, new ones are good.
    """

    def __init__(self, server: RedisServer) -> None:
        self.mode = "good"
        self._cuts = 0
        self._server = server
        self._open: set[asyncio.StreamWriter] = set()
        self._gone = asyncio.Event()

    async def start(self) -> str:
        """Its URL."""
        self._listening = await asyncio.start_server(self._come, "127.0.0.1", 0)
        return f"redis://127.0.0.1:{self._listening.sockets[0].getsockname()[1]}"

    def cut(self) -> None:
        self._cuts += 1

    async def _come(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_unix_connection(str(self._server.socket))
        ends = {writer, there_writer}
        self._open |= ends
        ways = self._pass(reader, there_writer, answers=False), self._pass(there_reader, writer, answers=True)
        await asyncio.gather(*ways, return_exceptions=True)
        self._open -= ends
        for each in ends:
            with contextlib.suppress(OSError):
                await each.wait_closed()
        self._gone.set()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool) -> None:
        cuts = self._cuts
        try:
            while data := await reader.read(65536):
                if answers and self.mode == "garbage":
                    data = b"%7 is no answer\r\n" * 3
                if cuts == self._cuts and not (answers and self.mode == "mute"):
                    writer.write(data)
        finally:
            writer.close()

    async def close(self) -> None:
        self._listening.close()
        while self._open:
            self._gone.clear()
            for writer in self._open:
                writer.close()
            await self._gone.wait()


def _start(folder: Path, *options: str) -> subprocess.Popen[bytes]:
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(["redis-server", *options, *KEEPING], cwd=folder, stdout=log, stderr=log)


def _ask(*arguments: str) -> bytes:
    return subprocess.run(["redis-cli", *arguments], capture_output=True, check=False).stdout


def _kill(process: subprocess.Popen[bytes] | None) -> None:
    assert process is not None
    process.kill()
    process.wait()


def _free_ports(count: int) -> list[int]:
    """From below those that the system gives away, so that nobody's connection takes one before the server does."""
    found: list[int] = []
    while len(found) < count:
        port = random.choice([each for each in PORTS if each not in found])
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            found.append(port)
    return found


# A node that publishes until it is killed: url, whether that is a cluster, stream.
PUBLISHER = """
import asyncio, sys
from signaling.bus import Keep
from signaling.bus_redis import RedisBus

async def main(url, cluster, stream):
    bus = RedisBus.open(url, Keep(5_000, 60, 600), cluster=cluster == "True")
    for n in range(100_000):
        await bus.publish(stream, b'{"n":%d}' % n)

asyncio.run(main(*sys.argv[1:]))
"""
