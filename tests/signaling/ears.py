"""Whoever follows a bus in tests, and whoever fills it."""

from __future__ import annotations

import asyncio

from signaling.bus import Bus, Entry, Place


class Ear:
    """A follower that can be waited for."""

    def __init__(self) -> None:
        self.heard: list[Entry] = []
        self._more = asyncio.Event()

    def __call__(self, entry: Entry) -> None:
        self.heard.append(entry)
        self._more.set()

    async def until(self, count: int) -> list[int]:
        """The offsets, once so many were heard."""
        async with asyncio.timeout(30):
            while len(self.heard) < count:
                self._more.clear()
                await self._more.wait()
        return [entry.offset for entry in self.heard]


async def fill(bus: Bus, stream: str, count: int) -> Place:
    place = Place("", 0)
    for number in range(count):
        place = await bus.publish(stream, b'{"n":%d}' % number)
    return place
