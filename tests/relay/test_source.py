from itertools import pairwise
from typing import Any

import pytest

from relay.errors import Refused
from relay.media import Kind, Packet, Track
from relay.source import Slot, SourcePolicy, Sources, SourceState

MS = 1_000_000


class Stage:
    """The slots of a broadcast and what has come out of them."""

    def __init__(self, policy: SourcePolicy | None = None) -> None:
        self.out: list[Packet] = []
        self.sources = Sources(self.out.append, policy or SourcePolicy())

    def attach(self, slot: Slot = Slot.PRIMARY, now_ms: int = 0, *, force: bool = False) -> Any:
        return self.sources.attach(slot, f"{slot} encoder", now_ms * MS, force=force)

    def run(self, *feeds: tuple[Any, list[Packet]]) -> None:
        """Several sources publish what they have, in the order of arrival."""
        arrivals = [(packet.received_ns, number, packet) for number, (_, sent) in enumerate(feeds) for packet in sent]
        for _, number, packet in sorted(arrivals, key=lambda one: one[:2]):
            feeds[number][0].publish(packet)

    def largest_step(self, kind: Kind = Kind.VIDEO) -> float:
        """Seconds; asserts on the way that time only goes forward."""
        times = [packet for packet in self.out if packet.track.kind is kind]
        assert all(after.dts > before.dts for before, after in pairwise(times))
        return max(after.seconds - before.seconds for before, after in pairwise(times))


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_one_source(stage: Stage, feed: Any) -> None:
    source = stage.attach()
    assert source.state is SourceState.WAITING
    sent = feed().play(0, 2_000)
    stage.run((source, sent))
    assert source.state is SourceState.ON
    assert len(stage.out) == len(sent)
    assert stage.largest_step() == pytest.approx(0.04)


def test_pictures_before_the_first_key_frame_are_left_out(stage: Stage, feed: Any) -> None:
    source, encoder = stage.attach(), feed()
    for packet in (encoder.picture(0), encoder.sound(0), encoder.picture(40, key=True), encoder.picture(80)):
        source.publish(packet)
    assert [packet.track.kind for packet in stage.out] == [Kind.AUDIO, Kind.VIDEO, Kind.VIDEO]


def test_a_second_publisher_with_the_same_key_is_refused(stage: Stage, feed: Any) -> None:
    source = stage.attach(now_ms=1000)
    source.publish(feed().picture(0, key=True, ns=5000 * MS))
    with pytest.raises(Refused, match="another encoder is publishing") as refused:
        stage.attach(now_ms=5999)
    assert refused.value.reason == "busy"
    assert source.state is SourceState.ON


def test_a_source_that_has_just_come_is_not_pushed_out(stage: Stage) -> None:
    stage.attach(now_ms=1000)
    with pytest.raises(Refused):
        stage.attach(now_ms=1999)


@pytest.mark.parametrize(("now_ms", "force"), [(6000, False), (5001, True)])
def test_a_silent_source_gives_way_and_any_does_when_forced(stage: Stage, feed: Any, now_ms: int, force: bool) -> None:
    told: list[str] = []
    first = stage.attach(now_ms=1000)
    first.on_close(told.append)
    first.publish(feed().picture(0, key=True, ns=5000 * MS))
    second = stage.attach(now_ms=now_ms, force=force)
    assert first.state is SourceState.CLOSED
    assert told == ["another encoder took over with the same key"]
    with pytest.raises(Refused, match="took over"):
        first.publish(feed().picture(40))
    first.close()
    assert stage.sources.by_slot == {Slot.PRIMARY: second}


def test_a_reconnection_with_equal_parameters_is_no_new_track(stage: Stage, feed: Any) -> None:
    first = stage.attach()
    stage.run((first, feed().play(0, 1_000)))
    first.close()
    second = stage.attach(now_ms=5_000)
    stage.run((second, feed(start_ms=77, start_ns=6_000 * MS).play(77, 1_077)))
    assert len({packet.track for packet in stage.out}) == 2
    assert stage.largest_step() < 0.1
    assert stage.largest_step(Kind.AUDIO) < 0.1


def test_other_parameters_are_a_new_track(stage: Stage, feed: Any) -> None:
    first, encoder = stage.attach(), feed()
    first.publish(encoder.picture(0, key=True))
    first.close()
    encoder.video = Track(encoder.video.codec, 90_000, b"avcC", 640, 360)
    stage.attach(now_ms=5_000).publish(encoder.picture(40, key=True))
    assert stage.out[0].track is not stage.out[1].track


def test_the_end_of_the_show_closes_every_source(stage: Stage) -> None:
    sources = [stage.attach(Slot.PRIMARY), stage.attach(Slot.BACKUP)]
    stage.sources.end()
    assert [source.state for source in sources] == [SourceState.CLOSED] * 2
    assert stage.sources.by_slot == {}


def test_key_frames_are_asked_of_the_source_that_can_make_them(stage: Stage) -> None:
    source = stage.attach()
    source.request_keyframe()
    asked: list[int] = []
    source.on_keyframe_request(lambda: asked.append(1))
    source.request_keyframe()
    assert asked == [1]


# The hot backup.


def test_the_backup_stands_by_while_the_primary_sends(stage: Stage, feed: Any) -> None:
    primary, backup = stage.attach(Slot.PRIMARY), stage.attach(Slot.BACKUP)
    sent = feed().play(0, 5_000)
    stage.run((primary, sent), (backup, feed(start_ms=9).play(9, 5_009)))
    assert (primary.state, backup.state) == (SourceState.ON, SourceState.STANDBY)
    assert len(stage.out) == len(sent)


def test_the_backup_goes_on_from_its_cached_key_frame_after_a_second_of_silence(stage: Stage, feed: Any) -> None:
    primary, backup = stage.attach(Slot.PRIMARY), stage.attach(Slot.BACKUP)
    other = feed(start_ms=70_000)
    other.video = Track(other.video.codec, 90_000, b"other")
    stage.run((primary, feed().play(0, 3_500)), (backup, other.play(70_000, 76_000)))
    assert backup.state is SourceState.ON
    switch = next(n for n, packet in enumerate(stage.out) if packet.track is other.video)
    assert stage.out[switch].key
    assert 0 <= stage.out[switch].received_ns - other.arrival(74_500) <= 20 * MS  # a second after the last packet
    assert [packet.key for packet in stage.out[switch:] if packet.track is other.video].index(True, 1) == 25
    assert stage.largest_step() < 0.2
    assert stage.largest_step(Kind.AUDIO) < 1.3


def test_the_backup_goes_on_at_once_when_the_primary_leaves(stage: Stage, feed: Any) -> None:
    primary, backup = stage.attach(Slot.PRIMARY), stage.attach(Slot.BACKUP)
    stage.run((primary, feed().play(0, 3_500)), (backup, feed(start_ms=9).play(9, 3_509)))
    primary.close()
    assert stage.sources.on is None
    backup.publish(feed(start_ms=9).picture(3_520))
    assert backup.state is SourceState.ON


def test_the_primary_comes_back_after_ten_healthy_seconds_on_a_key_frame(stage: Stage, feed: Any) -> None:
    primary, backup = stage.attach(Slot.PRIMARY), stage.attach(Slot.BACKUP)
    first, again = feed(), feed()
    again.video = Track(first.video.codec, 90_000, b"other")
    there = again.play(5_000, 20_000)
    stage.run((primary, first.play(0, 2_000) + there), (backup, feed().play(0, 20_000)))
    assert (primary.state, backup.state) == (SourceState.ON, SourceState.STANDBY)
    back = next(packet for packet in stage.out if packet.track is again.video)
    assert back.key
    assert 15_000 <= (back.received_ns - first.start_ns) / MS <= 16_000
    assert stage.largest_step() < 0.2


def test_a_primary_that_stutters_does_not_come_back(stage: Stage, feed: Any) -> None:
    primary, backup = stage.attach(Slot.PRIMARY), stage.attach(Slot.BACKUP)
    encoder = feed()
    stutter = [packet for start in range(5_000, 30_000, 3_000) for packet in encoder.play(start, start + 1_000)]
    stage.run((primary, encoder.play(0, 2_000) + stutter), (backup, feed().play(0, 30_000)))
    assert backup.state is SourceState.ON


def test_a_switch_keeps_the_line_on_the_clock(stage: Stage, feed: Any) -> None:
    """What was seen already of a long cached group is squeezed: the live edge stays where it was."""
    primary, backup = stage.attach(Slot.PRIMARY), stage.attach(Slot.BACKUP)
    encoder, other = feed(), feed(start_ms=70_000)
    stage.run((primary, encoder.play(0, 3_500, gop=75)), (backup, other.play(70_000, 80_000, gop=75)))
    offsets = [packet.seconds - packet.received_ns / 1e9 for packet in stage.out if packet.track.kind is Kind.VIDEO]
    assert offsets[-1] == pytest.approx(offsets[0], abs=0.05)
    assert stage.largest_step(Kind.AUDIO) < 0.05  # sound without a hole
    assert stage.largest_step() < 0.1


def test_a_cached_group_shorter_than_the_silence_follows_without_a_gap(stage: Stage, feed: Any) -> None:
    primary, backup = stage.attach(Slot.PRIMARY), stage.attach(Slot.BACKUP)
    other = feed(start_ms=70_000)
    stage.run((primary, feed().play(0, 3_900, gop=10)), (backup, other.play(70_000, 76_000, gop=10)))
    assert backup.state is SourceState.ON
    assert stage.largest_step() < 0.1
    assert stage.largest_step(Kind.AUDIO) < 0.1


def test_people_can_choose_the_source(stage: Stage, feed: Any) -> None:
    primary, backup = stage.attach(Slot.PRIMARY), stage.attach(Slot.BACKUP)
    stage.run((primary, feed().play(0, 500)), (backup, feed().play(0, 500)))
    stage.sources.chosen = Slot.BACKUP
    encoder = feed()
    later = encoder.play(500, 20_000)
    stage.run((primary, later), (backup, later))
    assert backup.state is SourceState.ON  # and the healthy primary does not take it back
    stage.sources.chosen = None
    stage.run((primary, encoder.play(20_000, 21_000)), (backup, encoder.play(20_000, 21_000)))
    assert primary.state is SourceState.ON
    assert stage.largest_step() < 0.2


def test_the_primary_need_not_come_back_by_itself(feed: Any) -> None:
    stage = Stage(SourcePolicy(returns=False))
    primary, backup = stage.attach(Slot.PRIMARY), stage.attach(Slot.BACKUP)
    stage.run((primary, feed().play(0, 2_000) + feed().play(5_000, 30_000)), (backup, feed().play(0, 30_000)))
    assert backup.state is SourceState.ON


def test_what_a_source_sends_is_known(stage: Stage, feed: Any) -> None:
    source, encoder = stage.attach(), feed()
    stage.run((source, encoder.play(0, 6_000, gop=500)))
    facts = source.facts(encoder.arrival(6_000))
    assert facts.video is not None
    assert facts.video.packets_per_second == pytest.approx(25, rel=0.05)
    assert [one.warned for one in source.advice(encoder.arrival(6_000))] == ["long_groups"]
