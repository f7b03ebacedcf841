"""The houses that have members on this node: loaded from commerce, and kept up to date through the bus.

A merchant's nodes share one kept stream that says what has changed; what it changed to is read from the store. After a
gap everything is read again, so a node that was cut off enforces nothing that is over.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable

from commerce.service import Commerce
from commerce.talk import questions
from signaling.bus import Bus, Entry, Place
from signaling.house import House

log = logging.getLogger(__name__)

RETRY_SECONDS = 1.0  # while the store cannot be asked
WAITING_MAX = 1_000  # changes to be read; beyond it everything is read again
Changed = Callable[[House, str | None], None]  # with the viewer it is about, None: everybody


def house_stream(merchant: int) -> str:
    """The bus's name for what changes in a merchant's house."""
    return f"house:{merchant}"


class _Kept:
    """A house, and where its stream is."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.place = Place("", 0)


class Houses:
    """`open` and `close` come in pairs; `run` reads changes, for ever; `on_change` is told of each.

    `on_erased` is told of a viewer of whom the merchant knows nothing any more.
    """

    def __init__(self, commerce: Commerce, bus: Bus) -> None:
        self.on_change: Changed = _nobody
        self.on_erased: Callable[[House, str], None] = _nobody
        self._commerce = commerce
        self._bus = bus
        self._kept: dict[int, _Kept] = {}
        self._waiting: dict[tuple[int, str, str], None] = {}
        self._some = asyncio.Event()

    def __len__(self) -> int:
        return len(self._kept)

    async def open(self, merchant: int) -> House:
        """Raises `BusDown`, or what commerce raises."""
        kept = _Kept(House(merchant))

        def receive(entry: Entry) -> None:
            self._receive(merchant, kept, entry)

        kept.place = await self._bus.follow(house_stream(merchant), receive)
        self._kept[merchant] = kept
        try:
            await self._read(kept.house, "all", "")
        except BaseException:
            self.close(merchant)
            raise
        return kept.house

    def close(self, merchant: int) -> None:
        """The last member is gone."""
        del self._kept[merchant]
        self._bus.unfollow(house_stream(merchant))

    def _receive(self, merchant: int, kept: _Kept, entry: Entry) -> None:
        whole = entry.epoch == kept.place.epoch and entry.offset == kept.place.offset + 1
        kept.place = Place(entry.epoch, entry.offset)
        change = json.loads(entry.body) if whole and len(self._waiting) < WAITING_MAX else {"type": "all"}
        self._waiting[merchant, change["type"], change.get("viewer", "")] = None
        self._some.set()

    async def run(self) -> None:
        """Reads what has changed."""
        while True:
            await self._some.wait()
            self._some.clear()
            while self._waiting:
                merchant, kind, viewer = key = next(iter(self._waiting))
                del self._waiting[key]
                kept = self._kept.get(merchant)
                if kept is not None:
                    await self._surely(kept.house, kind, viewer)

    async def _surely(self, house: House, kind: str, viewer: str) -> None:
        while house.merchant in self._kept:
            try:
                await self._read(house, kind, viewer)
            except Exception:
                log.exception("what changed in house %s cannot be read", house.merchant)
                await asyncio.sleep(RETRY_SECONDS)
            else:
                self._tell(house, kind, viewer)
                return

    def _tell(self, house: House, kind: str, viewer: str) -> None:
        if kind == "erased":
            self.on_erased(house, viewer)
        else:
            self.on_change(house, viewer or None)

    async def _read(self, house: House, kind: str, viewer: str) -> None:
        ask, merchant = self._commerce.ask, house.merchant
        if kind in ("words", "all"):
            house.take_words(await ask(questions.words, merchant))
        if kind in ("rules", "all"):
            house.take_rules(await ask(questions.rules, merchant))
        if kind == "restriction":
            house.take_restrictions_of(viewer, await ask(questions.restrictions, merchant, viewer))
        elif kind == "all":
            house.take_restrictions(await ask(questions.restrictions, merchant))


def _nobody(_house: House, _viewer: str | None) -> None:
    """Until somebody wants to know."""
