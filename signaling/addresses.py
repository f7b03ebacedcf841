"""What a running node tells whoever started it: all addresses, as JSON (DESIGN section 7)."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from commerce import questions
from signaling.listening import LOOPBACK, in_url

if TYPE_CHECKING:  # the demo only writes them: it starts without all that a node is made of
    from signaling.app import Node

ROOMS_MAX = 200  # of each merchant; 30,000 would help nobody


async def of(node: Node) -> dict[str, Any]:
    """Everything that exists: of `serve`, no stream keys, passwords or links, since those are not known here."""
    base = node.urls.http
    ops = base if node.ports.ops is None else f"http://{reached(node.core.settings.metrics.host)}:{node.ports.ops}"
    secure = {} if node.urls.rtmps is None else {"rtmps": node.urls.rtmps}
    return {
        "pid": os.getpid(),
        "http": base,
        "rtmp": node.urls.rtmp,
        **secure,
        "whip": f"{base}/whip",
        "webrtc": f"{reached(urlsplit(base).hostname or '')}:{node.ports.webrtc}",
        "metrics": f"{ops}/metrics",
        "hq": {"url": f"{base}/hq"},
        "rooms": await rooms(node),
    }


def reached(host: str) -> str:
    """A host as it stands before a port."""
    return in_url(LOOPBACK.get(host, host))


async def rooms(node: Node) -> list[dict[str, str]]:
    """The rooms of every merchant, house first."""
    found: list[dict[str, str]] = []
    for merchant in await node.commerce.ask(questions.merchants):
        channels = await node.commerce.ask(questions.channels, merchant.id)
        found += [room(node, channel.room, channel.name) for channel in channels[:ROOMS_MAX]]
    return found


def room(node: Node, name: str, channel: str) -> dict[str, str]:
    """One room's addresses."""
    url = f"{node.urls.http}/r/{name}"
    socket = "ws" + url.removeprefix("http") + "/ws"
    return {
        "room": name,
        "channel": channel,
        "url": url,
        "whep": f"{url}/whep",
        "hls": f"{url}/live.m3u8",
        "ws": socket,
    }


def write(path: Path, addresses: dict[str, Any]) -> None:
    """All at once: whoever sees the file sees it whole. The demo's holds keys: the file is its owner's alone."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as opened:
        opened.write(json.dumps(addresses, indent=2, ensure_ascii=False) + "\n")
    fresh.replace(path)
