"""Recordings over HTTP: a playlist that grows while the show is on, and the segments it names, one address each."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

from aiohttp import hdrs, web
from aiohttp.http import StreamWriter

from relay.hls.http import MEDIA_TYPE, PLAYLIST_TYPE, write
from relay.hls.listing import Listing, Range
from relay.hls.origin import Origin
from relay.hls.recording import Recordings

ENDED_SECONDS, GROWING_SECONDS = 60, 1  # how long caches keep the playlist: a minute after its withdrawal it is gone
SEGMENT_SECONDS = 86_400
CHUNK_BYTES = 512 * 1024  # read at once for one viewer ...
SENDING_MAX = 512  # ... of this many at once
INDEX = "index.m3u8"

May = Callable[[str], Awaitable[bool]]  # whether the recording of that broadcast is for everybody

log = logging.getLogger(__name__)


def routes(origin: Origin, may: May) -> list[web.RouteDef]:
    """The addresses of the recordings; none when nothing is recorded."""
    if origin.recordings is None:
        return []
    service = Replay(origin, origin.recordings, may)
    return [web.get("/replay/{broadcast}/{epoch}/{name}", service.get)]


def address(broadcast: str, epoch: str) -> str:
    """Where the recording of a broadcast plays."""
    return f"/replay/{broadcast}/{epoch}/{INDEX}"


class Replay:
    """Answers from wherever the recording is."""

    def __init__(self, origin: Origin, recordings: Recordings, may: May) -> None:
        self._origin = origin
        self._recordings = recordings
        self._may = may
        self._sending = 0

    async def get(self, request: web.Request) -> web.StreamResponse:
        """The playlist of all that is recorded, or a segment of it."""
        broadcast, epoch, name = (request.match_info[key] for key in ("broadcast", "epoch", "name"))
        try:
            listing = await self._recordings.listing(broadcast, epoch) if await self._may(broadcast) else None
            if listing is not None and name == INDEX:
                return self._playlist(listing, broadcast, epoch)
            wanted = None if listing is None else listing.find(name)
            if wanted is None:
                return _refuse(404, "nothing is recorded under this name")
            if self._sending >= SENDING_MAX:
                return _refuse(503, "too many at once")
            return await self._segment(request, broadcast, epoch, wanted)
        except OSError as error:
            log.warning("recording %s/%s cannot be read: %s", broadcast, epoch, error)
            return _refuse(503, "the recording cannot be read now")

    def _playlist(self, listing: Listing, broadcast: str, epoch: str) -> web.Response:
        output = self._origin.find(broadcast, epoch)
        ended = output is None or output.window.ended
        text = listing.playlist(self._origin.targets.target_seconds, ended=ended)
        headers = _headers(ENDED_SECONDS if ended else GROWING_SECONDS)
        response = web.Response(body=text.encode(), headers=headers, content_type=PLAYLIST_TYPE)
        response.enable_compression()
        return response

    async def _segment(self, request: web.Request, broadcast: str, epoch: str, wanted: Range) -> web.StreamResponse:
        """Chunk by chunk, so that a slow viewer holds one of them."""
        self._sending += 1
        try:
            first = await self._chunk(broadcast, epoch, wanted, wanted.offset)
            response = web.StreamResponse(headers={**_headers(SEGMENT_SECONDS), hdrs.CONTENT_TYPE: MEDIA_TYPE})
            response.content_length = wanted.size
            with suppress(ConnectionResetError):  # he left
                writer = await response.prepare(request)
                assert isinstance(writer, StreamWriter)
                if request.method == hdrs.METH_GET:
                    await write(writer, [first])
                    await self._rest(writer, broadcast, epoch, wanted)
                await response.write_eof()
            return response
        finally:
            self._sending -= 1

    async def _rest(self, writer: StreamWriter, broadcast: str, epoch: str, wanted: Range) -> None:
        end = wanted.offset + wanted.size
        for at in range(wanted.offset + CHUNK_BYTES, end, CHUNK_BYTES):
            try:
                chunk = await self._chunk(broadcast, epoch, wanted, at)
            except OSError as error:
                log.warning("recording %s/%s broke off: %s", broadcast, epoch, error)
                if writer.transport is not None:
                    writer.transport.abort()  # the answer has begun: only a broken one says that it is not whole
                raise ConnectionResetError("the recording cannot be read on") from error
            await write(writer, [chunk])

    async def _chunk(self, broadcast: str, epoch: str, wanted: Range, at: int) -> bytes:
        size = min(CHUNK_BYTES, wanted.offset + wanted.size - at)
        data = await self._recordings.read(broadcast, epoch, replace(wanted, offset=at, size=size))
        if len(data) != size:
            raise OSError(f"{wanted.file}: {len(data)} of {size} bytes at {at}")
        return data


def _refuse(status: int, why: str) -> web.Response:
    return web.Response(status=status, text=f"{why}\n", headers={"Cache-Control": "no-store"})


def _headers(seconds: int) -> dict[str, str]:
    return {"Cache-Control": f"public, max-age={seconds}", "Access-Control-Allow-Origin": "*"}
