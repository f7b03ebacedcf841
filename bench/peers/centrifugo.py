"""Centrifugo as a chat room: its own engine in memory, one channel, its clients' JSON over WebSocket."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from bench.member import Member, join
from bench.peers import build
from bench.peers.clip import CACHE
from bench.peers.servers import free_ports, wait_for_port

CHANNEL = "hall"
HOW = f"Centrifugo {build.CENTRIFUGO}, engine in memory, the same history"
# What Fenbo does, too: the last 1,000 lines of ten minutes are kept for those who come back.
HISTORY = {"history_size": 1_000, "history_ttl": "600s"}


@contextmanager
def running() -> Iterator[tuple[int, str]]:
    """Its process and the URL of its socket. FileNotFoundError where there is no Go to build it with."""
    program = build.centrifugo()
    (port,) = free_ports(1)
    settings = {
        "http_server": {"address": "127.0.0.1", "port": port},
        "client": {"insecure": True, "allowed_origins": ["*"]},
        "channel": {"without_namespace": HISTORY},
        "log": {"level": "error"},
    }
    file = CACHE / "centrifugo.json"
    file.write_text(json.dumps(settings))
    process = subprocess.Popen([str(program), "--config", str(file)], stdout=subprocess.DEVNULL)
    try:
        wait_for_port(port)
        yield process.pid, f"ws://127.0.0.1:{port}/connection/websocket"
    finally:
        process.kill()  # it would wait for its members
        process.wait()


async def enter(url: str) -> Member:
    """A member that is subscribed."""
    member = await join(url)
    subscribed = asyncio.Event()

    def on_other(payload: bytearray) -> None:
        if b'"subscribe"' in payload:
            subscribed.set()

    member.on_other = on_other
    member.say({"id": 1, "connect": {}})
    member.say({"id": 2, "subscribe": {"channel": CHANNEL}})
    async with asyncio.timeout(30):
        await subscribed.wait()
    member.on_other = None
    return member


def say(member: Member, name: str, text: str) -> None:
    """A line with the fields that Fenbo's has."""
    line = {"type": "chat", "at": "2026-01-01T00:00:00.000Z", "from": {"id": "0123456789ab", "name": "Guest 1234"}}
    data = line | {"text": text, "id": name}
    member.say({"id": 3, "publish": {"channel": CHANNEL, "data": data}})
