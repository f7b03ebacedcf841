"""Who may publish: a stream key opens the merchant's studio, and the show that is on or next takes what it sends."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime

from commerce import events, questions, views
from commerce.errors import Conflict, NotFound
from commerce.service import Commerce
from relay.errors import NotAvailable, Refused
from relay.hls.origin import Origin
from relay.hub import Broadcast, Hub
from relay.source import Slot, Source, Sources
from signaling.sources import OnAirView, view

log = logging.getLogger(__name__)

PLAYS_SECONDS = 1.0  # how long it is remembered what a room plays: three hundred may join in it
PLAYS_MAX = 10_000  # rooms remembered
TAKEOVER_SECONDS = 60.0  # how long HQ's word holds that the next encoder may push the present one out
CLOSED = {
    "early": "this stream key is not valid yet",
    "expired": "this stream key is not valid any more",
    "other_show": "this stream key is for another show",
}
FETCHABLE_SECONDS = 600.0  # how long the last minutes of an ended show can still be fetched


class Studio:
    """Between stream keys and broadcasts. A broadcast is named after its show and opened by its first source."""

    def __init__(self, commerce: Commerce, hub: Hub, origin: Origin, playable: Callable[[int, str], None]) -> None:
        """`playable(merchant, show)` is called when there is something to play for the first time."""
        self._commerce = commerce
        self._hub = hub
        self._origin = origin
        self._playable = playable
        self._opened: dict[str, int] = {}
        self._silent: dict[str, int] = {}
        self._forced: dict[tuple[int, str], float] = {}  # (merchant, slot) > until when; a studio has two slots
        self._plays: dict[str, tuple[str, float]] = {}  # room > show that is on, and until when that is believed
        self._tell_end: Callable[[Broadcast], None] | None = None

    async def authorise(self, key: str, address: str) -> Source:
        """A place for a publisher; raises `Refused`: bad_key, key_early, key_expired, key_other_show, no_show, busy."""
        try:
            studio = await self._commerce.ask(questions.studio, key)
        except NotFound:
            raise Refused("bad_key", "this stream key is not known") from None
        show = studio.show
        if studio.closed:
            raise Refused(f"key_{studio.closed}", CLOSED[studio.closed])
        if show is None or show.state == "ended":
            raise Refused("no_show", "no show is on or announced")
        broadcast = self.open(studio.merchant, show)
        force = self._forced.get((studio.merchant, studio.slot), 0.0) > time.monotonic()
        source = broadcast.attach(Slot(studio.slot), address, time.monotonic_ns(), force=force)
        self._forced.pop((studio.merchant, studio.slot), None)
        log.info("%s publishes into show %s as %s", address, show.show, studio.slot)
        return source

    def open(self, merchant: int, show: views.Show) -> Broadcast:
        """The show's broadcast, opened if it is not. Each source does, so that packaging that broke off begins anew."""
        broadcast = self._hub.open(show.show, str(show.epoch))
        self._opened[show.show] = merchant
        self._origin.open(broadcast)
        if self._origin.url(show.show) is None:
            self._silent[show.show] = merchant
        return broadcast

    def force(self, merchant: int, slot: Slot) -> None:
        """The next encoder with the slot's key gets in, soon, whoever sends there now; viewers notice no gap.

        Only the next one: an encoder that was pushed out and comes back by itself is refused as ever.
        """
        self._forced[merchant, slot] = time.monotonic() + TAKEOVER_SECONDS

    def expel(self, merchant: int, slot: Slot, reason: str) -> None:
        """Whoever publishes in the slot is shown out."""
        self._forced.pop((merchant, slot), None)
        for show, owner in self._opened.items():
            source = self._hub.get(show).sources.by_slot.get(slot) if owner == merchant else None
            if source is not None:
                source.close(reason)

    async def expel_expired(self, merchant: int) -> None:
        """Whoever publishes with a key that is not good any more is shown out."""
        show = await self._commerce.ask(questions.current_show, merchant)
        for key in await self._commerce.ask(questions.stream_keys, merchant):
            closed = key.closed(datetime.now(UTC), None if show is None else show.show)
            if closed:
                self.expel(merchant, Slot(key.slot), CLOSED[closed])

    async def expire(self) -> None:
        """Every few seconds: keys whose time has passed while somebody publishes with them."""
        for merchant in {owner for show, owner in self._opened.items() if self._hub.get(show).sources.by_slot}:
            await self.expel_expired(merchant)

    async def on_now(self, room: str) -> Broadcast:
        """What a room plays now, for WHEP; raises NotFound for an unknown room and `NotAvailable` outside a show."""
        name, until = self._plays.get(room, ("", 0.0))
        if time.monotonic() >= until:
            known = await self._commerce.ask(questions.room, room)
            show = known.show
            if show is None or show.state not in ("live", "paused"):
                raise NotAvailable("no show is on")
            name = self.open(known.merchant.id, show).name  # there may be no encoder and no slate yet
            if len(self._plays) >= PLAYS_MAX:
                self._plays.clear()
            self._plays[room] = name, time.monotonic() + PLAYS_SECONDS
        return self._hub.get(name)

    def on_end(self, tell: Callable[[Broadcast], None]) -> None:
        """Who else is to know of a broadcast that is over."""
        self._tell_end = tell

    def look(self) -> None:
        """A few times a second: whether the broadcasts that were opened can be played by now."""
        for show, merchant in list(self._silent.items()):
            if self._origin.url(show) is not None:
                del self._silent[show]
                self._playable(merchant, show)

    def watch(self, fact: events.Fact) -> None:
        """Commerce's facts: a show that is over tells its encoders and ends its playlists."""
        if isinstance(fact, events.ShowChanged):
            self._plays.clear()
        if (
            isinstance(fact, events.ShowChanged)
            and fact.state == "ended"
            and self._opened.pop(fact.show, None) is not None
        ):
            self._silent.pop(fact.show, None)
            if self._tell_end is not None:
                self._tell_end(self._hub.get(fact.show))
            self._hub.close(fact.show)
            asyncio.get_running_loop().call_later(FETCHABLE_SECONDS, self._forget, fact.show)

    def _forget(self, show: str) -> None:
        """Whoever was watching has seen the end."""
        if show not in self._opened:
            self._closing = asyncio.ensure_future(self._origin.close(show))

    async def choose(self, merchant: int, slot: Slot | None) -> None:
        """This source is on from its next key frame, and stays; None: the healthy primary. Conflict outside a show."""
        sources = await self._now(merchant)
        if sources is None:
            raise Conflict("on", "no show is on that a source could be chosen for")
        sources.chosen = slot

    async def on_air(self, merchant: int) -> OnAirView:
        """What publishes into the merchant's show now, and what viewers see."""
        sources = await self._now(merchant)
        if sources is None:
            return OnAirView([], None, None)
        now_ns = time.monotonic_ns()
        on = "slate" if sources.slate_is_on else sources.on.slot.value if sources.on is not None else None
        chosen = None if sources.chosen is None else sources.chosen.value
        return OnAirView([view(source, now_ns) for source in sources.by_slot.values()], on, chosen)

    async def _now(self, merchant: int) -> Sources | None:
        show: views.Show | None = await self._commerce.ask(questions.current_show, merchant)
        try:
            return None if show is None else self._hub.get(show.show).sources
        except NotAvailable:
            return None
