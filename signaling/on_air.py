"""Shows that are on have a broadcast, with an encoder or without: where nobody publishes the merchant's slate is shown.

Commerce's facts and HQ's wishes are noted at once and carried out a moment later, off the facts' path: slates are read
from the store and encoded in a thread.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from commerce import events, questions, views
from commerce.service import Commerce
from relay import slate_file
from relay.errors import BadMedia
from relay.hub import Broadcast
from relay.slate import Slate, Slates
from relay.slate_picture import Cause

log = logging.getLogger(__name__)

ON = ("live", "paused")


class OnAir:
    """Keeps each merchant's broadcast in step with his show's state and his studio's settings."""

    def __init__(
        self,
        commerce: Commerce,
        opened: Callable[[int, views.Show], Broadcast],
        restream: Callable[[int, Broadcast | None], Awaitable[None]],
    ) -> None:
        """`opened(merchant, show)` is the show's broadcast, opened and packaged; `restream` sends it elsewhere."""
        self._restream = restream
        self._commerce = commerce
        self._opened = opened
        self._changed: set[int] = set()  # merchants to look at
        self._begun = False
        self._slates: dict[int, Slates] = {}  # of merchants with a show that is on

    def watch(self, fact: events.Fact) -> None:
        """Commerce's facts."""
        if isinstance(fact, events.StudioChanged):
            self._slates.pop(fact.merchant, None)
        if isinstance(fact, events.StudioChanged | events.ShowChanged):
            self._changed.add(fact.merchant)

    async def settle(self) -> None:
        """A few times a second: carries out what has changed, at first what was on. What fails is tried again."""
        if not self._begun:
            self._changed |= {merchant for merchant, _ in await self._commerce.ask(questions.shows_on)}
            self._begun = True
        for merchant in list(self._changed):
            self._changed.discard(merchant)
            try:
                await self._settle(merchant)
            except BaseException:
                self._changed.add(merchant)
                raise

    async def _settle(self, merchant: int) -> None:
        show = await self._commerce.ask(questions.current_show, merchant)
        if show is None or show.state not in ON:
            self._slates.pop(merchant, None)
            await self._restream(merchant, None)
            return
        settings = await self._commerce.ask(questions.studio_settings, merchant)
        slates = self._slates.get(merchant) or await self._made(merchant)
        if merchant in self._changed:  # something has happened meanwhile: the next round knows better
            return
        self._slates[merchant] = slates
        broadcast = self._opened(merchant, show)
        broadcast.sources.slates, broadcast.sources.returns = slates, settings.back == "automatic"
        broadcast.sources.pause(paused=show.state == "paused")
        await self._restream(merchant, broadcast)

    async def _made(self, merchant: int) -> Slates:
        own = {slate.cause: slate for slate in await self._commerce.ask(questions.slates, merchant)}
        return {cause: await asyncio.to_thread(_slate, cause, own.get(cause)) for cause in Cause}


def _slate(cause: Cause, own: views.Slate | None) -> Slate:
    """The merchant's own where it can still be read."""
    if own is not None:
        try:
            return slate_file.from_file(own.data, own.content_type)
        except BadMedia as problem:
            log.warning("the slate for %s cannot be used any more: %s", cause, problem)
    return slate_file.standard(cause)
