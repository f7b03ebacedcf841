"""What is counted rather than kept: who is in the rooms, and hearts. Real counts only (MISSION B6). Pure."""

from __future__ import annotations

TOTAL_EVERY_TICKS = 5  # a room whose own count stands still hears of the total this seldom


class Counts:
    """One room's numbers, and what its members were last told of them."""

    __slots__ = ("_likes", "_ticks", "_told")

    def __init__(self) -> None:
        self._likes = 0
        self._ticks = 0
        self._told = (-1, -1)

    def like(self, count: int) -> None:
        """Hearts of one member."""
        self._likes += count

    def likes(self) -> int:
        """The hearts since the last call."""
        likes, self._likes = self._likes, 0
        return likes

    def presence(self, viewers: int, total: int) -> tuple[int, int] | None:
        """(viewers, total) when it is time to say so, once a tick at most; None when there is nothing new."""
        self._ticks += 1
        told_viewers, told_total = self._told
        if viewers == told_viewers and (total == told_total or self._ticks < TOTAL_EVERY_TICKS):
            return None
        self._ticks = 0
        self._told = (viewers, total)
        return self._told
