"""HQ: shows and their shelves."""

from __future__ import annotations

from aiohttp import web

from commerce import commands, questions, versions, views
from signaling.api import shapes
from signaling.api.body import answer, answers, read
from signaling.api.models_hq import ShelfSet, ShowChange, ShowHq, ShowNew
from signaling.api.paging import page
from signaling.api.versions import change, seen
from signaling.directory import Directory


class HqShows:
    """/api/v1/hq/shows..."""

    def __init__(self, directory: Directory) -> None:
        self._commerce = directory.commerce
        self._hls = directory.hls

    async def shows(self, request: web.Request, me: views.Me) -> web.Response:
        found = await self._commerce.ask(questions.shows, me.merchant.id, page(request))
        return answers([await self._with_shelf(me, show) for show in found])

    async def show(self, request: web.Request, me: views.Me) -> web.Response:
        name = request.match_info["show"]
        await seen(self._commerce, request, me, versions.show(name))
        return answer(await self._with_shelf(me, await self._commerce.ask(questions.show, me.merchant.id, name)))

    async def create(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, ShowNew)
        show = await self._commerce.execute(commands.CreateShow(me.merchant.id, body.title, body.starts_at))
        return answer(shapes.show_hq(show, (), self._hls), status=201)

    async def change(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, ShowChange)
        command = commands.UpdateShow(
            me.merchant.id, request.match_info["show"], body.title, body.starts_at, body.state
        )
        return answer(await self._with_shelf(me, await change(self._commerce, request, command)))

    async def set_shelf(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, ShelfSet)
        items = tuple(commands.ShelfEntry(place.product, place.pinned) for place in body.items)
        show = request.match_info["show"]
        shelf = await change(self._commerce, request, commands.SetShelf(me.merchant.id, show, items))
        found = await self._commerce.ask(questions.show, me.merchant.id, show)
        return answer(shapes.show_hq(found, shelf, self._hls))

    async def _with_shelf(self, me: views.Me, show: views.Show) -> ShowHq:
        shelf = await self._commerce.ask(questions.shelf, me.merchant.id, show.show)
        return shapes.show_hq(show, shelf, self._hls)
