"""/images/<digest>/<size>.webp: pictures of goods. What is behind an address never changes: everybody may keep it."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from aiohttp import web

from commerce import images
from commerce.errors import NotFound
from commerce.service import Commerce
from signaling.errors import Unknown
from signaling.pages import IMMUTABLE

KEPT_BYTES_MAX = 32 * 1024 * 1024
READING_MAX = 4  # from the store at once: the whole room asks for a new picture in the same second
ROUTE = images.PLACE + "{digest}/{name}"
TYPE = "image/webp"
# Opened by itself it is a page of ours, in which nothing may run.
HEADERS = {
    "Cache-Control": IMMUTABLE,
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Access-Control-Allow-Origin": "*",
}


class Images:
    """Keeps what was asked for last; a node reads a picture from the store once."""

    def __init__(self, commerce: Commerce) -> None:
        self._commerce = commerce
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._kept_bytes = 0
        self._reading = asyncio.Semaphore(READING_MAX)

    async def get(self, request: web.Request) -> web.Response:
        """Who has it already is told so without its bytes."""
        body = await self.find(request.path)
        etag = '"{digest}-{name}"'.format(**request.match_info)
        headers = HEADERS | {"ETag": etag}
        if any(tag.value in (etag.strip('"'), "*") for tag in request.if_none_match or ()):
            return web.Response(status=304, headers=headers)
        return web.Response(body=body, content_type=TYPE, headers=headers)

    async def find(self, url: str) -> bytes:
        """The picture behind an address of ours. Raises `Unknown`."""
        found = images.parts(url)
        if found is None:
            raise Unknown("no such picture", "image")
        body = self._kept.get(url)
        if body is None:
            async with self._reading:
                body = self._kept.get(url) or await self._read(*found)
            self._keep(url, body)
        self._kept.move_to_end(url)
        return body

    async def _read(self, digest: str, size: int) -> bytes:
        try:
            return await self._commerce.ask(images.image, digest, size)
        except NotFound as error:
            raise Unknown(error.detail, error.field) from error

    def _keep(self, url: str, body: bytes) -> None:
        if url not in self._kept:
            self._kept[url] = body
            self._kept_bytes += len(body)
        while self._kept_bytes > KEPT_BYTES_MAX:
            _, gone = self._kept.popitem(last=False)
            self._kept_bytes -= len(gone)
