"""HQ: channels, their rooms and links."""

from __future__ import annotations

import secrets
import time

from aiohttp import web

from commerce import commands, questions, versions, views
from commerce.service import Commerce
from signaling.api import shapes
from signaling.api.body import answer, answers, read
from signaling.api.models_hq import ChannelChange, ChannelNew, ChannelsMade, ChannelsNew, Link, LinkNew
from signaling.api.paging import page
from signaling.api.versions import change, seen
from signaling.tokens import LinkClaims, LinkTokens

ROOM_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without what is mistaken for something else on a poster
ROOM_CHARS = 8
EMBED_SECONDS = 365 * 24 * 3600  # an embedded room is written into somebody's page; revoking its link ends it sooner


class HqChannels:
    """/api/v1/hq/channels... `url` is the installation's own, without a slash at its end."""

    def __init__(self, commerce: Commerce, link_tokens: LinkTokens, url: str) -> None:
        self._commerce = commerce
        self._tokens = link_tokens
        self._url = url

    async def channels(self, request: web.Request, me: views.Me) -> web.Response:
        found = await self._commerce.ask(questions.channels, me.merchant.id, page(request))
        return answers([shapes.channel_hq(channel, self._url) for channel in found])

    async def channel(self, request: web.Request, me: views.Me) -> web.Response:
        name = request.match_info["channel"]
        await seen(self._commerce, request, me, versions.channel(name))
        found = await self._commerce.ask(questions.channel, me.merchant.id, name)
        return answer(shapes.channel_hq(found, self._url))

    async def create(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, ChannelNew)
        room = body.room or new_address()
        command = commands.CreateChannel(me.merchant.id, body.name, room, body.parent, body.level)
        channel = await self._commerce.execute(command)
        return answer(shapes.channel_hq(channel, self._url), status=201)

    async def create_many(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, ChannelsNew)
        channels = tuple(commands.NewChannel(each.name, each.room or new_address()) for each in body.channels)
        count = await self._commerce.execute(commands.CreateChannels(me.merchant.id, channels))
        return answer(ChannelsMade(count=count), status=201)

    async def change(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, ChannelChange)
        command = commands.UpdateRoom(
            me.merchant.id, request.match_info["channel"], **body.model_dump(exclude_unset=True)
        )
        return answer(shapes.channel_hq(await change(self._commerce, request, command), self._url))

    async def create_link(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, LinkNew)
        command = commands.CreateLink(me.merchant.id, request.match_info["channel"], body.sharer)
        link = await self._commerce.execute(command)
        return answer(self._link(me, link), status=201)

    async def revoke_link(self, request: web.Request, me: views.Me) -> web.Response:
        match = request.match_info
        await self._commerce.execute(commands.RevokeLink(me.merchant.id, match["channel"], match["code"]))
        return web.Response(status=204)

    def _link(self, me: views.Me, link: views.Link) -> Link:
        claims = LinkClaims(me.merchant.merchant, link.room, link.code, link.sharer)
        token = self._tokens.sign(claims, time.time(), EMBED_SECONDS)
        url = self._url
        return Link(code=link.code, url=f"{url}/s/{link.code}", embed_url=f"{url}/r/{link.room}?t={token}")


def new_address() -> str:
    """A room's address for whom none was chosen."""
    return "".join(secrets.choice(ROOM_ALPHABET) for _ in range(ROOM_CHARS))
