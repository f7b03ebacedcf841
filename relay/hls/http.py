"""The origin over HTTP: one handler, no per-viewer object, no line per request.

Nothing in an address is a viewer's, so every answer can be cached by anyone (rfc8216bis, B.1). A request for the
hinted part is held until the whole part can go.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

from aiohttp import hdrs, web
from aiohttp.http import StreamWriter
from multidict import CIMultiDict
from prometheus_client import Counter

from relay.hls.origin import Origin
from relay.hls.playlist import MEDIA, MULTIVARIANT, Text
from relay.hls.rendition import Rendition
from relay.hls.waiting import Awaited

ADDRESS = "/live/{address:.+}"  # broadcast/epoch/name: taken apart here, which costs less than three patterns
PLAYLIST_TYPE = "application/vnd.apple.mpegurl"
MEDIA_TYPE = "video/mp4"
IMMUTABLE_SECONDS = 86_400
BLOCKING_TARGETS, MISSING_TARGETS = 6, 4  # cache times in target durations (rfc8216bis, B.1)
DIGITS_MAX = 18  # of a directive: what is longer is no number of ours
QUERIES_KEPT = 256  # read once: at any moment most players ask the same
UNSENT_BYTES_MAX = 64 * 1024  # asyncio's high-water mark: a writer with less never waits
UNSENT_SECONDS_MAX = 12.0  # a reader that does not come below it in this time is cut off, and its part forgotten


class BadDirective(Exception):
    """A delivery directive that cannot be obeyed: 400."""


@dataclass(frozen=True, slots=True)
class Directives:
    """The delivery directives of a request (6.2.5)."""

    msn: int | None = None
    part: int | None = None
    skip: bool = False


@lru_cache(QUERIES_KEPT)
def directives(query: str) -> Directives:
    """Read a query string; parameters of others are ignored. Raises `BadDirective`."""
    if not query:
        return Directives()
    values = dict(pair.partition("=")[::2] for pair in query.split("&") if pair.startswith("_HLS_"))
    msn, part = _number(values.get("_HLS_msn")), _number(values.get("_HLS_part"))
    if part is not None and msn is None:
        raise BadDirective("_HLS_part without _HLS_msn")  # 6.2.5.2
    return Directives(msn, part, values.get("_HLS_skip") in ("YES", "v2"))


def _number(value: str | None) -> int | None:
    if value is None:
        return None
    if not (value.isascii() and value.isdigit() and len(value) <= DIGITS_MAX):
        raise BadDirective("not a decimal number")
    return int(value)


def routes(origin: Origin) -> list[web.RouteDef]:
    """The origin's addresses."""
    service = Service(origin)
    return [
        web.get(ADDRESS, service.get),
        web.options(ADDRESS, service.options),
    ]


class _Ages:
    """Headers that say how long caches may keep a playlist, for one target duration."""

    def __init__(self, target: int) -> None:
        self.playlist = _headers(PLAYLIST_TYPE, f"public, max-age={max(1, target // 2)}", varies=True)
        self.blocking = _headers(PLAYLIST_TYPE, f"public, max-age={BLOCKING_TARGETS * target}", varies=True)
        self.missing = _headers("text/plain", f"public, max-age={MISSING_TARGETS * target}")


class Service:
    """Answers, made of bytes that are there already."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._ages: dict[int, _Ages] = {}
        self._media = _headers(MEDIA_TYPE, f"public, max-age={IMMUTABLE_SECONDS}, immutable")
        self._missing = _headers("text/plain", "no-store")
        self._counters: dict[tuple[str, int], Counter] = {}

    async def get(self, request: web.Request) -> web.StreamResponse:
        """Playlists, parts, segments, init segments."""
        broadcast, _, rest = request.match_info["address"].partition("/")
        epoch, _, name = rest.partition("/")
        output = self._origin.find(broadcast, epoch)
        if name == MULTIVARIANT:
            index = None if output is None else output.index
            if index is None:
                return self._refuse("index", 404, "nothing is on yet")
            return self._text(request, "index", index, self._age(output).playlist)
        folder, _, name = name.rpartition("/")
        rendition = None if output is None else output.renditions.get(folder)
        if name == MEDIA:
            return await self._get_media(request, rendition)
        return await self._get_bytes(request, rendition, name)

    async def options(self, request: web.Request) -> web.StreamResponse:  # noqa: ARG002
        """CORS preflight: embedded players read from anywhere."""
        headers = _headers("text/plain", "public, max-age=86400")
        headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
        headers["Access-Control-Allow-Headers"] = "*"
        return web.Response(status=204, headers=headers)

    async def _get_media(self, request: web.Request, rendition: Rendition | None) -> web.StreamResponse:
        try:
            wanted = directives(request.rel_url.raw_query_string)
        except BadDirective as bad:
            return self._refuse("media", 400, str(bad))
        coming = rendition is not None and rendition.ask()
        if rendition is None or (not coming and (wanted.msn is None or rendition.over)):
            headers = None if wanted.msn is None else self._age(rendition).missing
            return self._refuse("media", 404, "nothing is on yet", headers)
        if wanted.msn is not None:
            refused = await self._wait(rendition, (wanted.msn, wanted.part))
            if refused is not None:
                return refused
        elif not rendition.exists(rendition.first):
            await rendition.waiting.until(rendition.first)  # in vain, what is there is the answer
        media = rendition.state
        if media is None:
            return self._refuse("media", 503, "it did not come in time")
        age = self._age(rendition)
        headers = age.playlist if wanted.msn is None or rendition.window.ended else age.blocking
        skips = wanted.skip and not rendition.window.ended  # 6.2.5: after ENDLIST directives are ignored
        return self._text(request, "media", media.delta if skips else media.full, headers)

    async def _wait(self, rendition: Rendition, awaited: Awaited) -> web.Response | None:
        """Hold the request until that part exists; an answer when that is not to be."""
        if awaited not in rendition.waiting:
            if rendition.exists(awaited):
                return None
            if rendition.too_far(awaited):
                return self._refuse("media", 400, "too far ahead")
        if not await rendition.waiting.until(awaited):
            return self._refuse("media", 503, "it did not come in time")
        return None

    async def _get_bytes(self, request: web.Request, rendition: Rendition | None, name: str) -> web.StreamResponse:
        if rendition is None:
            return self._refuse("bytes", 404, "no such broadcast")
        rendition.note()
        data = rendition.window.resources.get(name)
        if data is None and name == rendition.hinted and not rendition.window.ended:
            if not await rendition.waiting.until(rendition.window.next_part):
                return self._refuse("bytes", 503, "it did not come in time")
            data = rendition.window.resources.get(name)  # not there: the stream broke before it
        if data is None:
            return self._refuse("bytes", 404, "no such part")
        self._count("bytes", 200)
        return await self._send(request, data)

    async def _send(self, request: web.Request, chunks: Sequence[bytes]) -> web.StreamResponse:
        """Write bytes that everybody shares, without a copy for each connection."""
        response = web.StreamResponse(headers=self._media)
        response.content_length = sum(map(len, chunks))
        with suppress(ConnectionResetError):  # it left: nobody's fault, and no line in the log
            writer = await response.prepare(request)
            if request.method == hdrs.METH_GET:
                assert isinstance(writer, StreamWriter)
                await write(writer, chunks)
            await response.write_eof()
        return response

    def _text(self, request: web.Request, resource: str, text: Text, headers: CIMultiDict[str]) -> web.Response:
        self._count(resource, 200)
        # "gzip;q=0.5" is also read as a refusal: the plain text is right for everyone
        accepted = request.headers.get(hdrs.ACCEPT_ENCODING, "")
        if "gzip" in accepted and "gzip;q=0" not in accepted:
            response = web.Response(body=text.gzipped, headers=headers)
            response.headers[hdrs.CONTENT_ENCODING] = "gzip"
            return response
        return web.Response(body=text.plain, headers=headers)

    def _refuse(self, resource: str, status: int, why: str, headers: CIMultiDict[str] | None = None) -> web.Response:
        self._count(resource, status)
        response = web.Response(status=status, body=f"{why}\n".encode(), headers=headers or self._missing)
        if status == 503:
            response.headers[hdrs.RETRY_AFTER] = "1"
        return response

    def _age(self, rendition: Rendition | None) -> _Ages:
        target = self._origin.targets.target_seconds if rendition is None else rendition.target_seconds
        if target not in self._ages:
            self._ages[target] = _Ages(target)
        return self._ages[target]

    def _count(self, resource: str, status: int) -> None:
        key = (resource, status)
        if key not in self._counters:
            self._counters[key] = self._origin.metrics.hls_requests.labels(resource, str(status))
        self._counters[key].inc()


def _headers(content_type: str, cache: str, *, varies: bool = False) -> CIMultiDict[str]:
    headers = CIMultiDict({"Content-Type": content_type, "Cache-Control": cache, "Access-Control-Allow-Origin": "*"})
    if varies:
        headers["Vary"] = "Accept-Encoding"
    return headers


async def write(writer: StreamWriter, chunks: Sequence[bytes]) -> None:
    """Write to a reader who may be slow.

    Raises `ConnectionResetError` when the reader is gone, also for one that is cut off because it does not read.
    """
    for chunk in chunks:
        await writer.write(chunk, drain=False)
        transport = writer.transport
        if transport is not None and transport.get_write_buffer_size() > UNSENT_BYTES_MAX:
            try:
                async with asyncio.timeout(UNSENT_SECONDS_MAX):
                    await writer.drain()
            except TimeoutError:
                transport.abort()
                raise ConnectionResetError("a reader that does not read") from None
