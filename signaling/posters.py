"""Passing a room on: a viewer's own link, its QR code (/s/<code>/qr.svg) and its poster (/s/<code>/poster.png).

Anybody may ask, so what costs is bounded: posters are made by few at a time, waiting is limited, and what was made is
kept for as long as nothing on it has changed.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from pathlib import Path

import aiohttp
from aiohttp import web

from commerce import commands, questions, views
from commerce.errors import Invalid
from commerce.images import PLACE
from commerce.money import Money, to_decimal
from commerce.service import Commerce
from signaling import qr
from signaling.api.body import answer
from signaling.api.hq_programs import check_public
from signaling.api.models import Share
from signaling.errors import TooMany, Unequipped, Unknown
from signaling.hooks import PublicOnly
from signaling.images import Images
from signaling.poster import NO_FONT, Fonts, NoFont, Poster, render
from signaling.traces import Traces
from signaling.viewers import Viewers

KEPT_MAX = 200  # posters, some 100 KB each
MAKING_MAX = 2
WAITING_MAX = 30
COVER_BYTES_MAX = 8 * 1024 * 1024
COVER_SECONDS_MAX = 5.0
FRESH = "public, max-age=300"  # a price may change
FOR_LONG = "public, max-age=86400"
CALL = {"zh": "长按或扫码进入直播间", "en": "Scan to watch live"}
SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}


class Posters:
    """`url` is the installation's own; `assets` the folder behind /assets."""

    def __init__(
        self,
        commerce: Commerce,
        viewers: Viewers,
        traces: Traces,
        fonts: Fonts,
        url: str,
        *,
        assets: Path,
        images: Images,
    ) -> None:
        self._commerce = commerce
        self._viewers = viewers
        self._traces = traces
        self._fonts = fonts
        self._url = url
        self._assets = assets
        self._images = images
        self._kept: OrderedDict[Poster, bytes] = OrderedDict()
        self._making = asyncio.Semaphore(MAKING_MAX)
        self._waiting = 0

    async def share(self, request: web.Request) -> web.Response:
        """The viewer's own link into the room, with what to show for it."""
        room = request.match_info["room"]
        link = await self._commerce.execute(
            commands.ShareRoom(self._viewers.of(request), room, *self._traces.of(request))
        )
        url = f"{self._url}/s/{link.code}"
        return answer(Share(code=link.code, url=url, qr_url=f"{url}/qr.svg", poster_url=f"{url}/poster.png"))

    async def qr(self, request: web.Request) -> web.Response:
        link = await self._commerce.ask(questions.link, request.match_info["code"])
        body = qr.svg(f"{self._url}/s/{link.code}")
        return web.Response(body=body, content_type="image/svg+xml", headers={"Cache-Control": FOR_LONG})

    async def poster(self, request: web.Request) -> web.Response:
        """With `?product=` that product, else the pinned one, else the first on the shelf."""
        link = await self._commerce.ask(questions.link, request.match_info["code"])
        room = await self._commerce.ask(questions.room, link.room)
        if self._waiting >= WAITING_MAX:
            raise TooMany("too many posters are being made", retry_after=5.0)
        self._waiting += 1
        try:
            async with self._making:
                body = await self._made(link, room, request.query.get("product"))
        finally:
            self._waiting -= 1
        return web.Response(body=body, content_type="image/png", headers={"Cache-Control": FRESH})

    async def _made(self, link: views.Link, room: views.Room, product: str | None) -> bytes:
        item = _chosen(room, product)
        cover = await self._cover((item.product.image_url if item is not None else "") or room.cover_url)
        poster = Poster(
            room=room.name,
            product=item.product.name if item is not None else "",
            price=_price(item),
            call=CALL.get(room.merchant.language, CALL["en"]),
            link=f"{self._url}/s/{link.code}",
            accent=room.accent,
            cover=cover,
        )
        body = self._kept.get(poster)
        if body is None:
            try:
                body = await asyncio.to_thread(render, poster, self._fonts)
            except NoFont as error:
                raise Unequipped(NO_FONT) from error
            self._kept[poster] = body
        self._kept.move_to_end(poster)
        while len(self._kept) > KEPT_MAX:
            self._kept.popitem(last=False)
        return body

    async def _cover(self, address: str) -> bytes | None:
        """A picture of our own pages, or of a public address; None when there is none to be had in time."""
        if address.startswith("/assets/"):
            return await asyncio.to_thread(self._own, address.removeprefix("/assets/"))
        if address.startswith(PLACE):
            with contextlib.suppress(Unknown):
                return await self._images.find(address)
        if not address.startswith(("http://", "https://")):
            return None
        with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError, ValueError, Invalid):
            check_public(address)  # a name is looked at when it is resolved, a bare address here
            return await _fetched(address)
        return None

    def _own(self, name: str) -> bytes | None:
        path = (self._assets / name).resolve()
        inside = path.is_relative_to(self._assets.resolve())
        return path.read_bytes() if inside and path.is_file() else None


async def _fetched(address: str) -> bytes | None:
    """Somebody else's picture: public addresses only, no redirects, bounded in time and bytes."""
    timeout = aiohttp.ClientTimeout(total=COVER_SECONDS_MAX)
    connector = aiohttp.TCPConnector(resolver=PublicOnly(), limit=1)
    async with (
        aiohttp.ClientSession(connector=connector, timeout=timeout) as client,
        client.get(address, allow_redirects=False) as answer,
    ):
        if answer.status != 200:
            return None
        body = await answer.content.read(COVER_BYTES_MAX + 1)
        while len(body) <= COVER_BYTES_MAX and (more := await answer.content.read(COVER_BYTES_MAX + 1 - len(body))):
            body += more
        return body if len(body) <= COVER_BYTES_MAX else None


def _chosen(room: views.Room, product: str | None) -> views.ShelfItem | None:
    if product is not None:
        found = next((item for item in room.shelf if item.product.product == product), None)
        if found is None:
            raise Unknown("not on the shelf of this room", "product")
        return found
    return next((item for item in room.shelf if item.pinned), room.shelf[0] if room.shelf else None)


def _price(item: views.ShelfItem | None) -> str:
    """The lowest of its kinds, as shops write it."""
    if item is None or not item.product.skus:
        return ""
    lowest: Money = min((sku.price for sku in item.product.skus), key=lambda price: price.minor)
    sign = SIGNS.get(lowest.currency)
    return f"{sign}{to_decimal(lowest)}" if sign else f"{to_decimal(lowest)} {lowest.currency}"
