"""Links as they are listed and taken back: all of them at HQ, a channel's at its desk, a sharer's in the room."""

from __future__ import annotations

from aiohttp import web

from commerce import links, views
from commerce.commands import RevokeLink, RevokeOwnLink
from commerce.service import Commerce
from commerce.sheets import masked
from commerce.times import aware, aware_or_none
from signaling import permissions as may
from signaling.api import models_links as m
from signaling.api.body import answers
from signaling.api.customers import private
from signaling.api.desk import own
from signaling.api.models import ChannelRef
from signaling.api.paging import page
from signaling.viewers import Viewers

SHOWN = 50  # rows of a page, where nobody says how many


class LinkApi:
    """/api/v1/{hq,desk}/links and /api/v1/rooms/{room}/links. `url` is the installation's own."""

    def __init__(self, commerce: Commerce, viewers: Viewers, url: str) -> None:
        self._commerce = commerce
        self._viewers = viewers
        self._url = url

    async def hq_links(self, request: web.Request, me: views.Me) -> web.Response:
        asked = {name: request.query.get(name) for name in ("channel", "code")}
        found = await self._commerce.ask(links.list_links, me.merchant.id, page(request, SHOWN), **asked)
        return self._rows(found, clear=may.allowed(me, may.CHANGE_ORDERS))

    async def desk_links(self, request: web.Request, me: views.Me) -> web.Response:
        found = await self._commerce.ask(links.list_links, me.merchant.id, page(request, SHOWN), channel=own(me))
        return self._rows(found, clear=False)

    async def desk_revoke(self, request: web.Request, me: views.Me) -> web.Response:
        await self._commerce.execute(RevokeLink(me.merchant.id, own(me), request.match_info["code"]))
        return web.Response(status=204)

    async def own_links(self, request: web.Request) -> web.Response:
        """The viewer's own, of the cookie or bearer token: no other can be asked for."""
        viewer, room = self._viewers.of(request), request.match_info["room"]
        found = await self._commerce.ask(links.list_own_links, viewer, room, page(request, SHOWN))
        return self._rows(found, clear=True)

    async def own_revoke(self, request: web.Request) -> web.Response:
        given = request.match_info
        await self._commerce.execute(RevokeOwnLink(self._viewers.of(request), given["room"], given["code"]))
        return web.Response(status=204)

    def _rows(self, found: tuple[links.ListedLink, ...], *, clear: bool) -> web.Response:
        return private(answers([self._row(each, clear=clear) for each in found]))

    def _row(self, link: links.ListedLink, *, clear: bool) -> m.ListedLink:
        sharer = None
        if link.sharer is not None:
            viewer, name = link.sharer
            sharer = m.LinkSharer(viewer=viewer, name=name if clear else masked(views.Contact(name, "", "")).name)
        return m.ListedLink(
            code=link.code,
            url=f"{self._url}/s/{link.code}",
            room=link.room,
            channel=ChannelRef(id=link.channel.id, name=link.channel.name),
            sharer=sharer,
            created_at=aware(link.created_at),
            revoked_at=aware_or_none(link.revoked_at),
            visits=link.visits,
        )
