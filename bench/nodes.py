"""Two nodes on one Redis: how late a line said on one is read on the other, and what ten seconds without Redis cost."""

from __future__ import annotations

import asyncio
import json
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.halls import TALKATIVE, enter_fenbo, make_room, until
from bench.member import Member
from bench.report import Row
from bench.servers import fenbo

LINES = 2_000
LINES_PER_SECOND = 100
LISTENERS = 20  # on each node, while Redis is killed
AWAY_SECONDS = 10.0
AWAY_LINES_PER_SECOND = 20
AGAIN_SECONDS = 0.5  # until a refused line is said again
AROUND_SECONDS = 3.0  # of talk before Redis is killed and after it is back


class Redis:
    """A redis-server on a Unix socket in that folder; what it has answered outlives a kill."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)
        self.url = f"unix://{folder}/redis.sock"

    def start(self) -> None:
        options = ["--port", "0", "--unixsocket", "redis.sock", "--save", "", "--appendonly", "yes"]
        self._process = subprocess.Popen(["redis-server", *options], cwd=self._folder, stdout=subprocess.DEVNULL)
        ping = ["redis-cli", "-s", str(self._folder / "redis.sock"), "ping"]
        for _ in range(500):
            if b"PONG" in subprocess.run(ping, capture_output=True, check=False).stdout:
                return
            time.sleep(0.02)
        raise RuntimeError("redis-server did not start")

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@contextmanager
def redis() -> Iterator[Redis]:
    with tempfile.TemporaryDirectory() as folder:
        server = Redis(folder)
        server.start()
        try:
            yield server
        finally:
            server.kill()


async def rows() -> list[Row]:
    with redis() as server, tempfile.TemporaryDirectory() as data:
        shared = {"FENBO_REDIS__URL": server.url, "FENBO_DATA_DIR": data, "FENBO_ROOMS__GATHER_MS": "1", **TALKATIVE}
        make_room(shared)
        with fenbo(verb="serve", **shared) as one, fenbo(verb="serve", **shared) as other:
            late = await measure(one["http"], other["http"])
            return [late, await without_redis(server, one["http"], other["http"])]


async def measure(one: str, other: str) -> Row:
    """A line's way from a member of one node to a member of the other."""
    (speaker,), (listener,) = await enter_fenbo(one, 1), await enter_fenbo(other, 1)
    late: list[float] = []

    def heard(payload: bytearray) -> None:
        said_at = int(payload.rpartition(b'"id":"line-')[2].partition(b'"')[0])
        late.append((time.monotonic_ns() - said_at) / 1e6)

    listener.on_line = heard
    started = time.monotonic()
    for n in range(LINES):
        await asyncio.sleep(max(0.0, started + n / LINES_PER_SECOND - time.monotonic()))
        speaker.say({"type": "chat", "id": f"line-{time.monotonic_ns()}", "text": f"line {n}"})
    await until(lambda: len(late) == LINES)
    speaker.close()
    listener.close()
    late.sort()
    how = f"{LINES_PER_SECOND} lines a second, gather_ms=1 (40 by default), loopback"
    more = {"p50": round(late[LINES // 2], 1)}
    return Row("two nodes on Redis, p99", "ms from said to read", late[int(LINES * 0.99)], how=how, more=more)


class Talk:
    """A speaker who says every line until the room has it, and what each member heard: (text, offset) in order."""

    def __init__(self, speaker: Member, members: list[Member]) -> None:
        self.said: dict[str, float] = {}  # the lines, and when each was said first
        self.refused = 0
        self.heard: list[list[tuple[str, int]]] = [[] for _ in members]
        self._speaker = speaker
        speaker.on_other = self._answered
        for member, heard in zip(members, self.heard, strict=True):
            member.on_line = lambda payload, heard=heard: heard.append(_line(payload))

    def say(self) -> None:
        name = f"line {len(self.said)}"
        self.said[name] = time.monotonic()
        self._say(name)

    def _say(self, name: str) -> None:
        self._speaker.say({"type": "chat", "id": name, "text": name})

    def _answered(self, payload: bytearray) -> None:
        answer: dict[str, Any] = json.loads(payload)
        if answer["type"] == "error" and answer["id"] is not None:
            self.refused += 1
            asyncio.get_running_loop().call_later(AGAIN_SECONDS, self._say, answer["id"])

    @property
    def is_heard(self) -> bool:
        """Every line, by every member."""
        return all(len({text for text, _ in heard}) == len(self.said) for heard in self.heard)

    def faults(self) -> int:
        """Lines that a member misses, has twice, or has in another order than the room's."""
        missed = sum(len(self.said) - len({text for text, _ in heard}) for heard in self.heard)
        twice = sum(count - 1 for heard in self.heard for count in Counter(offset for _, offset in heard).values())
        turned = sum(1 for heard in self.heard if [offset for _, offset in heard] != sorted(o for _, o in heard))
        return missed + twice + turned


def _line(payload: bytearray) -> tuple[str, int]:
    line: dict[str, Any] = json.loads(payload)
    return line["text"], line["offset"]


async def without_redis(server: Redis, one: str, other: str) -> Row:
    """Redis is killed in the middle of a conversation and comes back ten seconds later."""
    members = [*await enter_fenbo(one, LISTENERS), *await enter_fenbo(other, LISTENERS)]
    talk, gone = Talk(members[0], members), asyncio.Event()

    async def speak() -> None:
        while not gone.is_set():
            talk.say()
            await asyncio.sleep(1 / AWAY_LINES_PER_SECOND)

    speaking = asyncio.create_task(speak())
    await asyncio.sleep(AROUND_SECONDS)
    await asyncio.to_thread(server.kill)
    await asyncio.sleep(AWAY_SECONDS)
    await asyncio.to_thread(server.start)
    back = time.monotonic()
    await asyncio.sleep(AROUND_SECONDS)
    gone.set()
    await speaking
    await until(lambda: talk.is_heard)
    more = {"said": len(talk.said), "refused": talk.refused, "whole_after_s": round(time.monotonic() - back, 1)}
    how = f"{len(members)} members on two nodes, {AWAY_LINES_PER_SECOND} lines a second; what was refused is said again"
    for member in members:
        member.close()
    return Row("Redis killed for 10 s", "lines missed, twice or out of order", talk.faults(), how=how, more=more)
