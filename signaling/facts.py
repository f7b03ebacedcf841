"""Commerce's facts on their way to the rooms.

Facts come on the loop, after their commit, and may come twice. What waits here is kept by what it is about - the stock
of a SKU, the shelf of a show - so a fast sale is told as the latest number, and what waits is bounded by what there is.
Until the bus has a fact it is in the outbox too, so nothing is lost with the node.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from commerce import events, questions
from commerce.errors import NotFound, Overloaded, Unavailable
from commerce.shelf import shown
from signaling.api import shapes
from signaling.bus import Bus, BusDown
from signaling.directory import Directory
from signaling.messages import (
    At,
    HiddenChanged,
    Notice,
    PinChanged,
    RoomStateChanged,
    SaleChanged,
    ShelfChanged,
    ShowStateChanged,
    StockChanged,
)
from signaling.rooms import room_stream, show_stream
from signaling.talk_facts import TALK, TalkFacts, Told

log = logging.getLogger(__name__)

RETRY_SECONDS = 1.0  # while the bus is down, or the store
Key = tuple[object, ...]


class Waiting(NamedTuple):
    """A fact, and what is done when it was told or a later one says it."""

    fact: events.Fact
    told: asyncio.Future[None]


class Facts:
    """`take` hears commerce's facts; `run` tells them to the rooms. `on_erased` hears of it when the rooms have."""

    def __init__(self, directory: Directory, bus: Bus, on_erased: Callable[[events.ViewerErased], None]) -> None:
        self._directory = directory
        self._bus = bus
        self._on_erased = on_erased
        self._talk = TalkFacts(directory.commerce)
        self._waiting: dict[Key, Waiting] = {}
        self._some = asyncio.Event()

    def take(self, fact: events.Fact) -> asyncio.Future[None] | None:
        """Never waits; the future is done when the rooms have it. None: they need not hear of it."""
        key = (fact,) if isinstance(fact, TALK) else _key(fact)  # what is said is told, however much comes after it
        if key is None:
            return None
        earlier = self._waiting.pop(key, None)  # the later one takes its place in the order too
        if earlier is not None:
            earlier.told.set_result(None)
        told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[key] = Waiting(fact, told)
        self._some.set()
        return told

    def media_changed(self, merchant: int, show: str) -> None:
        """A show can be played from now on, or no longer."""
        fact = events.ShowChanged(merchant, show, "")
        if _key(fact) not in self._waiting:  # what waits there says it too, and may be in the outbox
            self.take(fact)

    async def run(self) -> None:
        """Publishes for ever."""
        while True:
            await self._some.wait()
            self._some.clear()
            while self._waiting:
                key = next(iter(self._waiting))
                await self._publish(key, self._waiting.pop(key))

    async def _publish(self, key: Key, waiting: Waiting) -> None:
        try:
            for each in await self._messages(waiting.fact):
                await self._surely(each.stream, each.body, each.name or secrets.token_hex(12))
        except (Overloaded, Unavailable) as error:  # never dropped: its turn comes again, after the others
            log.warning("cannot tell of %s yet: %s", waiting.fact, error)
            if self._waiting.setdefault(key, waiting) is not waiting:
                waiting.told.set_result(None)  # a later one came meanwhile
            await asyncio.sleep(RETRY_SECONDS)
        else:
            waiting.told.set_result(None)
            if isinstance(waiting.fact, events.ViewerErased):
                self._on_erased(waiting.fact)

    async def _messages(self, fact: events.Fact) -> list[Told]:
        """None where there is nothing to tell; raises Overloaded and Unavailable while that cannot be found out."""
        try:
            return await self._told(fact)
        except (Overloaded, Unavailable):
            raise
        except NotFound as error:
            log.info("nothing to tell of %s: %s", fact, error)
        except Exception:
            log.exception("cannot tell of %s", fact)
        return []

    async def _surely(self, stream: str, body: bytes, name: str) -> None:
        """Facts are never dropped: the bus is asked until it takes them. Once: perhaps only an answer was lost."""
        while True:
            try:
                await self._bus.publish_once(stream, body, name)
            except BusDown:
                await asyncio.sleep(RETRY_SECONDS)
            else:
                return

    async def _told(self, fact: events.Fact) -> list[Told]:
        """What is said of a fact, and on which streams."""
        if isinstance(fact, TALK):
            return await self._talk.told(fact)
        stream, messages = await self._sold(fact)
        return [Told(stream, message.body()) for message in messages]

    async def _sold(self, fact: events.Fact) -> tuple[str, list[At]]:
        """Facts of shows, shelves and rooms: the stream that hears of one, and what is said there."""
        show = show_stream(fact.merchant)
        match fact:
            case events.StockChanged():
                return show, [StockChanged(sku=fact.sku, free=fact.free)]
            case events.SaleChanged():
                return show, [SaleChanged(sale=fact.sale, sku=fact.sku, left=fact.left)]
            case events.PinChanged():
                return show, [PinChanged(product=fact.product, pinned=fact.pinned)]
            case events.ShelfChanged():
                return show, await self._shelf(fact.merchant)
            case events.RoomChanged() | events.RoomStateChanged() | events.GoodsHidden():
                return room_stream(fact.room), [await self._room(fact)]
            case _:
                return show, [*await self._state(fact.merchant), *await self._shelf(fact.merchant)]

    async def _room(self, fact: events.RoomChanged | events.RoomStateChanged | events.GoodsHidden) -> At:
        view = (await self._directory.room(fact.room)).view
        if isinstance(fact, events.GoodsHidden):
            return HiddenChanged(hidden=view.hidden, shelf=view.shelf)
        if isinstance(fact, events.RoomStateChanged):
            return RoomStateChanged(state=view.state)
        return Notice(at=datetime.now(UTC), text=view.notice)

    async def _state(self, merchant: int) -> list[At]:
        show = await self._directory.commerce.ask(questions.current_show, merchant)
        view = None if show is None else shapes.show_view(show, None, self._directory.hls)
        return [ShowStateChanged(show=view)]

    async def _shelf(self, merchant: int) -> list[At]:
        """Of the show that the rooms show; changes to another's shelf are told when that one is on."""
        show = await self._directory.commerce.ask(questions.current_show, merchant)
        if show is None:
            return [ShelfChanged(shelf=[])]
        items = await self._directory.commerce.ask(questions.shelf, merchant, show.show)
        return [ShelfChanged(shelf=shapes.shelf(shown(items)))]


def _key(fact: events.Fact) -> Key | None:
    """What a fact is about, so that a newer one replaces it; None: no room needs to hear of it."""
    match fact:
        case events.StockChanged(sku=about) | events.SaleChanged(sale=about):
            return "stock", about
        case events.PinChanged():
            return "pin", fact.show, fact.product
        case events.ShelfChanged():
            return "shelf", fact.merchant
        case events.ShowChanged():
            return "show", fact.merchant
        case events.RoomChanged() | events.RoomStateChanged() | events.GoodsHidden():
            return type(fact).__name__, fact.room
        case _:
            return None
