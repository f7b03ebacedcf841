"""One clip for every server: 720p30 H.264 without B-frames at 2.5 Mb/s, a key frame every two seconds, Opus.

Made once into a cache outside the tree; publishers copy it, nobody encodes while figures are taken.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CACHE = Path.home() / ".cache" / "fenbo-peers"
SECONDS = 20
CLIP = f"clip-720p30-{SECONDS}s.ts"  # parameter sets stand before each key frame in it, as RTP wants them
CLIP_AAC = f"clip-720p30-{SECONDS}s-aac.mkv"
_PICTURE = f"testsrc2=size=1280x720:rate=30:duration={SECONDS},noise=alls=6:allf=t"
_ENCODE = [
    "-f",
    "lavfi",
    "-i",
    _PICTURE,
    "-f",
    "lavfi",
    "-i",
    f"sine=frequency=440:sample_rate=48000:duration={SECONDS}",
]
_ENCODE += ["-c:v", "libx264", "-preset", "veryfast", "-profile:v", "baseline", "-pix_fmt", "yuv420p", "-bf", "0"]
_ENCODE += ["-g", "60", "-keyint_min", "60", "-sc_threshold", "0", "-b:v", "2500k", "-maxrate", "2500k"]
_ENCODE += ["-bufsize", "2500k", "-slices", "1", "-c:a", "libopus", "-b:a", "64k", "-ac", "2", "-shortest"]
_SOURCE = ["ffmpeg", "-v", "error", "-re", "-stream_loop", "-1", "-i"]


def clip(name: str = CLIP) -> Path:
    """Where it is; made when it is not there."""
    path = CACHE / name
    if not path.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"part-{name}")
        making = (
            [*_ENCODE, str(part)] if name == CLIP else ["-i", str(clip()), "-c:v", "copy", "-c:a", "aac", str(part)]
        )
        subprocess.run(["ffmpeg", "-v", "error", "-y", *making], check=True)
        part.rename(path)
    return path


@contextmanager
def rtp(video: int, audio: int) -> Iterator[None]:
    """The clip as RTP to two local ports, for ever."""
    command = [*_SOURCE, str(clip())]
    command += ["-map", "0:v", "-c", "copy", "-payload_type", "102"]
    command += ["-f", "rtp", f"rtp://127.0.0.1:{video}?pkt_size=1212"]
    command += ["-map", "0:a", "-c", "copy", "-payload_type", "111", "-f", "rtp", f"rtp://127.0.0.1:{audio}"]
    with running(command):
        yield


@contextmanager
def rtmp(url: str) -> Iterator[None]:
    """The clip by RTMP, for ever; its sound as AAC, which RTMP demands: the server pays for making Opus of it."""
    with running([*_SOURCE, str(clip(CLIP_AAC)), "-c", "copy", "-f", "flv", url]):
        yield


@contextmanager
def rtsp(url: str) -> Iterator[None]:
    """The clip to an RTSP server, for ever."""
    with running(
        [
            *_SOURCE,
            str(clip()),
            "-c",
            "copy",
            "-f",
            "rtsp",
            "-rtsp_transport",
            "tcp",
            url,
        ]
    ):
        yield


@contextmanager
def running(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(10)
