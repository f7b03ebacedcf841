"""Each server as a context: started, fed with the clip, and the way to hand it an offer."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from bench import servers
from bench.connection import Connection, connect
from bench.peers import build, clip
from bench.whep_crowd import Post
from bench.whep_session import Viewer

START_SECONDS_MAX = 20.0
CONNECTIONS_MAX = 8
WARM_S = 3.0  # after the publisher began: a key frame is there


FENBO_HOW = "the whole server, fed by RTMP with AAC, which it makes into Opus; LL-HLS is packaged beside it"
PION_HOW = "bench/peers/pion, fed by RTP, one UDP port, one shared track"


@dataclass(frozen=True, slots=True)
class Server:
    """A server that is up and fed. `version` and `how` say what was measured; `metrics` is its page's URL."""

    name: str
    pid: int
    post: Post
    version: str
    how: str
    metrics: str = ""


def whep(url: str) -> Post:
    """The offer by WHEP, on a few HTTP connections for all."""
    idle: list[Connection] = []
    gate = asyncio.Semaphore(CONNECTIONS_MAX)

    async def post(offer: str, _: Viewer) -> str:
        async with gate:
            connection = idle.pop() if idle else await connect(url)
            body, headers = offer.encode(), "Connection: keep-alive\r\n"
            path = urlsplit(url).path
            answer = await connection.request(
                "POST", path, headers=headers, body=body, kind="application/sdp", keep=True
            )
            idle.append(connection)
        assert answer.status in (200, 201), f"{answer.status}: {answer.body[:300]!r}"
        return answer.body.decode()

    return post


@contextmanager
def fenbo(fanout: str) -> Iterator[Server]:
    """This tree. `fanout`: compiled or python. By RTMP with AAC, so the Opus it makes is in its figures."""
    environment = {"FENBO_WEBRTC__ADVERTISED_HOSTS": '["127.0.0.1"]', "FENBO_WEBRTC__FANOUT": fanout}
    with ExitStack() as stack:
        addresses = stack.enter_context(servers.fenbo("--no-publisher", **environment))
        stack.enter_context(clip.rtmp(f"{addresses['rtmp']}/{addresses['stream_key']}"))
        time.sleep(WARM_S)
        post = whep(addresses["rooms"][0]["whep"])
        yield Server(f"Fenbo, {fanout}", addresses["pid"], post, "this tree", FENBO_HOW, addresses["metrics"])


@contextmanager
def pion(*flags: str) -> Iterator[Server]:
    """bench/peers/pion, built from the Go module proxy into the cache."""
    video, audio = free_ports(2)
    command = [str(build.pion()), "-video", str(video), "-audio", str(audio), *flags]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            url = f"http://127.0.0.1:{int(process.stdout.readline())}/whep"
            with clip.rtp(video, audio):
                time.sleep(WARM_S)
                how = ", ".join(("CM" if "-cm" in flags else "GCM", *(["no interceptors"] if "-bare" in flags else [])))
                yield Server(f"Pion ({how})", process.pid, whep(url), "pion/webrtc v4.2.26", PION_HOW)
        finally:
            process.terminate()


@contextmanager
def aiortc() -> Iterator[Server]:
    """aiortc as it comes: MediaRelay over encoded packets, one peer connection a viewer."""
    command = [sys.executable, "-m", "bench.peers.aiortc_server", str(clip.clip())]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            url = f"http://127.0.0.1:{int(process.stdout.readline())}/whep"
            time.sleep(WARM_S)
            how = "MediaPlayer and MediaRelay over encoded packets, a peer connection a viewer"
            yield Server("aiortc", process.pid, whep(url), "aiortc 1.16.0", how)
        finally:
            process.terminate()


@contextmanager
def mediamtx() -> Iterator[Server]:
    """MediaMTX as it comes, fed by RTSP."""
    program = build.mediamtx()
    http, rtsp, udp = free_ports(3)
    settings = {
        "rtsp": True,
        "rtspAddress": f"127.0.0.1:{rtsp}",
        "rtspTransports": ["tcp"],
        "rtmp": False,
        "hls": False,
        "srt": False,
        "webrtcAddress": f"127.0.0.1:{http}",
        "webrtcLocalUDPAddress": f"127.0.0.1:{udp}",
        "webrtcIPsFromInterfaces": False,
        "webrtcAdditionalHosts": ["127.0.0.1"],
        "paths": {"all_others": {}},
    }
    file = clip.CACHE / "mediamtx.yml"
    file.write_text(json.dumps(settings))
    with ExitStack() as stack:
        process = stack.enter_context(clip.running([str(program), str(file)]))
        wait_for_port(http)
        wait_for_port(rtsp)
        stack.enter_context(clip.rtsp(f"rtsp://127.0.0.1:{rtsp}/show"))
        time.sleep(WARM_S)
        version, how = f"MediaMTX {build.MEDIAMTX}", "as it comes, fed by RTSP over TCP"
        yield Server("MediaMTX", process.pid, whep(f"http://127.0.0.1:{http}/show/whep"), version, how)


def free_ports(count: int) -> list[int]:
    """Ports free for UDP and TCP, even ones: FFmpeg's RTCP takes the next."""
    found: list[int] = []
    while len(found) < count:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
            udp.bind(("127.0.0.1", 0))
            port = udp.getsockname()[1]
            if port % 2 == 0 and port not in found:
                with suppress(OSError):
                    tcp.bind(("127.0.0.1", port))
                    found.append(port)
    return found


def wait_for_port(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < deadline, f"nothing listens on {port}"
            time.sleep(0.1)
        else:
            return
