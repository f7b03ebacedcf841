"""The programs people publish with: recorded sessions in every run, the programs themselves in `make soak`.

A capture is what a client sent, byte for byte, to this server; `FENBO_RECORD=1 pytest -m soak` makes them anew.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from relay.media import Codec, Kind, Packet
from relay.rtmp import handshake
from relay.rtmp.chunks import Limits
from relay.rtmp.flv import Demuxer
from relay.rtmp.protocol import Media, Metadata, Protocol, Publish, State, Unpublish
from relay.rtmp.server import Connection

CAPTURES = Path(__file__).with_name("captures")
PUBLISH = str(Path(__file__).with_name("publish.py"))
CAPTURE_BYTES_MAX = 64 * 1024
PICTURES = 20

NGINX = """load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
events {{}}
rtmp {{ server {{ listen 127.0.0.1:{port}; application live {{ live on; push {url}; }} }} }}
"""


def ffmpeg(url: str) -> list[str]:
    return [
        "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=96x64:rate=10:duration=2",
        "-f", "lavfi", "-i", "sine=sample_rate=44100:duration=2", "-c:v", "libx264", "-preset", "veryfast", "-bf", "2",
        "-g", "10", "-b:v", "60k", "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "32k", "-f", "flv", url,
    ]  # fmt: skip


def gstreamer(sink: str) -> list[str]:
    picture = "video/x-raw,width=96,height=64,framerate=10/1"
    video = f"videotestsrc num-buffers=20 ! {picture} ! x264enc bitrate=60 key-int-max=10"
    audio = (
        "audiotestsrc num-buffers=86 samplesperbuffer=1024 ! audio/x-raw,rate=44100 ! voaacenc bitrate=32000 ! aacparse"
    )
    mux = f"flvmux name=mux streamable=true ! {sink}"
    return ["gst-launch-1.0", "-q", *f"{mux} {video} ! h264parse ! mux. {audio} ! mux.".split()]


CLIENTS: dict[str, Callable[[str], list[str]]] = {
    "ffmpeg-5.1": ffmpeg,
    "ffmpeg-8": lambda url: [sys.executable, PUBLISH, url, "0.7", "libx264", "aac"],
    "gstreamer-1.22-rtmp2sink": lambda url: gstreamer(f"rtmp2sink location={url}"),
    "librtmp-2.4-rtmpsink": lambda url: gstreamer(f"rtmpsink location={url}"),
}
RECORDED = [*CLIENTS, "nginx-rtmp-1.2-push"]


def replay(session: bytes, step: int) -> tuple[list[Any], list[Packet]]:
    """Events and packets of a session that comes in pieces of `step` bytes."""
    core, demuxer = Protocol(Limits(), bytes(handshake.RANDOM_BYTES)), Demuxer()
    seen: list[Any] = []
    packets: list[Packet] = []
    for at in range(0, len(session), step):
        core.receive_data(session[at : at + step])
        for event in core.events():
            seen.append(event)
            if isinstance(event, Publish):
                core.accept()
            elif isinstance(event, Media):
                packet = demuxer.read(Kind.VIDEO if event.video else Kind.AUDIO, event.timestamp, event.body, 0)
                packets += [] if packet is None else [packet]
    assert core.state in (State.CONNECTED, State.PUBLISHING)
    return seen, packets


def check(packets: list[Packet]) -> None:
    video = [packet for packet in packets if packet.track.kind is Kind.VIDEO]
    audio = [packet for packet in packets if packet.track.kind is Kind.AUDIO]
    assert {packet.track.codec for packet in packets} == {Codec.H264, Codec.AAC}
    assert len(video) >= PICTURES
    assert video[0].key
    assert video[0].track.width in (96, 320)
    assert len(audio) >= 30
    for track in (video, audio):
        assert [packet.dts for packet in track] == sorted(packet.dts for packet in track)


@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_session_plays(name: str) -> None:
    session = (CAPTURES / f"{name}.rtmp").read_bytes()
    expected = replay(session, 1000)
    check(expected[1])
    assert expected[0][0].key == "primary-key"
    assert any(isinstance(event, Metadata) for event in expected[0])
    for step in (1, 113, 2048):
        seen, packets = replay(session, step)
        assert seen == expected[0]
        assert [(packet.dts, packet.pts, packet.data) for packet in packets] == [
            (packet.dts, packet.pts, packet.data) for packet in expected[1]
        ]


def test_most_clients_say_that_they_stop() -> None:
    stops = {
        name
        for name in RECORDED
        if any(isinstance(one, Unpublish) for one in replay((CAPTURES / f"{name}.rtmp").read_bytes(), 1000)[0])
    }
    assert stops == set(CLIENTS)  # nginx-rtmp just closes


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What clients send, as it comes."""
    pieces: list[bytes] = []
    receive = Connection.data_received

    def listen(self: Connection, data: bytes) -> None:
        pieces.append(data)
        receive(self, data)

    monkeypatch.setattr(Connection, "data_received", listen)
    return pieces


def keep(name: str, pieces: list[bytes]) -> None:
    if os.environ.get("FENBO_RECORD"):
        session = b"".join(pieces)
        assert len(session) <= CAPTURE_BYTES_MAX
        (CAPTURES / f"{name}.rtmp").write_bytes(session)


@pytest.mark.soak
@pytest.mark.parametrize("name", CLIENTS)
async def test_the_program_publishes(studio: Any, run: Any, collect: Any, heard: list[bytes], name: str) -> None:
    subscription = studio.broadcast.subscribe("test")
    process = await run(*CLIENTS[name](studio.url()))
    _, complaint = await process.communicate()
    assert process.returncode == 0, complaint
    studio.broadcast.end()
    check(await collect(subscription, lambda _: False))
    keep(name, heard)


@pytest.mark.soak
async def test_nginx_pushes(
    studio: Any, run: Any, collect: Any, until: Any, heard: list[bytes], tmp_path: Path, unused_tcp_port: int
) -> None:
    configuration = tmp_path / "nginx.conf"
    configuration.write_text(NGINX.format(folder=tmp_path, port=unused_tcp_port, url=studio.url("")))
    await run("/usr/sbin/nginx", "-c", str(configuration), "-p", str(tmp_path))
    subscription = studio.broadcast.subscribe("test")
    command = ffmpeg(f"rtmp://127.0.0.1:{unused_tcp_port}/live/primary-key")
    process = await run(*command[:3], "-re", *command[3:])
    await process.communicate()
    assert process.returncode == 0
    await until(lambda: not studio.broadcast.sources.by_slot)
    studio.broadcast.end()
    check(await collect(subscription, lambda _: False))
    keep("nginx-rtmp-1.2-push", heard)
