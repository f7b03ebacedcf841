"""What a channel keeps out of its room: at its own desk, and at HQ for any channel."""

from __future__ import annotations

from aiohttp import web

from commerce import commands, versions, views
from commerce.hiding import room_goods
from commerce.service import Commerce
from signaling.api.body import answer, answers, read
from signaling.api.desk import own
from signaling.api.models_hq import GoodsHide, RoomGoods
from signaling.api.plain import plain
from signaling.api.versions import change, seen


class HidingApi:
    """/api/v1/desk/goods... and /api/v1/hq/channels/{channel}/goods..."""

    def __init__(self, commerce: Commerce) -> None:
        self._commerce = commerce

    async def goods(self, request: web.Request, me: views.Me) -> web.Response:
        """Everything that the channel may hide."""
        channel = _channel(request, me)
        await seen(self._commerce, request, me, versions.goods(channel))
        found = await self._commerce.ask(room_goods, me.merchant.id, channel)
        return answers([RoomGoods(**plain(each)) for each in found])

    async def hide(self, request: web.Request, me: views.Me) -> web.Response:
        body, product = await read(request, GoodsHide), request.match_info["product"]
        command = commands.HideProduct(me.merchant.id, _channel(request, me), product, body.hidden)
        return answer(RoomGoods(**plain(await change(self._commerce, request, command))))


def _channel(request: web.Request, me: views.Me) -> str:
    """The one of the address; at a desk there is none, and it is his own."""
    return request.match_info.get("channel") or own(me)
