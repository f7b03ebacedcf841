import pytest

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


def test_the_header_comes_back() -> None:
    assert opus.channels(opus.head(2)) == 2
    assert opus.channels(opus.head(1)) == 1
    for record in (b"", b"OpusHead", b"OpusTags" + bytes(20), opus.head(0)):
        with pytest.raises(BadMedia, match="OpusHead"):
            opus.channels(record)
