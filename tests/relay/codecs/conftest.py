"""What FFmpeg 8's encoders write, as a file holds it."""

import io
from collections.abc import Callable
from fractions import Fraction

import av
import numpy
import pytest


def muxed(
    codec: str, size: tuple[int, int], options: dict[str, str], pix_fmt: str = "yuv420p"
) -> tuple[bytes, list[bytes]]:
    """Record and access units of twelve pictures in an MP4 file."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as output:
        stream = output.add_stream(codec, rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = *size, pix_fmt
        for number in range(12):
            grey = numpy.full((size[1] * 3 // 2, size[0]), 40 + number * 9, numpy.uint8)
            frame = av.VideoFrame.from_ndarray(grey, "yuv420p").reformat(format=pix_fmt)
            frame.pts, frame.time_base = number, Fraction(1, 25)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    file.seek(0)
    with av.open(file) as source:
        record = bytes(source.streams.video[0].codec_context.extradata or b"")
        return record, [bytes(packet) for packet in source.demux() if packet.size]


@pytest.fixture(scope="session")
def encoded() -> Callable[..., tuple[bytes, list[bytes]]]:
    return muxed
