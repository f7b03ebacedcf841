"""LL-HLS conformance of Fenbo, MediaMTX (LL-HLS) and nginx-rtmp (HLS): the rows of bench.hls_check that each passes."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

from bench import servers
from bench.connection import connect
from bench.hls_check import check
from bench.peers import build, clip
from bench.peers.servers import free_ports, wait_for_port
from bench.report import Row

START_SECONDS_MAX = 60.0
SEGMENTS = 7  # as many as the shortest of them lists; some lie before the skip boundary then
Place = tuple[str, str, str]  # name and version, http, where its playlist is
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


@contextmanager
def fenbo() -> Iterator[Place]:
    """This tree."""
    with ExitStack() as stack:
        addresses = stack.enter_context(servers.fenbo("--no-publisher"))
        stack.enter_context(clip.rtmp(f"{addresses['rtmp']}/{addresses['stream_key']}"))
        yield "Fenbo", addresses["http"], f"/r/{addresses['rooms'][0]['room']}/live.m3u8"


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
        stack.enter_context(clip.running([str(program), str(file)]))
        wait_for_port(http)
        wait_for_port(rtsp)
        stack.enter_context(clip.rtsp(f"rtsp://127.0.0.1:{rtsp}/show"))
        yield f"MediaMTX {build.MEDIAMTX}", f"http://127.0.0.1:{http}", "/show/index.m3u8"


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
        stack.enter_context(clip.running([program, "-e", f"{folder}/error.log", "-p", name, "-c", str(file)]))
        wait_for_port(rtmp)
        stack.enter_context(clip.rtmp(f"rtmp://127.0.0.1:{rtmp}/live/show"))
        yield "nginx-rtmp 1.2.2", f"http://127.0.0.1:{http}", "/hls/show.m3u8"


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


async def verdicts(server: Callable[[], AbstractContextManager[Place]]) -> tuple[str, dict[str, bool]]:
    with server() as (name, http, path):
        return name, await check(http, await media_playlist(http, path))


async def rows() -> list[Row]:
    found = []
    for server in (fenbo, mediamtx, nginx_rtmp):
        name, passed = await verdicts(server)
        how = f"of {len(passed)}; not: {', '.join(row for row, passes in passed.items() if not passes) or 'none'}"
        found.append(Row(f"LL-HLS conformance, {name}", "rows passed", sum(passed.values()), how=how))
    return found
