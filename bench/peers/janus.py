"""Janus (Debian's package) with its streaming plugin fed by RTP. It makes the offer; the viewer answers."""

from __future__ import annotations

import asyncio
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp

from bench.peers import clip
from bench.peers.servers import WARM_S, Server, free_ports, wait_for_port
from bench.whep_crowd import Post
from bench.whep_session import Viewer

JANUS = """
general: {{
    configs_folder = "{folder}"
    plugins_folder = "/usr/lib/x86_64-linux-gnu/janus/plugins"
    transports_folder = "/usr/lib/x86_64-linux-gnu/janus/transports"
    session_timeout = 0
    debug_level = 2
    {loops}
}}
plugins: {{ disable = "libjanus_audiobridge.so,libjanus_videoroom.so,libjanus_sip.so,libjanus_lua.so" }}
transports: {{ disable = "libjanus_mqtt.so,libjanus_pfunix.so,libjanus_rabbitmq.so,libjanus_websockets.so" }}
"""
HTTP = (
    'general: {{ json = "compact", base_path = "/janus", http = true, port = {port}, ip = "127.0.0.1", https = false }}'
)
STREAMING = """
show: {{
    type = "rtp"
    id = 1
    audio = true
    audioport = {audio}
    audiopt = 111
    audiocodec = "opus"
    video = true
    videoport = {video}
    videopt = 102
    videocodec = "h264"
    videofmtp = "profile-level-id=42e01f;packetization-mode=1"
}}
"""
ANSWER = """v=0
o=- 1 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE {mids}
"""
SECTION = """m={kind} {port} UDP/TLS/RTP/SAVPF {payload}
c=IN IP4 127.0.0.1
a=candidate:1 1 udp 2113937151 {host} {port} typ host
a=ice-ufrag:{ufrag}
a=ice-pwd:{password}
a=fingerprint:sha-256 {fingerprint}
a=setup:active
a=mid:{mid}
a=recvonly
a=rtcp-mux
{attributes}
"""


@contextmanager
def janus(event_loops: int = 0) -> Iterator[Server]:
    """`event_loops` 0: as it comes, a thread for each viewer."""
    video, audio, http = free_ports(3)
    loops = f"event_loops = {event_loops}" if event_loops else ""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "janus.jcfg").write_text(JANUS.format(folder=folder, loops=loops))
        (folder / "janus.transport.http.jcfg").write_text(HTTP.format(port=http))
        (folder / "janus.plugin.streaming.jcfg").write_text(STREAMING.format(video=video, audio=audio))
        with clip.running(["janus", "--configs-folder", name, "--config", f"{name}/janus.jcfg"]) as process:
            wait_for_port(http)
            with clip.rtp(video, audio):
                time.sleep(WARM_S)
                how = f"{event_loops} event loop" if event_loops else "as it comes"
                yield Server(f"Janus ({how})", process.pid, poster(http), version(), "streaming plugin, fed by RTP")


def version() -> str:
    shown = subprocess.run(["dpkg-query", "-W", "janus"], check=True, capture_output=True, text=True).stdout
    return f"Janus {shown.split()[1]} of Debian 12"


def poster(http: int) -> Post:
    url = f"http://127.0.0.1:{http}/janus"
    gate = asyncio.Lock()

    async def ask(path: str, message: dict[str, Any] | None) -> dict[str, Any]:
        body = {"json": {**message, "transaction": "bench"}} if message else {}
        async with aiohttp.request("POST" if message else "GET", url + path, **body) as reply:
            return dict(await reply.json())

    async def post(_: str, viewer: Viewer) -> str:
        viewer.controlling = False
        async with gate:
            session = (await ask("", {"janus": "create"}))["data"]["id"]
            plugin = {"janus": "attach", "plugin": "janus.plugin.streaming"}
            handle = (await ask(f"/{session}", plugin))["data"]["id"]
            path = f"/{session}/{handle}"
            await ask(path, {"janus": "message", "body": {"request": "watch", "id": 1}})
            event: dict[str, Any] = {}
            while "jsep" not in event:
                event = await ask(f"/{session}", None)
            jsep = {"type": "answer", "sdp": answer(event["jsep"]["sdp"], viewer)}
            await ask(path, {"janus": "message", "body": {"request": "start"}, "jsep": jsep})
        return str(event["jsep"]["sdp"])

    return post


def answer(offer: str, viewer: Viewer) -> str:
    """Takes each section with its first payload type."""
    host = re.search(r"a=candidate:\S+ 1 udp \d+ (\S+)", offer)[1]  # type: ignore[index]  # libnice leaves loopback out
    text, mids = "", []
    for section in re.split(r"(?=^m=)", offer, flags=re.MULTILINE)[1:]:
        kind, payload = re.match(r"m=(\w+) \d+ \S+ (\d+)", section).groups()  # type: ignore[union-attr]
        mid = re.search(r"a=mid:(\S+)", section)[1]  # type: ignore[index]
        mids.append(mid)
        kept = re.findall(rf"a=(?:rtpmap|fmtp|rtcp-fb):{payload} [^\r\n]*", section)
        text += SECTION.format(
            kind=kind,
            payload=payload,
            mid=mid,
            host=host,
            port=viewer.socket.getsockname()[1],
            ufrag=viewer.ufrag,
            password=viewer.password,
            fingerprint=viewer.identity.fingerprint.value,
            attributes="\n".join(kept),
        )
    return (ANSWER.format(mids=" ".join(mids)) + text).replace("\n", "\r\n")
