"""Brings a member up to where its room is: at hello, and after it did not read for a while (PROTOCOLS section 5).

Either every missed entry in order, or a welcome with a snapshot; never a silent gap, never a duplicate. A seat counts
as brought up when it has reached what its lane has sent - checked and left without awaiting, so nothing fits between.
"""

from __future__ import annotations

import asyncio
import contextlib

from commerce.errors import CommerceError
from signaling import frames
from signaling.bus import BusDown, Place, Reading, placed
from signaling.errors import CLOSE_SLOW
from signaling.lane import UNSEATED, Lane, Seat, dropped, is_chat
from signaling.member import Member
from signaling.messages import Hello, PlaceView, Welcome
from signaling.messages import Place as SincePlace
from signaling.recall import recalled
from signaling.rooms import Room, Rooms

SWEEP_SECONDS = 0.25


class Catchup:
    """Resume and snapshot for all rooms of the node."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._settings = rooms.settings

    async def greet(self, room: Room, member: Member, hello: Hello) -> None:
        """The answer to hello: the missed entries, or a snapshot; then whatever came meanwhile."""
        readings = await self._missed(room, hello)
        if readings is None:
            await self._snapshot(room, member)
        else:
            assert hello.room_since is not None
            assert hello.show_since is not None
            self._welcome(member, _place(hello.room_since), _place(hello.show_since), resumed=True)
            for seat, reading in zip(room.members[member], readings, strict=True):
                member.write(_frames(reading))
                seat.at = reading.head.offset
        self._rooms.admit(room, member)
        await self._to_the_front(room, member)

    async def sweep(self) -> None:
        """Now and then: give those who have read on what they missed, hang up on those who do not read."""
        now = asyncio.get_running_loop().time()
        for member in list(self._rooms.behind):
            room = self._rooms.room_of(member)
            if room is None or member.gone:
                self._rooms.is_up(member)
            elif member.has_read:
                with contextlib.suppress(BusDown, CommerceError):  # the next sweep tries again
                    await self._to_the_front(room, member)
            elif member.behind_since is not None and now - member.behind_since > self._settings.slow_ms_max / 1000:
                member.close(CLOSE_SLOW, "too slow")

    async def _missed(self, room: Room, hello: Hello) -> tuple[Reading, Reading] | None:
        """What is missing since the places of the hello; None when that cannot be said of both streams."""
        if hello.room_since is None or hello.show_since is None:
            return None
        in_room = await self._rooms.bus.read(room.stream, _place(hello.room_since), self._settings.resume_lines_max)
        stream = room.audience.stream
        in_show = await self._rooms.bus.read(stream, _place(hello.show_since), self._settings.resume_lines_max)
        return (in_room, in_show) if in_room.complete and in_show.complete else None

    async def _snapshot(self, room: Room, member: Member) -> None:
        """The room as it is. The show's place is taken first: what changes after it is told again, harmlessly."""
        show = room.audience.lane.place
        chat = await self._rooms.bus.read(room.stream, None, self._settings.history_lines)
        view = await room.view(self._rooms.load)
        if member not in room.members:
            return  # it left meanwhile
        self._welcome(member, chat.head, show, resumed=False)
        lines = b",".join(recalled(chat.entries, room.is_banned))
        body = b'{"type":"snapshot","room":%b,"chat":[%b]}' % (view, lines)
        member.write(frames.text(body))
        room_seat, show_seat = room.members[member]
        if chat.head.epoch != room.lane.epoch:
            room.lane.restart(chat.head)
        room_seat.at, show_seat.at = chat.head.offset, show.offset

    def _welcome(self, member: Member, room: Place, show: Place, *, resumed: bool) -> None:
        member.send(
            Welcome(
                viewer=member.speaker,
                room=PlaceView(epoch=room.epoch, offset=room.offset),
                show=PlaceView(epoch=show.epoch, offset=show.offset),
                resumed=resumed,
            )
        )

    async def _to_the_front(self, room: Room, member: Member) -> None:
        """Reads on until both seats are where their lanes are; a member that stops reading is left to the sweep."""
        lanes = ((room.lane, room.stream), (room.audience.lane, room.audience.stream))
        while member in room.members and not member.gone:
            seats = room.members[member]
            late = [(s, *lane) for s, lane in zip(seats, lanes, strict=True) if s.at < lane[0].sent]
            if not late:
                self._rooms.is_up(member)
                return
            if not member.has_read:
                self._rooms.is_behind(member)
                return
            seat, lane, stream = late[0]
            if seat.at == UNSEATED or not await self._forward(room, seat, lane, stream):
                await self._snapshot(room, member)

    async def _forward(self, room: Room, seat: Seat, lane: Lane, stream: str) -> bool:
        """One more reading for one seat. False: what it misses is gone."""
        since = Place(lane.epoch, seat.at)
        reading = await self._rooms.bus.read(stream, since, self._settings.resume_lines_max)
        if reading.head.epoch != lane.epoch:
            lane.restart(reading.head)
        if not reading.complete:
            return False
        if seat.at == since.offset and seat.member in room.members:
            most = self._settings.flood_lines_per_second if lane is room.lane else len(reading.entries)
            seat.member.write(_frames(reading, most))
            seat.at = reading.head.offset
        return True


def _place(since: SincePlace) -> Place:
    return Place(since.epoch, since.offset)


def _frames(reading: Reading, newest_max: int | None = None) -> bytes:
    """The entries as frames; with a maximum, the older chat lines are replaced by `dropped`. Facts all come."""
    entries = reading.entries
    lines = [entry.offset for entry in entries if is_chat(entry)]
    if newest_max is None or len(lines) <= newest_max:
        return b"".join(frames.text(placed(entry)) for entry in entries)
    first_line = lines[-newest_max]
    parts, start = [], entries[0].offset
    for entry in entries:
        if is_chat(entry) and entry.offset < first_line:
            continue
        if entry.offset > start:
            parts.append(dropped(start, entry.offset - 1))
        parts.append(frames.text(placed(entry)))
        start = entry.offset + 1
    return b"".join(parts)
