"""The addresses people open: a room's page, a short link, HQ, and a room's LL-HLS for players of their own."""

from __future__ import annotations

import time

from aiohttp import web

from commerce import questions
from commerce.errors import NotFound
from relay.hls.edge import EdgePass
from signaling.api import shapes
from signaling.directory import Directory
from signaling.doubts import Doubts
from signaling.entrance import Entrance
from signaling.errors import Unknown
from signaling.pages import Pages
from signaling.viewers import Viewers


class Visits:
    """Answers with pages; what is not there is a page as well. `url` is the installation's own address."""

    def __init__(
        self,
        directory: Directory,
        entrance: Entrance,
        viewers: Viewers,
        pages: Pages,
        url: str,
        *,
        edge: EdgePass,
        doubts: Doubts,
    ) -> None:
        self._directory = directory
        self._entrance = entrance
        self._viewers = viewers
        self._pages = pages
        self._url = url
        self._edge = edge
        self._doubts = doubts

    async def room(self, request: web.Request) -> web.Response:
        try:
            room = await self._directory.commerce.ask(questions.room, request.match_info["room"])
        except NotFound:
            return self._pages.missing()
        viewer = self._viewers.of_page(request)
        holds = await self._entrance.by_page(viewer, room, request.query.get("t"))
        page = self._pages.room(self._directory.view(room), self._url)
        self._doubts.keep(request, page, room.room, doubtful=not holds)
        self._edge.give(page, viewer, time.time())
        return page

    async def short_link(self, request: web.Request) -> web.StreamResponse:
        """The redirect carries nothing: who came by which link is known here already."""
        try:
            room = await self._entrance.by_link(self._viewers.of_page(request), request.match_info["code"])
        except NotFound:
            return self._pages.missing()
        return web.Response(status=302, headers={"Location": f"/r/{room}", "Cache-Control": "no-store"})

    async def playlist(self, request: web.Request) -> web.Response:
        """307 to the playlist that all rooms share."""
        room = await self._directory.commerce.ask(questions.room, request.match_info["room"])
        url = None if room.show is None else shapes.show_view(room.show, room.room, self._directory.hls).hls
        if url is None:
            raise Unknown("there is nothing to play now")
        return web.Response(status=307, headers={"Location": url, "Cache-Control": "no-store"})

    async def hq(self, _request: web.Request) -> web.Response:
        return self._pages.hq(self._url)
