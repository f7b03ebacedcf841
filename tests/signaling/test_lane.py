"""A lane with members that only record: what each is given, byte for byte."""

from __future__ import annotations

import asyncio
import json
import struct

import pytest

from signaling import frames
from signaling.bus import Entry, Place, placed
from signaling.lane import SLICE_SEATS, UNSEATED, Lane, LaneLimits, Seat
from signaling.member import Member
from signaling.messages import Speaker

GATHER = 0.001


class Sink(asyncio.Transport):
    """A transport that keeps what is written; `unread` is what its buffer claims to hold."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []
        self.unread = 0

    def write(self, data: bytes) -> None:  # type: ignore[override]
        self.writes.append(bytes(data))

    def get_write_buffer_size(self) -> int:
        return self.unread

    def is_closing(self) -> bool:
        return False


class Hall:
    """A lane and its members."""

    def __init__(self, lines_per_second: int | None = None) -> None:
        self.behind: list[Member] = []
        self.delivered = 0
        self.lane = Lane(LaneLimits(GATHER, lines_per_second), self.behind.append, self._count)
        self.lane.start(Place("e", 0))

    def _count(self, lines: int) -> None:
        self.delivered += lines

    def seat(self, at: int = 0) -> tuple[Seat, Sink]:
        sink = Sink()
        seat = Seat(Member("r", "v", Speaker(id="v", name="v"), sink, 1000, merchant=1), at)
        self.lane.seats[seat] = None
        return seat, sink

    def say(self, *offsets: int, epoch: str = "e") -> None:
        for offset in offsets:
            assert self.lane.receive(entry(offset, epoch))

    async def quiet(self) -> None:
        """Until everything received has been sent."""
        while self.lane.sent != self.lane.received or self.lane._timer is not None:  # noqa: ASYNC110
            await asyncio.sleep(GATHER)


def entry(offset: int, epoch: str = "e") -> Entry:
    return Entry(epoch, offset, 0.0, b'{"type":"chat","n":%d}' % offset)


def told(sink: Sink) -> list[int | tuple[int, int, int]]:
    """Offsets of lines, and (from, to, count) of dropped ones, in the order written."""
    data, found = b"".join(sink.writes), []
    while data:
        length, start = data[1], 2
        if length == 126:
            (length,), start = struct.unpack("!H", data[2:4]), 4
        message = json.loads(data[start : start + length])
        gap = message["type"] == "dropped"
        found.append((message["from"], message["to"], message["count"]) if gap else message["offset"])
        data = data[start + length :]
    return found


async def test_everyone_gets_the_very_same_bytes():
    hall = Hall()
    sinks = [hall.seat()[1] for _ in range(SLICE_SEATS * 2 + 1)]
    hall.say(1)
    await hall.quiet()
    assert {b"".join(sink.writes) for sink in sinks} == {frames.text(placed(entry(1)))}
    assert hall.delivered == len(sinks)


async def test_lines_close_together_leave_in_one_write():
    hall = Hall()
    _, sink = hall.seat()
    hall.say(1, 2, 3)
    await hall.quiet()
    assert told(sink) == [1, 2, 3]
    assert len(sink.writes) == 1


async def test_an_entry_told_twice_is_given_once():
    hall = Hall()
    _, sink = hall.seat()
    hall.say(1, 2, 1, 2, 3, 3)
    await hall.quiet()
    assert told(sink) == [1, 2, 3]


async def test_who_has_the_beginning_of_a_batch_gets_the_rest_of_it():
    hall = Hall()
    hall.say(1, 2, 3)
    _, sink = hall.seat(at=2)
    await hall.quiet()
    assert told(sink) == [3]


async def test_who_is_being_brought_up_is_passed_over():
    hall = Hall()
    (new, new_sink), (_, sink) = hall.seat(at=UNSEATED), hall.seat()
    hall.say(1)
    await hall.quiet()
    assert (told(new_sink), told(sink)) == ([], [1])
    new.at = 1
    hall.say(2)
    await hall.quiet()
    assert told(new_sink) == [2]


@pytest.mark.parametrize("lines", [4, 50])
async def test_in_a_flood_the_newest_lines_go_and_the_count_of_the_others_is_exact(lines):
    hall = Hall(lines_per_second=3)
    _, sink = hall.seat()
    hall.say(*range(1, lines + 1))
    await hall.quiet()
    assert told(sink) == [(1, lines - 3, lines - 3), lines - 2, lines - 1, lines]


async def test_in_a_flood_somebody_in_the_middle_of_the_gap_is_told_of_his_own_part_of_it():
    hall = Hall(lines_per_second=1)
    hall.say(*range(1, 11))
    _, sink = hall.seat(at=6)
    await hall.quiet()
    assert told(sink) == [(7, 9, 3), 10]


async def test_in_a_flood_every_fact_among_the_lines_comes_and_none_is_counted_as_dropped():
    hall = Hall(lines_per_second=2)
    _, sink = hall.seat()
    facts = [1, 9, 10, 20, 30]
    for offset in range(1, 31):
        body = b'{"type":"notice"}' if offset in facts else b'{"type":"chat"}'
        assert hall.lane.receive(Entry("e", offset, 0.0, body))
    await hall.quiet()
    gaps = [(2, 8, 7), (11, 19, 9), (21, 27, 7)]
    assert told(sink) == [1, gaps[0], 9, 10, gaps[1], 20, gaps[2], 28, 29, 30]


async def test_over_any_flood_lines_and_gaps_cover_every_offset_once():
    hall = Hall(lines_per_second=40)
    _, sink = hall.seat()
    offset = 0
    for burst in (1, 30, 2, 70, 1, 1, 200, 5):
        hall.say(*range(offset + 1, offset + burst + 1))
        offset += burst
        await hall.quiet()
    covered: list[int] = []
    for each in told(sink):
        if isinstance(each, tuple):
            start, end, count = each
            assert count == end - start + 1
            covered += range(start, end + 1)
        else:
            covered.append(each)
    assert covered == list(range(1, offset + 1))


async def test_who_does_not_read_is_reported_and_holds_nobody_up():
    hall = Hall()
    (slow, slow_sink), (_, sink) = hall.seat(), hall.seat()
    slow_sink.unread = 2000
    hall.say(1, 2)
    await hall.quiet()
    assert told(sink) == [1, 2]
    assert hall.behind == [slow.member]
    assert (slow.at, slow_sink.writes) == (0, [])


async def test_a_gap_or_another_epoch_is_not_taken():
    hall = Hall()
    hall.say(1)
    assert not hall.lane.receive(entry(3))
    assert not hall.lane.receive(entry(2, "f"))
    hall.say(2)


async def test_after_a_restart_everyone_is_behind_and_only_an_old_epochs_places_are_void():
    hall = Hall()
    seat, _ = hall.seat()
    hall.say(1)
    await hall.quiet()
    hall.lane.restart(Place("e", 9))
    assert (seat.at, hall.behind) == (1, [seat.member])
    hall.lane.restart(Place("f", 2))
    assert seat.at == UNSEATED


async def test_what_comes_before_the_answer_of_follow_is_not_lost():
    hall = Hall()
    lane = Lane(LaneLimits(GATHER, None), hall.behind.append, hall._count)
    assert lane.receive(entry(8))
    lane.start(Place("e", 7))
    assert lane.place == Place("e", 8)
    lane.close()
