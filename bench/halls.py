"""One room full of members, at each server that is measured: Fenbo, the bare handler, Centrifugo."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from bench.connection import connect
from bench.member import Member, join
from bench.peers import centrifugo
from bench.people import viewer_cookie
from bench.servers import bare, fenbo

ROOM = "hall"
VIEWERS = 100  # of Fenbo's members; each has so many windows open
TALKATIVE = {
    "FENBO_ROOMS__CHAT_PER_SECOND": "1000",
    "FENBO_ROOMS__CHAT_BURST": "10000",
    "FENBO_ROOMS__MEMBERS_PER_VIEWER_MAX": "1000",
}
HELLO: dict[str, object] = {"type": "hello", "room_since": None, "show_since": None}
WAIT_SECONDS_MAX = 60.0


@dataclass(frozen=True, slots=True)
class Hall:
    """A server that is up. `enter` fills its room with so many members; `say` says a line (its id, its text)."""

    pid: int
    enter: Callable[[int], Awaitable[list[Member]]]
    say: Callable[[Member, str, str], None]


def make_room(environment: dict[str, str]) -> None:
    """A merchant with one room and nothing else: no show is on."""
    command = [sys.executable, "-m", "signaling", "merchant", "add", "Bench", "--room", ROOM]
    subprocess.run(command, env={**os.environ, **environment}, check=True, stdout=subprocess.DEVNULL)


async def enter_fenbo(http: str, count: int) -> list[Member]:
    """Members of a node, VIEWERS people at most, each with a welcome and a snapshot."""
    connection = await connect(http)
    cookies = [await viewer_cookie(connection, ROOM) for _ in range(min(VIEWERS, count))]
    connection.close()
    members = []
    for n in range(count):
        members.append(await join(f"{http.replace('http', 'ws')}/r/{ROOM}/ws", cookies[n % len(cookies)]))
        members[-1].say(HELLO)
    await until(lambda: all(member.others >= 2 for member in members))
    return members


def say(member: Member, name: str, text: str) -> None:
    """As Fenbo and the bare handler take it."""
    member.say({"type": "chat", "id": name, "text": text})


@contextmanager
def our_hall() -> Iterator[Hall]:
    with tempfile.TemporaryDirectory() as data:
        environment = {"FENBO_DATA_DIR": data, **TALKATIVE}
        make_room(environment)
        with fenbo(verb="serve", **environment) as addresses:
            yield Hall(addresses["pid"], lambda count: enter_fenbo(addresses["http"], count), say)


@contextmanager
def bare_hall() -> Iterator[Hall]:
    with bare("chat") as addresses:
        url = addresses["http"].replace("http", "ws") + "/ws"

        async def enter(count: int) -> list[Member]:
            return [await join(url) for _ in range(count)]

        yield Hall(addresses["pid"], enter, say)


@contextmanager
def centrifugo_hall() -> Iterator[Hall | None]:
    """None where there is no Go to build it with."""
    with ExitStack() as stack:
        try:
            pid, url = stack.enter_context(centrifugo.running())
        except FileNotFoundError:
            print("no row of Centrifugo's: it is built with Go, and there is none here", flush=True)
            pid, url = 0, ""

        async def enter(count: int) -> list[Member]:
            return [await centrifugo.enter(url) for _ in range(count)]

        yield Hall(pid, enter, centrifugo.say) if pid else None


class Behind(Exception):
    """A server did not deliver everything in time."""


async def until(condition: Callable[[], bool], seconds_max: float = WAIT_SECONDS_MAX) -> None:
    """Waits for what has to come; it is no measurement otherwise: Behind."""
    deadline = time.monotonic() + seconds_max
    while not condition():
        if time.monotonic() >= deadline:
            raise Behind("not everything came")
        await asyncio.sleep(0.02)
