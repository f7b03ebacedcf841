"""The rooms that have members on this node. A room comes into being with its first member and goes with its last.

A room has a lane of its own (chat, notices); the show's lane (shelf, stock, pins, state) is shared by all rooms of a
merchant, so that one fact is received once, however many rooms there are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime

from config.metrics import Metrics
from config.settings import RoomSettings
from signaling import frames
from signaling.api.models import RoomView
from signaling.bus import Bus, Entry, Place
from signaling.crowd import Crowd
from signaling.crowds import Crowds
from signaling.errors import CLOSE_BANNED, CLOSE_LOGGED_OUT, CLOSE_RENEWED, TooMany
from signaling.house import House
from signaling.houses import Houses
from signaling.lane import UNSEATED, Lane, LaneLimits, Seat, is_chat
from signaling.limits import Bucket
from signaling.member import Member
from signaling.messages import LikesSum, LineState, Presence, Standing
from signaling.presence import Counts

TICK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class RoomFacts:
    """A room as the directory knows it: the view is without counts."""

    merchant: int
    view: RoomView


Load = Callable[[str], Awaitable[RoomFacts]]


class Room:
    """One room with members."""

    def __init__(self, name: str, audience: Audience, lane: Lane, chat: Bucket) -> None:
        self.name = name
        self.audience = audience
        self.lane = lane
        self.chat = chat
        self.members: dict[Member, tuple[Seat, Seat]] = {}
        self.counts = Counts()
        self._view: tuple[int, bytes] | None = None

    @property
    def stream(self) -> str:
        return room_stream(self.name)

    @property
    def viewers(self) -> int:
        """Members here and on other nodes."""
        return len(self.members) + self.audience.crowd.viewers(self.name)

    async def view(self, load: Load) -> bytes:
        """The room as it is now, a RoomView's JSON; read anew after every fact that could have changed it.

        Kept as it is sent, without the counts: thousands of rooms, and whoever comes, cost little.
        """
        known = self.audience.lane.received
        view = self._view[1] if self._view is not None and self._view[0] == known else None
        if view is None:
            view = (await load(self.name)).view.model_dump_json(exclude={"viewers", "total_viewers"}).encode()
            self._view = (known, view)
        return b'%b,"viewers":%d,"total_viewers":%d}' % (view[:-1], self.viewers, self.audience.total)

    def receive(self, entry: Entry) -> None:
        """An entry of this room's stream: anything but chat is about the room itself."""
        if not is_chat(entry):
            self._view = None
        _receive(self.lane, entry)

    def standing(self, member: Member) -> Standing:
        """What the member may do here now."""
        return self.audience.house.standing(member.viewer, self.name, datetime.now(UTC))

    def is_banned(self, viewer: str) -> bool:
        """Whether what he said is not shown to whoever comes."""
        return self.audience.house.is_banned(viewer, self.name, datetime.now(UTC))

    def show_out(self, viewers: Collection[str], reason: str, code: int = CLOSE_LOGGED_OUT) -> None:
        """Whoever was known as one of them is somebody else from now on."""
        for member in list(self.members):
            if member.viewer in viewers:
                member.close(code, reason)

    def write(self, data: bytes) -> None:
        """To everyone, out of any lane: what may be missed."""
        for member in self.members:
            member.write(data)


class Audience:
    """A merchant's rooms on this node, and the lane of its show."""

    def __init__(self, merchant: int, lane: Lane, house: House, crowd: Crowd) -> None:
        self.merchant = merchant
        self.lane = lane
        self.house = house
        self.crowd = crowd
        self.rooms: dict[str, Room] = {}
        self.viewers = 0

    @property
    def stream(self) -> str:
        return show_stream(self.merchant)

    @property
    def total(self) -> int:
        """Members in all rooms, here and on other nodes."""
        return self.viewers + self.crowd.total

    def receive(self, entry: Entry) -> None:
        """An entry of the show's stream."""
        _receive(self.lane, entry)


def _receive(lane: Lane, entry: Entry) -> None:
    if not lane.receive(entry):
        lane.restart(Place(entry.epoch, entry.offset))


def room_stream(room: str) -> str:
    """The bus's name for a room's stream."""
    return f"room:{room}"


def show_stream(merchant: int) -> str:
    """The bus's name for the stream of a merchant's show."""
    return f"show:{merchant}"


class Rooms:
    """All rooms of this node. `load` reads a room from the directory."""

    def __init__(
        self, settings: RoomSettings, bus: Bus, houses: Houses, crowds: Crowds, load: Load, *, metrics: Metrics
    ) -> None:
        self.settings = settings
        self.bus = bus
        self.load = load
        self._houses = houses
        self._crowds = crowds
        houses.on_change, houses.on_erased = self.stand, self.forget
        self.behind: dict[Member, None] = {}
        self._metrics = metrics
        self._rooms: dict[str, Room] = {}
        self._audiences: dict[int, Audience] = {}
        self._opening = asyncio.Lock()
        self._told_down = False
        self._members = 0
        self._of_viewer: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._rooms)

    def get(self, room: str) -> Room | None:
        """The room, if anyone is in it."""
        return self._rooms.get(room)

    def viewers(self, merchant: int) -> dict[str, int]:
        """Members by room, of the rooms of a merchant that have any: here, and on other nodes as far as they tell."""
        audience, crowd = self._audiences.get(merchant), self._crowds.get(merchant)
        found = {} if crowd is None else dict(crowd.rooms())
        for name, room in audience.rooms.items() if audience is not None else ():
            found[name] = found.get(name, 0) + len(room.members)
        return found

    async def enter(self, name: str, member: Member) -> Room:
        """Takes a member in, its seats still to be brought up. Raises `TooMany`, `BusDown`, CommerceError."""
        self._check_room_for(member.viewer)
        self._count(member.viewer)  # before anything is awaited: a crowd at the door counts as well
        try:
            async with self._opening:
                room = self._rooms.get(name) or await self._open(name, member.merchant)
        except BaseException:
            self._discount(member.viewer)
            raise
        seats = (Seat(member, UNSEATED), Seat(member, UNSEATED))
        room.members[member] = seats
        room.lane.seats[seats[0]] = None
        room.audience.lane.seats[seats[1]] = None
        room.audience.viewers += 1
        return room

    def leave(self, room: Room, member: Member) -> None:
        """The member is gone; the last one takes the room along."""
        for seat, lane in zip(room.members.pop(member), (room.lane, room.audience.lane), strict=True):
            lane.seats.pop(seat, None)
        self.behind.pop(member, None)
        room.audience.viewers -= 1
        self._discount(member.viewer)
        if not room.members:
            self._close(room)

    def room_of(self, member: Member) -> Room | None:
        """Where a member is."""
        room = self._rooms.get(member.room)
        return room if room is not None and member in room.members else None

    def is_behind(self, member: Member) -> None:
        """The member has not read what it has, or its lane went on elsewhere: the next sweep brings it up."""
        if member.behind_since is None:
            member.behind_since = asyncio.get_running_loop().time()
        self.behind[member] = None

    def is_up(self, member: Member) -> None:
        """The member has everything."""
        member.behind_since = None
        self.behind.pop(member, None)

    def stand(self, house: House, viewer: str | None) -> None:
        """Somebody's standing has changed (None: perhaps everybody's): he is told, and shown out when he is banned."""
        audience = self._audiences.get(house.merchant)
        for room in list(audience.rooms.values()) if audience is not None else ():
            for member in list(room.members):
                if viewer in (None, member.viewer):
                    self.admit(room, member)

    def admit(self, room: Room, member: Member) -> bool:
        """Tells the member how he stands; False when he is banned and therefore shown out."""
        standing = room.standing(member)
        if standing != member.standing:
            member.standing = standing
            member.send(standing)
        if standing.banned is not None:
            member.close(CLOSE_BANNED, "banned")
        return standing.banned is None

    def end(self, viewers: Collection[str]) -> None:
        """They have logged out: whoever has their sockets, wherever, is not them any more."""
        self._show_out(viewers, "logged out", CLOSE_LOGGED_OUT)

    def renew(self, viewers: Collection[str]) -> None:
        """They have logged in: the windows of that browser come back with its new cookie, and nobody else's do."""
        self._show_out(viewers, "logged in", CLOSE_RENEWED)

    def forget(self, house: House, viewer: str) -> None:
        """His data have been erased here: his sockets know his name. He comes in again as a guest."""
        audience = self._audiences.get(house.merchant)
        for room in list(audience.rooms.values()) if audience is not None else ():
            room.show_out({viewer}, "erased")

    def tick(self) -> None:
        """Once a second: counts and hearts that have changed; and whether the other nodes can be reached."""
        if self.bus.is_down is not self._told_down:
            self._told_down = self.bus.is_down
            state = frames.text(LineState(up=not self._told_down).encode())
            for room in self._rooms.values():
                room.write(state)
        for merchant, audience in self._audiences.items():
            likes = {name: count for name, room in audience.rooms.items() if (count := room.counts.likes())}
            for name, room in audience.rooms.items():
                presence = room.counts.presence(room.viewers, audience.total)
                if presence is not None:
                    room.write(frames.text(Presence(viewers=presence[0], total=presence[1]).encode()))
                hearts = likes.get(name, 0) + audience.crowd.likes(name)
                if hearts:
                    room.write(frames.text(LikesSum(count=hearts).encode()))
            self._crowds.say(merchant, {name: len(room.members) for name, room in audience.rooms.items()}, likes)

    def close_all(self, code: int, reason: str) -> None:
        """Hangs up on everyone."""
        for room in list(self._rooms.values()):
            for member in list(room.members):
                member.close(code, reason)

    def _show_out(self, viewers: Collection[str], reason: str, code: int) -> None:
        here = {viewer for viewer in viewers if viewer in self._of_viewer}
        for room in list(self._rooms.values()) if here else ():
            room.show_out(here, reason, code)

    def _check_room_for(self, viewer: str) -> None:
        if self._members >= self.settings.members_max:
            raise TooMany("this server is full", retry_after=10.0)
        if self._of_viewer.get(viewer, 0) >= self.settings.members_per_viewer_max:
            raise TooMany("too many windows are open", retry_after=10.0)

    def _count(self, viewer: str) -> None:
        self._members += 1
        self._of_viewer[viewer] = self._of_viewer.get(viewer, 0) + 1
        self._metrics.room_members.set(self._members)

    def _discount(self, viewer: str) -> None:
        self._members -= 1
        self._of_viewer[viewer] -= 1
        if not self._of_viewer[viewer]:
            del self._of_viewer[viewer]
        self._metrics.room_members.set(self._members)

    async def _open(self, name: str, merchant: int) -> Room:
        audience = self._audiences.get(merchant) or await self._open_audience(merchant)
        limits = LaneLimits(self.settings.gather_ms / 1000, self.settings.flood_lines_per_second)
        now = asyncio.get_running_loop().time()
        rate = self.settings.room_chat_per_second
        room = Room(name, audience, self._lane(limits), Bucket(rate, max(1.0, rate), now))
        self._rooms[name] = audience.rooms[name] = room
        try:
            room.lane.start(await self.bus.follow(room.stream, room.receive))
        except BaseException:  # whatever it was: a room that hears nothing must not be found by the next who comes
            self._forget(room)
            raise
        return room

    async def _open_audience(self, merchant: int) -> Audience:
        lane = self._lane(LaneLimits(self.settings.gather_ms / 1000, None))
        async with AsyncExitStack() as stack:  # what was opened is closed again when the next cannot be
            house = await self._houses.open(merchant)
            stack.callback(self._houses.close, merchant)
            audience = Audience(merchant, lane, house, await self._crowds.open(merchant))
            stack.callback(self._crowds.close, merchant)
            audience.lane.start(await self.bus.follow(audience.stream, audience.receive))
            stack.pop_all()
        self._audiences[merchant] = audience
        return audience

    def _lane(self, limits: LaneLimits) -> Lane:
        return Lane(limits, self.is_behind, self._metrics.chat_deliveries.inc)

    def _close(self, room: Room) -> None:
        room.lane.close()
        self.bus.unfollow(room.stream)
        self._forget(room)

    def _forget(self, room: Room) -> None:
        audience = room.audience
        del self._rooms[room.name], audience.rooms[room.name]
        audience.house.forget(room.name)
        if not audience.rooms:
            self._houses.close(audience.merchant)
            self._crowds.close(audience.merchant)
            audience.lane.close()
            self.bus.unfollow(audience.stream)
            del self._audiences[audience.merchant]
