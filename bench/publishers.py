"""Fifty publishers at once, 720p30 at 2.5 Mb/s each: what one of them costs Fenbo, nginx-rtmp and MediaMTX."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import publishers_row
from bench.cpu import Meter
from bench.peers import build, clip
from bench.peers.servers import free_ports, wait_for_port
from bench.report import Row
from bench.runs import ATTEMPTS_MAX, idle_load

PUBLISHERS = 50
KILOBITS_MIN = 2_200  # of the clip's 2,500 and its sound: less, and the figure is of something else
SECONDS = 20.0  # one round of the clip
WARM_SECONDS = 12.0  # slates have gone, every playlist has its segments

NGINX = """load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
daemon off; master_process off; {user} pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
rtmp {{ server {{ listen 127.0.0.1:{port}; application live {{ live on; }} }} }}
"""


@dataclass(frozen=True, slots=True)
class Peer:
    """A server that runs; `urls` are where its publishers send to."""

    name: str
    version: str
    how: str
    pid: int
    urls: list[str]


@contextmanager
def fenbo(count: int) -> Iterator[Peer]:
    """This tree, whole: every broadcast is packaged as LL-HLS as well, and kept for who joins."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "bench.publishers_node", str(count), folder]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            try:
                assert process.stdout is not None
                said = json.loads(process.stdout.readline())
                how = "the whole server; packages each broadcast as LL-HLS"
                yield Peer("Fenbo", "", how, said["pid"], said["urls"])
            finally:
                process.communicate()


@contextmanager
def nginx_rtmp(count: int) -> Iterator[Peer]:
    """Takes them in and does nothing with them."""
    (port,) = free_ports(1)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        file = Path(folder) / "nginx.conf"
        file.write_text(NGINX.format(folder=folder, port=port, user="user root;"))
        process = stack.enter_context(clip.running(["/usr/sbin/nginx", "-c", str(file), "-p", folder]))
        wait_for_port(port)
        yield Peer("nginx-rtmp", "1.2 (Debian 12)", "takes it in, no HLS", process.pid, _urls(port, count))


@contextmanager
def mediamtx(count: int) -> Iterator[Peer]:
    """Takes them in; what it would make of them is made on request."""
    program = build.mediamtx()
    (port,) = free_ports(1)
    off = dict.fromkeys(("rtsp", "hls", "srt", "webrtc"), False)
    settings = off | {"rtmp": True, "rtmpAddress": f"127.0.0.1:{port}", "paths": {"all_others": {}}}
    file = clip.CACHE / "mediamtx-rtmp.yml"
    file.write_text(json.dumps(settings))
    with clip.running([str(program), str(file)]) as process:
        wait_for_port(port)
        yield Peer("MediaMTX", build.MEDIAMTX, "takes it in, no HLS", process.pid, _urls(port, count))


SERVERS: tuple[Callable[[int], AbstractContextManager[Peer]], ...] = (fenbo, nginx_rtmp, mediamtx)


def _urls(port: int, count: int) -> list[str]:
    return [f"rtmp://127.0.0.1:{port}/live/bench-{number}" for number in range(count)]


async def cost(peer: Peer) -> publishers_row.Row:
    """Of a running server; the stretch with the least steal counts."""
    idle = 0.0 if peer.name == "Fenbo" else await idle_load(peer.pid)  # Fenbo idles with slates: they end with the load
    crowd = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.publishers_crowd", stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert crowd.stdin is not None
    assert crowd.stdout is not None
    crowd.stdin.write("".join(f"{url}\n" for url in peer.urls).encode() + b"\n")
    assert await crowd.stdout.readline() == b"ready\n", "the publishers could not all begin"
    await asyncio.sleep(WARM_SECONDS)
    runs = []
    for _ in range(ATTEMPTS_MAX):
        meter = Meter(peer.pid)
        await asyncio.sleep(SECONDS)
        runs.append(meter.spent())
        if runs[-1].clean:
            break
    crowd.stdin.close()
    kilobits = float(await crowd.stdout.readline())
    assert await crowd.wait() == 0
    assert kilobits > KILOBITS_MIN, f"only {kilobits:.0f} kb/s of each publisher arrived: is the machine too busy?"
    best = min(runs, key=lambda spent: spent.steal)
    name = peer.name, peer.version, peer.how
    return publishers_row.Row(*name, len(peer.urls), round(best.load, 4), round(idle, 4), round(best.steal, 4))


async def rows() -> list[Row]:
    """All servers, one after the other; kept apart, in bench/results/rtmp."""
    found = []
    for server in SERVERS:
        with server(PUBLISHERS) as peer:
            found.append(await cost(peer))
    publishers_row.save(found)
    publishers_row.write_readme()
    ours, *others = found
    more = {f"{row.server}, % each": round(row.percent_each, 2) for row in others}
    how = f"{ours.publishers} publishers at once, 2.5 Mb/s each; {ours.how}"
    return [Row("publisher in", "% of a core", ours.percent_each, None, ours.steal, how, more)]
