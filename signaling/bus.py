"""The bus: named streams of facts that every node can append to, follow and read again. Here: the port, and in memory.

An entry's place is (epoch, offset). Offsets count up by one from 1 within an epoch; a new epoch means that nothing can
be said about what an old place missed. Bodies are JSON objects without their place, which `placed` puts in front.
"""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import Protocol

# Names that a stream remembers, the newest: a whole evening of a room that talks as people do, and in the greatest
# flood (5,000 lines/s) longer than a publisher's tries take. It forgets them all when it is itself forgotten.
NAMES_MAX = 50_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a stream is, or what somebody knows of it."""

    epoch: str
    offset: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact. `at` is when it was appended, in seconds of the bus's one clock."""

    epoch: str
    offset: int
    at: float
    body: bytes


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found. Without `complete` something between the asked place and `entries` is gone for good."""

    entries: list[Entry]
    head: Place
    complete: bool


Receiver = Callable[[Entry], None]
Listener = Callable[[bytes], None]


class Bus(Protocol):
    """What rooms need of a bus."""

    async def publish(self, stream: str, body: bytes) -> Place:
        """Append; followers everywhere get it in the order of offsets. Raises `BusDown`."""

    async def publish_once(self, stream: str, body: bytes, name: str) -> bool:
        """As `publish`; False when something of that name was appended already, perhaps by a try whose answer was lost.

        A name is remembered while `NAMES_MAX` newer ones do not push it out, and as long as the stream is kept.
        """

    async def read(self, stream: str, after: Place | None, entries_max: int) -> Reading:
        """Everything after a place, or with None the newest `entries_max`. Raises `BusDown`."""

    async def rewrite(self, streams: Collection[str], words: bytes, instead: bytes) -> None:
        """In these streams every kept entry with `words` in its body says `instead` from now on. Raises `BusDown`.

        Its place and time stay. Nobody is told.
        """

    async def follow(self, stream: str, receiver: Receiver) -> Place:
        """Give the receiver every entry after the returned place. One follower a stream and node. Raises `BusDown`."""

    def unfollow(self, stream: str) -> None:
        """Nobody here is interested any more."""

    async def tell(self, topic: str, body: bytes) -> None:
        """Say something that need not be kept: whoever listens now hears it, nobody later. Raises `BusDown`."""

    async def listen(self, topic: str, listener: Listener) -> None:
        """Hear what is told from about now on, or once the bus is back; one listener a topic and node."""

    def unlisten(self, topic: str) -> None:
        """Nobody here is interested any more."""

    @property
    def is_down(self) -> bool:
        """The bus cannot be reached at the moment; it is being tried."""

    async def close(self) -> None:
        """Let go of everything."""


class BusDown(Exception):
    """The bus cannot be reached now: what was to be published is not, unless only the answer was lost."""


def placed(entry: Entry) -> bytes:
    """The body with its place in front: `{"epoch":"...","offset":7,...}`."""
    return b'{"epoch":"%b","offset":%d,%b' % (entry.epoch.encode(), entry.offset, entry.body[1:])


@dataclass(frozen=True, slots=True)
class Keep:
    """How much of a stream is kept: so many entries, none older, and all of it so long after the last follower."""

    entries_max: int
    seconds_max: float
    idle_seconds_max: float


@dataclass(slots=True)
class _Stream:
    epoch: str
    offset: int = 0
    entries: deque[Entry] = field(default_factory=deque)
    names: dict[str, None] = field(default_factory=dict)
    receiver: Receiver | None = None
    idle_since: float = 0.0


class MemoryBus:
    """The bus of a single node. Publishing hands to the follower at once, on the caller's stack."""

    def __init__(self, keep: Keep, now: Callable[[], float]) -> None:
        self._keep = keep
        self._now = now
        self._streams: dict[str, _Stream] = {}
        self._listeners: dict[str, Listener] = {}

    async def publish(self, stream: str, body: bytes) -> Place:
        state = self._open(stream)
        state.offset += 1
        entry = Entry(state.epoch, state.offset, self._now(), body)
        state.entries.append(entry)
        self._trim(state)
        if state.receiver is not None:
            state.receiver(entry)
        return Place(state.epoch, state.offset)

    async def publish_once(self, stream: str, body: bytes, name: str) -> bool:
        names = self._open(stream).names
        if name in names:
            return False
        names[name] = None
        if len(names) > NAMES_MAX:
            del names[next(iter(names))]
        await self.publish(stream, body)
        return True

    async def read(self, stream: str, after: Place | None, entries_max: int) -> Reading:
        state = self._open(stream)
        self._trim(state)
        head = Place(state.epoch, state.offset)
        if after is None:
            newest = list(state.entries)[-entries_max:] if entries_max else []
            return Reading(newest, head, complete=True)
        if after.epoch != state.epoch or after.offset > state.offset:
            return Reading([], head, complete=False)
        missed = state.offset - after.offset
        if missed > min(len(state.entries), entries_max):
            return Reading([], head, complete=False)
        return Reading(list(state.entries)[len(state.entries) - missed :], head, complete=True)

    async def rewrite(self, streams: Collection[str], words: bytes, instead: bytes) -> None:
        for state in [self._streams[stream] for stream in streams if stream in self._streams]:
            entries = state.entries
            state.entries = deque(replace(each, body=instead) if words in each.body else each for each in entries)

    async def follow(self, stream: str, receiver: Receiver) -> Place:
        state = self._open(stream)
        assert state.receiver is None, "one follower a stream and node"
        state.receiver = receiver
        return Place(state.epoch, state.offset)

    def unfollow(self, stream: str) -> None:
        state = self._streams[stream]
        state.receiver = None
        state.idle_since = self._now()

    async def tell(self, topic: str, body: bytes) -> None:
        listener = self._listeners.get(topic)
        if listener is not None:
            listener(body)

    async def listen(self, topic: str, listener: Listener) -> None:
        assert topic not in self._listeners, "one listener a topic and node"
        self._listeners[topic] = listener

    def unlisten(self, topic: str) -> None:
        del self._listeners[topic]

    @property
    def is_down(self) -> bool:
        return False

    async def close(self) -> None:
        """Nothing to end: what is kept goes with the bus, and members that leave later find their streams."""

    def sweep(self) -> None:
        """Forget what nobody has followed for a while. To be called now and then."""
        oldest = self._now() - self._keep.idle_seconds_max
        idle = [name for name, s in self._streams.items() if s.receiver is None and s.idle_since <= oldest]
        for name in idle:
            del self._streams[name]

    def __len__(self) -> int:
        return len(self._streams)

    def _open(self, stream: str) -> _Stream:
        state = self._streams.get(stream)
        if state is None:
            state = self._streams[stream] = _Stream(secrets.token_hex(6), idle_since=self._now())
        return state

    def _trim(self, state: _Stream) -> None:
        oldest = self._now() - self._keep.seconds_max
        while state.entries and (len(state.entries) > self._keep.entries_max or state.entries[0].at < oldest):
            state.entries.popleft()
