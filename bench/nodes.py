"""Two nodes on one Redis: how late a line said on one is read on the other."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.connection import connect
from bench.member import Member, join
from bench.people import viewer_cookie
from bench.report import Row
from bench.servers import fenbo

ROOM = "hall"
LINES = 2_000
LINES_PER_SECOND = 100
WAIT_SECONDS_MAX = 30.0
TALKATIVE = {"FENBO_ROOMS__CHAT_PER_SECOND": "1000", "FENBO_ROOMS__CHAT_BURST": "10000"}


@contextmanager
def redis() -> Iterator[str]:
    """The URL of a redis-server of its own, which keeps nothing."""
    with tempfile.TemporaryDirectory() as folder:
        options = ["--port", "0", "--unixsocket", "redis.sock", "--save", "", "--appendonly", "no"]
        process = subprocess.Popen(["redis-server", *options], cwd=folder, stdout=subprocess.DEVNULL)
        try:
            deadline = time.monotonic() + WAIT_SECONDS_MAX
            while not (Path(folder) / "redis.sock").exists():
                assert time.monotonic() < deadline, "redis-server did not start"
                time.sleep(0.02)
            yield f"unix://{folder}/redis.sock"
        finally:
            process.terminate()
            process.wait()


async def enter(http: str) -> Member:
    connection = await connect(http)
    member = await join(f"{http.replace('http', 'ws')}/r/{ROOM}/ws", await viewer_cookie(connection, ROOM))
    connection.close()
    member.say({"type": "hello", "room_since": None, "show_since": None})
    await _until(lambda: member.others >= 2)
    return member


async def _until(condition) -> None:
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while not condition():
        assert time.monotonic() < deadline, "not everything came"
        await asyncio.sleep(0.005)


async def rows() -> list[Row]:
    with redis() as url, tempfile.TemporaryDirectory() as data:
        shared = {"FENBO_REDIS__URL": url, "FENBO_DATA_DIR": data, "FENBO_ROOMS__GATHER_MS": "1", **TALKATIVE}
        make_room(shared)
        with fenbo(verb="serve", **shared) as one, fenbo(verb="serve", **shared) as other:
            return [await measure(one["http"], other["http"])]


def make_room(environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "signaling", "merchant", "add", "Bench", "--room", ROOM]
    subprocess.run(command, env={**os.environ, **environment}, check=True, stdout=subprocess.DEVNULL)


async def measure(one: str, other: str) -> Row:
    speaker, listener = await enter(one), await enter(other)
    late: list[float] = []

    def heard(payload: bytearray) -> None:
        said_at = int(payload.rpartition(b'"id":"line-')[2].partition(b'"')[0])
        late.append((time.monotonic_ns() - said_at) / 1e6)

    listener.on_line = heard
    started = time.monotonic()
    for n in range(LINES):
        await asyncio.sleep(max(0.0, started + n / LINES_PER_SECOND - time.monotonic()))
        speaker.say({"type": "chat", "id": f"line-{time.monotonic_ns()}", "text": f"line {n}"})
    await _until(lambda: len(late) == LINES)
    late.sort()
    how = f"{LINES_PER_SECOND} lines a second, gather_ms=1 (40 by default), loopback"
    more = {"p50": round(late[LINES // 2], 1)}
    return Row("two nodes on Redis, p99", "ms from said to read", late[int(LINES * 0.99)], how=how, more=more)
