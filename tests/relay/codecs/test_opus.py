import itertools

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.codecs import opus
from relay.errors import BadMedia


@pytest.mark.parametrize(
    ("packet", "samples"),
    [
        ("00", 480), ("18", 2880), ("60", 480), ("68", 960), ("80", 120), ("98", 960), ("f8", 960),  # one frame
        ("99", 1920), ("9a", 1920), ("9b03", 2880), ("9b83", 2880), ("8330", 5760),  # two, and as many as they say
    ],
)  # fmt: skip
def test_durations(packet: str, samples: int) -> None:
    assert opus.samples(bytes.fromhex(packet)) == samples


@pytest.mark.parametrize("packet", ["", "9b", "9b00", "1b03"])
def test_packets_that_lie(packet: str) -> None:
    with pytest.raises(BadMedia, match="opus"):
        opus.samples(bytes.fromhex(packet))


@given(st.integers(0, 31), st.booleans(), st.binary(max_size=1275), st.binary(max_size=1275))
def test_two_packets_become_one_with_their_frames_untouched(config: int, stereo: bool, one: bytes, two: bytes) -> None:
    """RFC 6716, 3.2.3 and 3.2.4, read back by hand."""
    head = bytes((config << 3 | stereo << 2,))
    pair = opus.paired(head + one, head + two)
    assert pair is not None
    assert pair[0] >> 2 == head[0] >> 2
    assert opus.samples(pair) == 2 * opus.samples(head)
    if pair[0] & 3 == 1:
        assert len(one) == len(two)
        assert pair[1:] == one + two
    else:
        size, begin = (pair[1], 2) if pair[1] < 252 else (pair[2] * 4 + pair[1], 3)
        assert pair[begin:] == one + two
        assert size == len(one)


@pytest.mark.parametrize(
    ("one", "two"), [("f801", "f401"), ("f901", "f901"), ("", "f801"), ("f801", ""), ("fb01", "f801")]
)
def test_packets_of_other_kinds_stay_apart(one: str, two: str) -> None:
    assert opus.paired(bytes.fromhex(one), bytes.fromhex(two)) is None


def test_what_comes_out_is_decoded_as_both() -> None:
    """FFmpeg's decoder gives the same samples for the pair as for the two."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "stereo", "s16"
    packets: list[bytes] = []
    for number in range(8):
        noise = np.random.default_rng(number).integers(-8000, 8000, (1, 1920), dtype=np.int16)
        frame = av.AudioFrame.from_ndarray(noise, "s16", "stereo")
        frame.sample_rate, frame.pts = 48_000, number * 960
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    pairs = [opus.paired(one, two) for one, two in itertools.pairwise(packets)][::2]
    assert decoded(pairs) == decoded(packets[: len(pairs) * 2])


def decoded(packets: list[bytes]) -> bytes:
    decoder = av.CodecContext.create("libopus", "r")
    decoder.sample_rate, decoder.layout = 48_000, "stereo"
    return b"".join(frame.to_ndarray().tobytes() for data in packets for frame in decoder.decode(av.Packet(data)))


def test_the_header_comes_back() -> None:
    assert opus.channels(opus.head(2)) == 2
    assert opus.channels(opus.head(1)) == 1
    for record in (b"", b"OpusHead", b"OpusTags" + bytes(20), opus.head(0)):
        with pytest.raises(BadMedia, match="OpusHead"):
            opus.channels(record)
