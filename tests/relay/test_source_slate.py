"""A show that is on and nobody publishes; a pause; a backup with long groups. What comes out is one line."""

from itertools import pairwise
from typing import Any

import pytest

from relay.media import Codec, Kind, Packet, Track
from relay.slate import GOP_FRAMES, SlateFeed, loop_of
from relay.slate_picture import Cause
from relay.source import Slot, SourcePolicy, Sources, SourceState

MS, TICK_MS = 1_000_000, 40
SLATES = {
    cause: loop_of(
        [b"v"] * GOP_FRAMES, Track(Codec.H264, 90_000, cause.encode()), [b"a"] * 90,
        Track(Codec.AAC, 48_000, bytes.fromhex("1190")),
    )
    for cause in Cause
}  # fmt: skip


class Show:
    """A broadcast of a show that is on: packets come as they are sent, and the slate is filled in."""

    def __init__(self, policy: SourcePolicy | None = None) -> None:
        self.out: list[Packet] = []
        self.told: list[str] = []
        self.sources = Sources(self.out.append, policy or SourcePolicy(), self.told.append)
        self.sources.slates = SLATES
        self.now_ms = 1000

    def attach(self, slot: Slot = Slot.PRIMARY) -> Any:
        return self.sources.attach(slot, "encoder", self.now_ms * MS, force=False)

    def run(self, until_ms: int, *feeds: tuple[Any, list[Packet]]) -> None:
        """Everything up to that time, in the order of arrival."""
        waiting = sorted(
            ((packet.received_ns, number, packet) for number, (_, sent) in enumerate(feeds) for packet in sent),
            key=lambda one: one[:2],
        )
        while self.now_ms < until_ms:
            self.now_ms += TICK_MS
            while waiting and waiting[0][0] <= self.now_ms * MS:
                _, number, packet = waiting.pop(0)
                feeds[number][0].publish(packet)
            self.sources.fill(self.now_ms * MS)

    def seen(self, kind: Kind = Kind.VIDEO) -> list[tuple[str, float, float]]:
        """(what, time on the line, time it came) of each packet of that kind."""
        return [
            (_name(packet), packet.seconds, packet.received_ns / 1e9)
            for packet in self.out
            if packet.track.kind is kind
        ]

    def check_line(self, hole_ms_max: int) -> None:
        """Time goes forward only, and neither the line nor the clock has a larger hole."""
        for kind in Kind:
            seen = self.seen(kind)
            for (_, at, came), (_, then, later) in pairwise(seen):
                assert 0 < then - at <= hole_ms_max / 1000
                assert later - came <= hole_ms_max / 1000

    def order(self) -> list[str]:
        """Whose pictures came, without repetitions."""
        names = [name for name, _, _ in self.seen()]
        return [name for name, before in zip(names, [None, *names], strict=False) if name != before]


def _name(packet: Packet) -> str:
    for cause in Cause:
        if packet.track.config == cause.encode():
            return cause
    return packet.track.config.decode(errors="replace")


def encoder(feed: Any, start_ms: int, name: bytes = b"avcC") -> Any:
    made = feed(start_ms=start_ms, start_ns=start_ms * MS)
    made.video = Track(Codec.H264, 90_000, name, 320, 180)
    return made


@pytest.fixture
def show() -> Show:
    return Show()


def test_a_show_without_an_encoder_shows_the_slate(show: Show) -> None:
    show.run(6_000)
    assert show.order() == [Cause.WAITING]
    assert show.seen()[0][2] <= 1.1
    show.check_line(100)
    assert show.sources.slate_is_on
    assert show.sources.on is None


def test_before_a_show_there_is_nothing(show: Show) -> None:
    show.sources.slates = None
    show.run(3_000)
    assert show.out == []


def test_an_encoder_goes_on_with_its_first_key_frame(show: Show, feed: Any) -> None:
    show.run(3_000)
    source, made = show.attach(), encoder(feed, 3_000)
    packets = made.play(3_000, 8_000)
    late = [packet for packet in packets if packet.received_ns >= 3_400 * MS]  # begins within a group: one second
    show.run(8_000, (source, late))
    assert show.order() == [Cause.WAITING, "avcC"]
    first = next(packet for packet in show.out if packet.track is made.video)
    assert first.key
    assert first.received_ns == 4_000 * MS
    show.check_line(120)


def test_a_killed_encoder_gives_way_at_once_and_comes_back_on_its_key_frame(show: Show, feed: Any) -> None:
    source = show.attach()
    show.run(4_000, (source, encoder(feed, 1_000).play(1_000, 4_000)))
    source.close()
    show.run(9_000)
    again = show.attach()
    show.run(14_000, (again, encoder(feed, 9_000).play(9_000, 14_000)))
    assert show.order() == ["avcC", Cause.WAITING, "avcC"]
    assert show.told == ["primary", "slate", "primary"]
    show.check_line(150)


def test_an_encoder_that_falls_silent_gives_way_after_a_second_and_goes_on_where_it_left_off(
    show: Show, feed: Any
) -> None:
    source, made = show.attach(), encoder(feed, 1_000)
    sent = made.play(1_000, 12_000, gop=250)  # one key frame in all that time
    show.run(12_000, (source, [packet for packet in sent if not 4_000 < packet.received_ns / MS < 8_000]))
    assert show.order() == ["avcC", Cause.WAITING, "avcC"]
    slate = [came for name, _, came in show.seen() if name == Cause.WAITING]
    assert 5.0 <= slate[0] <= 5.15
    assert slate[-1] <= 8.05  # its key frame was kept: nobody waits ten seconds for the next
    show.check_line(1_150)


@pytest.mark.parametrize("gop", [50, 250])
def test_a_pause_shows_its_own_slate_and_ends_at_once(show: Show, feed: Any, gop: int) -> None:
    source = show.attach()
    sent = encoder(feed, 1_000).play(1_000, 12_000, gop=gop)
    show.run(4_000, (source, [packet for packet in sent if packet.received_ns <= 4_000 * MS]))
    show.sources.pause(paused=True)
    show.run(8_000, (source, [packet for packet in sent if 4_000 * MS < packet.received_ns <= 8_000 * MS]))
    assert source.state is SourceState.STANDBY
    show.sources.pause(paused=False)
    show.run(12_000, (source, [packet for packet in sent if packet.received_ns > 8_000 * MS]))
    assert show.order() == ["avcC", Cause.PAUSED, "avcC"]
    slate = [came for name, _, came in show.seen() if name == Cause.PAUSED]
    assert slate[0] <= 4.1
    assert slate[-1] <= 8.05
    show.check_line(150)


def test_a_pause_without_an_encoder_changes_the_slate(show: Show) -> None:
    show.run(2_000)
    show.sources.pause(paused=True)
    show.run(3_000)
    show.sources.pause(paused=False)
    show.run(4_000)
    assert show.order() == [Cause.WAITING, Cause.PAUSED, Cause.WAITING]
    show.check_line(120)


def test_after_a_pause_the_primary_goes_on_and_not_the_backup(show: Show, feed: Any) -> None:
    primary, backup = show.attach(), show.attach(Slot.BACKUP)
    show.sources.pause(paused=True)
    one, other = encoder(feed, 1_000), encoder(feed, 1_000, b"other")
    both = [(primary, one.play(1_000, 6_000)), (backup, other.play(1_000, 6_000))]
    show.run(6_000, *both)
    show.sources.pause(paused=False)
    show.run(9_000, (backup, other.play(6_000, 9_000)), (primary, one.play(6_000, 9_000)))
    assert show.order() == [Cause.PAUSED, "avcC"]


def test_a_backup_that_is_there_keeps_the_slate_away(show: Show, feed: Any) -> None:
    primary, backup = show.attach(), show.attach(Slot.BACKUP)
    other = encoder(feed, 1_000, b"other").play(1_000, 9_000)
    show.run(4_000, (primary, encoder(feed, 1_000).play(1_000, 4_000)), (backup, other[: len(other) * 3 // 8]))
    primary.close()
    show.run(9_000, (backup, other[len(other) * 3 // 8 :]))
    assert show.order() == ["avcC", "other"]
    show.check_line(150)


@pytest.mark.parametrize("gop_seconds", [2, 5, 10, 15])
def test_a_backup_with_long_groups_goes_on_within_a_second_too(show: Show, feed: Any, gop_seconds: int) -> None:
    primary, backup = show.attach(), show.attach(Slot.BACKUP)
    other = encoder(feed, 1_000, b"other").play(1_000, 32_000, gop=gop_seconds * 25)
    show.run(32_000, (primary, encoder(feed, 1_000).play(1_000, 29_400)), (backup, other))
    assert show.order() == ["avcC", "other"]
    came = [moment for name, _, moment in show.seen() if name == "other" and moment >= 29.4]
    assert came[0] <= 30.5  # a second of silence, then at once
    first = next(packet for packet in show.out if packet.track.config == b"other")
    assert first.key
    times = [at for _, at, _ in show.seen()]
    assert times[-1] - times[0] == pytest.approx(31.0, abs=0.2)  # and the line has kept to the clock


def test_sound_alone_goes_on_when_no_picture_has_come_for_a_second(show: Show, feed: Any) -> None:
    show.run(2_000)
    source = show.attach()
    sounds = [one for one in encoder(feed, 2_000).play(2_000, 5_000) if one.track.kind is Kind.AUDIO]
    show.run(5_000, (source, sounds))
    assert source.state is SourceState.ON
    assert show.seen()[-1][2] == pytest.approx(3.0, abs=0.1)  # the slate's last picture


def test_a_feed_is_begun_anew_with_other_slates(show: Show) -> None:
    show.run(2_000)
    own = loop_of(
        [b"v"] * GOP_FRAMES, Track(Codec.H264, 90_000, b"own"), [b"a"] * 90, SLATES[Cause.PAUSED].packets[1].track
    )
    show.sources.slates = {Cause.WAITING: own, Cause.PAUSED: own}
    show.run(3_000)
    assert show.order() == [Cause.WAITING, "own"]
    assert isinstance(SlateFeed(own, 0).due(0)[0], Packet)
