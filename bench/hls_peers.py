"""Fenbo, MediaMTX (LL-HLS) and nginx-rtmp (HLS): the rows of bench.hls_check each passes, and what a viewer costs."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from bench import servers
from bench.audience import Audience, player_delay
from bench.connection import connect
from bench.hls_check import check
from bench.peers import build, clip
from bench.peers.servers import free_ports, wait_for_port
from bench.report import Row
from bench.runs import idle_load, measured

START_SECONDS_MAX = 60.0
SEGMENTS = 7  # as many as the shortest of them lists; some lie before the skip boundary then
VIEWERS = 200
SECONDS = 10.0
NGINX_RTMP = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log warn;
load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
events {{ worker_connections 4096; }}
rtmp {{ server {{ listen 127.0.0.1:{rtmp}; application live {{
    live on; hls on; hls_path {folder}/hls; hls_fragment 2s; hls_playlist_length 20s;
}} }} }}
http {{
    access_log off; types {{ application/vnd.apple.mpegurl m3u8; video/mp2t ts; }}
    server {{ listen 127.0.0.1:{http}; location / {{ root {folder}; }} }}
    client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
}}
"""


class Place(NamedTuple):
    """A server that has the clip: name and version, its URL, the path of its playlist, its process."""

    name: str
    http: str
    path: str
    pid: int


@contextmanager
def fenbo() -> Iterator[Place]:
    """This tree."""
    with ExitStack() as stack:
        addresses = stack.enter_context(servers.fenbo("--no-publisher"))
        stack.enter_context(clip.rtmp(f"{addresses['rtmp']}/{addresses['stream_key']}"))
        yield Place("Fenbo", addresses["http"], f"/r/{addresses['rooms'][0]['room']}/live.m3u8", addresses["pid"])


@contextmanager
def mediamtx() -> Iterator[Place]:
    """As it comes, with Fenbo's part and segment times; fed by RTSP."""
    program = build.mediamtx()
    http, rtsp, udp = free_ports(3)
    settings = {
        "rtsp": True,
        "rtspAddress": f"127.0.0.1:{rtsp}",
        "rtspTransports": ["tcp"],
        "rtmp": False,
        "srt": False,
        "webrtc": False,
        "hls": True,
        "hlsAddress": f"127.0.0.1:{http}",
        "hlsAlwaysRemux": True,
        "hlsPartDuration": "500ms",
        "hlsSegmentDuration": "2s",
        "webrtcLocalUDPAddress": f"127.0.0.1:{udp}",
        "paths": {"all_others": {}},
    }
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        file = Path(folder) / "mediamtx.yml"
        file.write_text(json.dumps(settings))
        process = stack.enter_context(clip.running([str(program), str(file)]))
        wait_for_port(http)
        wait_for_port(rtsp)
        stack.enter_context(clip.rtsp(f"rtsp://127.0.0.1:{rtsp}/show"))
        yield Place(f"MediaMTX {build.MEDIAMTX}", f"http://127.0.0.1:{http}", "/show/index.m3u8", process.pid)


@contextmanager
def nginx_rtmp() -> Iterator[Place]:
    """Debian's nginx with its RTMP module: plain HLS of two-second segments."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin")
    assert program is not None, "nginx is not installed"
    http, rtmp = free_ports(2)
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        file = folder / "nginx.conf"
        file.write_text(NGINX_RTMP.format(folder=folder, http=http, rtmp=rtmp))
        command = [program, "-e", f"{folder}/error.log", "-p", name, "-c", str(file)]
        process = stack.enter_context(clip.running(command))
        wait_for_port(rtmp)
        stack.enter_context(clip.rtmp(f"rtmp://127.0.0.1:{rtmp}/live/show"))
        yield Place("nginx-rtmp 1.2.2", f"http://127.0.0.1:{http}", "/hls/show.m3u8", process.pid)


async def media_playlist(http: str, path: str) -> str:
    """The path of the first media playlist, once it is as long as it gets."""
    deadline = time.monotonic() + START_SECONDS_MAX
    while True:
        connection = await connect(http)
        answer = await connection.request("GET", path, keep=True)
        connection.close()
        text = answer.body.decode()
        if answer.status in (302, 307):
            path = answer.header(b"location")[0].decode().removeprefix(http)
        elif "#EXT-X-STREAM-INF" in text:
            path = f"{path.rpartition('/')[0]}/{text.split()[-1]}"
        elif text.count("#EXTINF") >= SEGMENTS:
            return path
        assert time.monotonic() < deadline, f"{path}: {answer.status} {text[:300]}"
        await asyncio.sleep(0.2)


async def looked_at(server: Callable[[], AbstractContextManager[Place]]) -> list[Row]:
    with server() as place:
        path = await media_playlist(place.http, place.path)
        passed = await check(place.http, path)
        how = f"of {len(passed)}; not: {', '.join(row for row, passes in passed.items() if not passes) or 'none'}"
        conforms = Row(f"LL-HLS conformance, {place.name}", "rows passed", sum(passed.values()), how=how)
        return [conforms, await audience_of(place, path)]


async def audience_of(place: Place, path: str) -> Row:
    """What viewers cost who read each playlist and fetch what is new in it."""
    idle = await idle_load(place.pid)
    audience = Audience(place.http, path, VIEWERS)
    cost = await measured(place.pid, lambda: audience.watch(SECONDS), idle)
    return Row(
        what=f"HLS viewers a core, {place.name}",
        unit="viewers with 2.5 Mb/s a core",
        fenbo=1e6 / cost.cpu_us,
        steal=cost.spent.steal,
        how=f"{VIEWERS} viewers who reload as the playlist says; plain text on loopback",
        more={
            "cpu_ms_per_viewer_second": round(cost.cpu_us / 1e3, 3),
            "megabits_per_viewer": round(8 * audience.bytes / cost.count / 1e6, 2),
            "requests_per_viewer": round(audience.requests / cost.count, 2),
            "lost": audience.lost,
            "player_delay_seconds": player_delay(audience.text),
        },
    )


async def rows() -> list[Row]:
    return [row for server in (fenbo, mediamtx, nginx_rtmp) for row in await looked_at(server)]
