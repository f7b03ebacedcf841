"""The demo's HQ encoder: pushes a generated broadcast over RTMP the way OBS does, in a process of its own.

720p30 H.264, high profile with B-frames and a key frame every two seconds, 2.5 Mb/s; stereo AAC with a 440 Hz tone.
`python -m signaling.demo_media` reads the RTMP URL from its standard input (a key does not belong on a command line),
publishes until it is told to stop, and connects again when the server goes away.
"""

from __future__ import annotations

import gc
import math
import signal
import sys
import time
from array import array
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from signaling.demo_clock import HEIGHT, WIDTH
from signaling.demo_picture import Picture, Planes

FRAMES_PER_SECOND = 30
VIDEO_BITS_PER_SECOND = 2_500_000
SAMPLE_RATE = 48_000
SAMPLES_PER_FRAME = 1024  # AAC
TONE_HERTZ = 440
TONE_AMPLITUDE = 0.06  # of full scale: audible, and nobody jumps
LATE_SECONDS_MAX = 0.2  # further behind (the machine is busy): go on from now; viewers miss pictures rather than lag
RECONNECT_SECONDS = 1.0
X264 = {
    "preset": "veryfast",
    "profile": "high",
    "bf": "2",
    "g": str(2 * FRAMES_PER_SECOND),
    "threads": "1",
    "maxrate": str(VIDEO_BITS_PER_SECOND),
    "bufsize": str(VIDEO_BITS_PER_SECOND),
    "x264-params": "nal-hrd=cbr:force-cfr=1:scenecut=0:rc-lookahead=5:sync-lookahead=0",
}


def tone() -> bytes:
    """One second of it, one channel of float32. A whole number of periods, so it can be repeated."""
    step = 2 * math.pi * TONE_HERTZ / SAMPLE_RATE
    return array("f", (TONE_AMPLITUDE * math.sin(step * n) for n in range(SAMPLE_RATE))).tobytes()


def video_frame(planes: Planes, number: int) -> VideoFrame:
    """A frame for the encoder; `number` counts from the start of the connection."""
    frame = VideoFrame(WIDTH, HEIGHT, "yuv420p")
    for plane, data in zip(frame.planes, (planes.y, planes.u, planes.v), strict=True):
        plane.update(bytes(data))
    frame.pts = number
    frame.time_base = Fraction(1, FRAMES_PER_SECOND)
    return frame


class Encoder:
    """One connection to the server: encodes and sends, frame by frame. `av.FFmpegError` when it breaks."""

    def __init__(self, url: str, container_format: str = "flv") -> None:
        self._container = av.open(url, "w", format=container_format, options={"flvflags": "no_duration_filesize"})
        self._video = self._video_stream()
        self._audio = self._audio_stream()
        self._tone = tone() * 2
        self._samples = 0

    def _video_stream(self) -> VideoStream:
        stream = self._container.add_stream("libx264", rate=FRAMES_PER_SECOND, options=X264)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.bit_rate = VIDEO_BITS_PER_SECOND
        return stream

    def _audio_stream(self) -> AudioStream:
        stream = self._container.add_stream("aac", rate=SAMPLE_RATE, layout="stereo", format="fltp")
        stream.bit_rate = 128_000
        return stream

    def send(self, planes: Planes, number: int) -> None:
        """One picture, and the sound up to its end."""
        self._container.mux(self._video.encode(video_frame(planes, number)))
        while self._samples * FRAMES_PER_SECOND < (number + 1) * SAMPLE_RATE:
            self._container.mux(self._audio.encode(self._audio_frame()))

    def _audio_frame(self) -> AudioFrame:
        start = self._samples % SAMPLE_RATE * 4
        frame = AudioFrame("fltp", "stereo", SAMPLES_PER_FRAME)
        for plane in frame.planes:
            plane.update(self._tone[start : start + SAMPLES_PER_FRAME * 4])
        frame.sample_rate = SAMPLE_RATE
        frame.pts = self._samples
        frame.time_base = Fraction(1, SAMPLE_RATE)
        self._samples += SAMPLES_PER_FRAME
        return frame

    def close(self) -> None:
        """Sends what is left; a broken connection has nothing left to send to."""
        self._container.mux(self._video.encode(None))
        self._container.mux(self._audio.encode(None))
        self._container.close()


def pace() -> Iterator[tuple[int, int]]:
    """(frame number, wall-clock milliseconds) of each frame when it is due, for ever."""
    started, wall = time.monotonic(), time.time()
    number = 0
    while True:
        due = started + number / FRAMES_PER_SECOND
        late = time.monotonic() - due
        if late > LATE_SECONDS_MAX:
            number += int(late * FRAMES_PER_SECOND)
        elif late < 0:
            time.sleep(-late)
        yield number, int((wall + number / FRAMES_PER_SECOND) * 1000)
        number += 1


def publish(url: str, picture: Picture) -> None:
    """Until the connection breaks."""
    encoder = Encoder(url)
    try:
        for number, milliseconds in pace():
            encoder.send(picture.at(milliseconds), number)
    except KeyboardInterrupt:
        with suppress(av.FFmpegError):  # a server that is gone gets no last frames, and must not keep this one alive
            encoder.close()
        raise


def main() -> None:
    """The process. SIGINT and SIGTERM end it after the last frames are sent."""
    signal.signal(signal.SIGTERM, signal.getsignal(signal.SIGINT))
    url = sys.stdin.readline().strip()
    av.logging.set_level(None)
    picture = Picture()
    try:
        while True:
            try:
                publish(url, picture)
            except av.FFmpegError as error:
                sys.stderr.write(f"encoder: {type(error).__name__}; trying again\n")
            gc.collect()  # an encoder and its streams hold each other, and megabytes that Python does not count
            time.sleep(RECONNECT_SECONDS)
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
