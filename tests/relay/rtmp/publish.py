"""Publishes with PyAV (FFmpeg 8) what Debian's FFmpeg cannot put into FLV: `publish.py URL SECONDS VIDEO AUDIO`."""

import sys
from fractions import Fraction

import av
import numpy

URL, SECONDS, VIDEO, AUDIO = sys.argv[1], float(sys.argv[2]), sys.argv[3], sys.argv[4]
OPTIONS = {
    "libx265": {"preset": "ultrafast", "x265-params": "log-level=none:keyint=15:bframes=2"},
    "libsvtav1": {"preset": "12", "svtav1-params": "keyint=15"},
}

with av.open(URL, "w", format="flv") as output:
    video = output.add_stream(VIDEO, rate=30, options=OPTIONS.get(VIDEO, {}))
    video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
    audio = output.add_stream(AUDIO, rate=48_000, layout="stereo")
    step = 960 if AUDIO == "libopus" else 1024
    sample = 0
    for number in range(round(SECONDS * 30)):
        frame = av.VideoFrame.from_ndarray(numpy.full((270, 320), 40 + number, numpy.uint8), "yuv420p")
        frame.pts, frame.time_base = number, Fraction(1, 30)
        output.mux(video.encode(frame))
        while sample < (number + 1) * 1600:
            wave = (8000 * numpy.sin(numpy.arange(sample, sample + step) * 0.06)).astype(numpy.int16)
            sound = av.AudioFrame.from_ndarray(numpy.repeat(wave, 2)[None, :], "s16", "stereo")
            sound.sample_rate, sound.pts, sound.time_base = 48_000, sample, Fraction(1, 48_000)
            output.mux(audio.encode(sound))
            sample += step
    output.mux(video.encode(None))
    output.mux(audio.encode(None))
