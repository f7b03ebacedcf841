from itertools import pairwise

import pytest

from relay.media import Codec, Kind, Packet, Track
from relay.slate import GOP_FRAMES, GOP_SECONDS, SOUNDS_PER_GOP, Slate, SlateFeed, loop_of

VIDEO, AUDIO = Track(Codec.H264, 90_000, b"avcC"), Track(Codec.AAC, 48_000, bytes.fromhex("1190"))
SECOND = 1_000_000_000


@pytest.fixture
def slate() -> Slate:
    return loop_of([b"v"] * (2 * GOP_FRAMES + 5), VIDEO, [b"a"] * 500, AUDIO)


def kinds(packets: list[Packet], kind: Kind) -> list[Packet]:
    return [packet for packet in packets if packet.track.kind is kind]


def test_a_loop_is_whole_groups(slate: Slate) -> None:
    assert (slate.groups, slate.seconds) == (2, 2 * GOP_SECONDS)
    assert len(kinds([*slate.packets], Kind.VIDEO)) == 2 * GOP_FRAMES
    assert len(kinds([*slate.packets], Kind.AUDIO)) == 2 * SOUNDS_PER_GOP
    assert [packet.key for packet in kinds([*slate.packets], Kind.VIDEO)].count(True) == 2
    assert slate.packets[0].key


def test_less_than_a_group_is_no_loop() -> None:
    with pytest.raises(AssertionError):
        loop_of([b"v"], VIDEO, [b"a"], AUDIO)


def test_it_goes_round_at_the_pace_of_the_clock(slate: Slate) -> None:
    feed, found = SlateFeed(slate, 5 * SECOND), []
    for tick in range(0, 300):  # twelve seconds: three rounds and some
        found += feed.due(5 * SECOND + tick * SECOND // 25)
    for kind, step in ((Kind.VIDEO, 3600), (Kind.AUDIO, 1024)):
        times = [packet.dts for packet in kinds(found, kind)]
        assert times[0] == 0
        assert {after - before for before, after in pairwise(times)} == {step}
    assert len(kinds(found, Kind.VIDEO)) == 300
    assert all(packet.received_ns - 5 * SECOND >= packet.seconds * SECOND - 1000 for packet in found)


def test_after_a_long_sleep_it_goes_on_from_now(slate: Slate) -> None:
    feed = SlateFeed(slate, 0)
    assert feed.due(SECOND // 2)
    late = feed.due(60 * SECOND)
    assert len(late) < 5
    assert len(feed.due(61 * SECOND)) == pytest.approx(25 + 47, abs=2)
