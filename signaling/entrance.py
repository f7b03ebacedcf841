"""How a viewer comes in: a touch is noted when the page is asked for and counts when its socket says hello (DECISIONS).

So whoever only looks at the address - link previews, prefetching bots - is never anybody's customer. What a link or a
token claims is looked up here on the server; when it does not hold, the visitor comes in all the same, without a touch.
"""

from __future__ import annotations

import logging
import time

from commerce import commands, questions, views
from commerce.errors import CommerceError, NotFound
from commerce.service import Commerce
from config.metrics import Metrics
from signaling.messages import Speaker
from signaling.tokens import BadToken, LinkTokens
from signaling.viewers import guest

log = logging.getLogger(__name__)


class Entrance:
    """Touches, for pages and sockets."""

    def __init__(self, commerce: Commerce, link_tokens: LinkTokens, metrics: Metrics) -> None:
        self._commerce = commerce
        self._tokens = link_tokens
        self._metrics = metrics

    async def by_page(self, viewer: str, room: views.Room, token: str | None) -> bool:
        """Somebody asks for a room's page, with the `t` of its address if there is one: whether that holds."""
        code = None
        if token is not None:
            try:
                code = self._tokens.read(token, room.merchant.merchant, room.room, time.time()).link
            except BadToken as error:
                self._refused(error.reason, room.room)
                return False
            if not await self._stands(code, room.room):
                return False
        await self._note(viewer, room.room, code)
        return True

    async def by_link(self, viewer: str, code: str) -> str:
        """A short link: the room it leads to, also when it is revoked and brings nobody. Raises NotFound."""
        link = await self._commerce.ask(questions.link, code)
        if link.revoked:
            self._refused("revoked", link.room)
        else:
            await self._note(viewer, link.room, code)
        return link.room

    async def by_socket(self, viewer: str, room: str) -> None:
        """The page is alive: what was noted counts."""
        try:
            await self._commerce.execute(commands.CountTouch(viewer, room))
        except CommerceError as error:
            log.info("touch of room %s not counted: %s", room, error.detail)
            self._metrics.touches.labels(type(error).__name__.lower()).inc()
        else:
            self._metrics.touches.labels("counted").inc()

    async def arrival(self, viewer: str, room: str) -> tuple[int, Speaker]:
        """The merchant (key) of a room, and who the viewer is in its chat. Raises NotFound."""
        found = await self._commerce.ask(questions.arrival, viewer, room)
        known = found.name is not None
        return found.merchant, Speaker(id=viewer, name=found.name) if known else guest(viewer, found.language)

    async def _stands(self, code: str, room: str) -> bool:
        """Whether the link in a token that holds has not been revoked since (MONEY section 2); else says why not."""
        try:
            revoked = (await self._commerce.ask(questions.link, code)).revoked
        except NotFound:
            self._refused("unknown", room)
            return False
        if revoked:
            self._refused("revoked", room)
        return not revoked

    async def _note(self, viewer: str, room: str, code: str | None) -> None:
        try:
            await self._commerce.execute(commands.NoteTouch(viewer, room, code))
        except CommerceError as error:
            self._refused(type(error).__name__.lower(), room)
        else:
            self._metrics.touches.labels("noted").inc()

    def _refused(self, reason: str, room: str) -> None:
        log.info("entry into room %s without its link: %s", room, reason)
        self._metrics.touches.labels(reason).inc()
