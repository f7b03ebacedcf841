"""Who is in a merchant's rooms on the other nodes, from what they tell every second. Pure; the time is an argument."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

WHOLE_EVERY_TICKS = 5  # in between only what has changed is told
SILENT_SECONDS_MAX = 15.0  # a node that has not been heard for so long has nobody any more
NODES_MAX = 1_000
Count = Annotated[int, Field(ge=0, le=10**7)]


class Said(BaseModel):
    """What a node tells: members by room (all of them with `whole`), hearts since the last time, or a question."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    node: Annotated[str, Field(min_length=1, max_length=64)]
    rooms: dict[str, Count] = {}
    likes: dict[str, Count] = {}
    whole: bool = False
    ask: bool = False


class Crowd:
    """One merchant's. `viewers` and `total` count other nodes' members only."""

    def __init__(self, node: str) -> None:
        self.total = 0
        self._node = node
        self._nodes: dict[str, dict[str, int]] = {}
        self._heard_at: dict[str, float] = {}
        self._by_room: dict[str, int] = {}
        self._likes: dict[str, int] = {}
        self._told: dict[str, int] = {}
        self._ticks = WHOLE_EVERY_TICKS  # the first time everything is told

    def viewers(self, room: str) -> int:
        return self._by_room.get(room, 0)

    def rooms(self) -> Mapping[str, int]:
        """Members by room."""
        return self._by_room

    def likes(self, room: str) -> int:
        """Hearts from elsewhere since the last call."""
        return self._likes.pop(room, 0)

    def hear(self, said: Said, now: float) -> None:
        """A node tells, perhaps this one itself."""
        if said.ask:
            self._ticks = WHOLE_EVERY_TICKS
        if said.node == self._node or (said.node not in self._nodes and len(self._nodes) >= NODES_MAX):
            return
        self._heard_at[said.node] = now
        known = self._nodes.setdefault(said.node, {})
        if said.whole:
            self._take(known, {room: 0 for room in known if room not in said.rooms})
        self._take(known, said.rooms)
        for room, likes in said.likes.items():
            self._likes[room] = self._likes.get(room, 0) + likes

    def say(self, rooms: Mapping[str, int], likes: Mapping[str, int], now: float) -> Said | None:
        """What this node tells now, once a tick; None: nothing has changed."""
        for node in [node for node, at in self._heard_at.items() if now - at > SILENT_SECONDS_MAX]:
            self._take(self._nodes[node], dict.fromkeys(self._nodes[node], 0))
            del self._nodes[node], self._heard_at[node]
        self._ticks += 1
        whole = self._ticks > WHOLE_EVERY_TICKS
        if whole:
            self._ticks, changed = 0, dict(rooms)
        else:
            changed = {room: count for room, count in rooms.items() if self._told.get(room) != count}
            changed |= {room: 0 for room in self._told if room not in rooms}
        self._told = dict(rooms)
        if not (whole or changed or likes):
            return None
        return Said(node=self._node, rooms=changed, likes=dict(likes), whole=whole)

    def _take(self, known: dict[str, int], rooms: Mapping[str, int]) -> None:
        for room, count in rooms.items():
            change = count - known.get(room, 0)
            self.total += change
            self._by_room[room] = self._by_room.get(room, 0) + change
            if not self._by_room[room]:
                del self._by_room[room]
            if count:
                known[room] = count
            else:
                known.pop(room, None)
