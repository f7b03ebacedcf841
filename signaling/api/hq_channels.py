"""HQ: channels, their rooms and links."""

from __future__ import annotations

import secrets

from aiohttp import web

from commerce import commands, questions, views
from commerce.service import Commerce
from signaling.api import shapes
from signaling.api.body import answer, answers, read
from signaling.api.models_hq import ChannelChange, ChannelNew, Link, LinkNew

ROOM_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without what is mistaken for something else on a poster
ROOM_CHARS = 8


class HqChannels:
    """/api/v1/hq/channels... `url` is the installation's own, without a slash at its end."""

    def __init__(self, commerce: Commerce, url: str) -> None:
        self._commerce = commerce
        self._url = url

    async def channels(self, _request: web.Request, me: views.Me) -> web.Response:
        found = await self._commerce.ask(questions.channels, me.merchant.id)
        return answers([shapes.channel_hq(channel, self._url) for channel in found])

    async def create(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, ChannelNew)
        room = body.room or "".join(secrets.choice(ROOM_ALPHABET) for _ in range(ROOM_CHARS))
        channel = await self._commerce.execute(commands.CreateChannel(me.merchant.id, body.name, room))
        return answer(shapes.channel_hq(channel, self._url), status=201)

    async def change(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, ChannelChange)
        command = commands.UpdateRoom(
            me.merchant.id, request.match_info["channel"], **body.model_dump(exclude_unset=True)
        )
        return answer(shapes.channel_hq(await self._commerce.execute(command), self._url))

    async def create_link(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, LinkNew)
        command = commands.CreateLink(me.merchant.id, request.match_info["channel"], body.sharer)
        link = await self._commerce.execute(command)
        return answer(Link(code=link.code, url=f"{self._url}/s/{link.code}"), status=201)

    async def revoke_link(self, request: web.Request, me: views.Me) -> web.Response:
        match = request.match_info
        await self._commerce.execute(commands.RevokeLink(me.merchant.id, match["channel"], match["code"]))
        return web.Response(status=204)
