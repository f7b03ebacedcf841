"""The programs people publish with: recorded sessions in every run, the programs themselves in `make soak`.

A capture is what a client sent, byte for byte, to this server; `FENBO_RECORD=1 pytest -m soak` makes them anew.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from bench.compatibility import CAPTURES, Result, played
from bench.compatibility import CLIENTS as RECORDED
from relay.media import Codec, Kind, Packet
from relay.rtmp.server import Connection

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
SILENT = {"nginx-rtmp-1.2-push", "obs-29"}  # they just close; OBS was killed
NEW_CODECS = {
    "ffmpeg-8-hevc-opus": ("libx265", "libopus", {Codec.HEVC, Codec.OPUS}),
    "ffmpeg-8-av1-aac": ("libsvtav1", "aac", {Codec.AV1, Codec.AAC}),
}


def check(packets: Sequence[Packet], codecs: set[Codec] = frozenset({Codec.H264, Codec.AAC})) -> None:
    video = [packet for packet in packets if packet.track.kind is Kind.VIDEO]
    audio = [packet for packet in packets if packet.track.kind is Kind.AUDIO]
    assert {packet.track.codec for packet in packets} == codecs
    assert len(video) >= PICTURES
    assert video[0].key
    assert video[0].track.width in (96, 320)
    assert len(audio) >= 30
    for track in (video, audio):
        assert [packet.dts for packet in track] == sorted(packet.dts for packet in track)


def seen(result: Result) -> list[tuple[int, int, bytes]]:
    return [(packet.dts, packet.pts, packet.data) for packet in result.packets]


@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_session_plays(name: str) -> None:
    session = (CAPTURES / f"{name}.rtmp").read_bytes()
    expected = played(session)
    assert expected.problem == ""
    assert expected.stopped == (name not in SILENT)
    check(expected.packets, NEW_CODECS[name][2] if name in NEW_CODECS else {Codec.H264, Codec.AAC})
    for step in (1, 113, 2048):
        assert seen(played(session, step)) == seen(expected)


def test_every_capture_is_in_the_table() -> None:
    assert {path.stem for path in CAPTURES.glob("*.rtmp")} == set(RECORDED)


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


@pytest.mark.soak
@pytest.mark.parametrize("name", NEW_CODECS)
async def test_newer_codecs_are_published(studio: Any, run: Any, collect: Any, heard: list[bytes], name: str) -> None:
    video, audio, codecs = NEW_CODECS[name]
    subscription = studio.broadcast.subscribe("test")
    process = await run(sys.executable, PUBLISH, studio.url(), "0.7", video, audio)
    _, complaint = await process.communicate()
    assert process.returncode == 0, complaint
    studio.broadcast.end()
    check(await collect(subscription, lambda _: False), codecs)
    keep(name, heard)


OBS_FILES = {
    "global.ini": "[General]\nFirstRun=true\n"
    "[Basic]\nProfile=P\nProfileDir=P\nSceneCollection=P\nSceneCollectionFile=P\n",
    "basic/profiles/P/basic.ini": "[General]\nName=P\n[Output]\nMode=Simple\n"
    "[SimpleOutput]\nVBitrate=60\nABitrate=64\nStreamEncoder=x264\nPreset=veryfast\n"
    "[Video]\nBaseCX=96\nBaseCY=64\nOutputCX=96\nOutputCY=64\nFPSType=0\nFPSCommon=10\n"
    "[Audio]\nSampleRate=44100\nChannelSetup=Stereo\n",
    "basic/scenes/P.json": json.dumps(
        {
            "name": "P",
            "current_scene": "Scene",
            "scene_order": [{"name": "Scene"}],
            "sources": [{"id": "scene", "name": "Scene", "settings": {"items": []}}],
        }
    ),
}


def obs_home(folder: Path, url: str) -> dict[str, str]:
    """A user who has set OBS up to stream there."""
    service = {"type": "rtmp_custom", "settings": {"server": url.rpartition("/")[0], "key": url.rpartition("/")[2]}}
    for name, text in (OBS_FILES | {"basic/profiles/P/service.json": json.dumps(service)}).items():
        file = folder / ".config" / "obs-studio" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    own = {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder / ".config"), "XDG_RUNTIME_DIR": str(folder)}
    return dict(os.environ) | own | {"LIBGL_ALWAYS_SOFTWARE": "1", "QT_QPA_PLATFORM": "xcb"}


@pytest.mark.soak
@pytest.mark.timeout(90)
async def test_obs_publishes(studio: Any, collect: Any, heard: list[bytes], tmp_path: Path) -> None:
    """The program itself, on a screen that is not there."""
    subscription = studio.broadcast.subscribe("test")
    process = await asyncio.create_subprocess_exec(
        "xvfb-run", "-a", "obs", "--startstreaming", "--multi", "--profile", "P", "--collection", "P",
        env=await asyncio.to_thread(obs_home, tmp_path, studio.url()), start_new_session=True,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(60):
            packets = await collect(
                subscription, lambda found: sum(one.track.kind is Kind.VIDEO for one in found) >= PICTURES + 5
            )
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
    check(packets)
    assert any(packet.pts != packet.dts for packet in packets)  # B-frames, as OBS sends them when nobody says otherwise
    keep("obs-29", heard)
