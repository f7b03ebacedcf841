"""Recordings over HTTP: a playlist that grows while the show is on, and the files it points into."""

from __future__ import annotations

import re

from aiohttp import web

from relay.hls.origin import Origin
from relay.hls.recording import Recordings

FILE = re.compile(r"[0-9]{1,18}\.mp4")
PLAYLIST_TYPE = "application/vnd.apple.mpegurl"
ENDED_SECONDS, GROWING_SECONDS = 3_600, 1  # how long caches keep it
CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Content-Range"}


def routes(origin: Origin) -> list[web.RouteDef]:
    """The addresses of the recordings; none when nothing is recorded."""
    if origin.recordings is None:
        return []
    service = Replay(origin, origin.recordings)
    address = "/replay/{broadcast}/{epoch}"
    return [web.get(f"{address}/index.m3u8", service.playlist), web.get(f"{address}/{{file}}", service.file)]


class Replay:
    """Answers from the disk."""

    def __init__(self, origin: Origin, recordings: Recordings) -> None:
        self._origin = origin
        self._recordings = recordings

    async def playlist(self, request: web.Request) -> web.Response:
        """All that is recorded of a broadcast."""
        broadcast, epoch = request.match_info["broadcast"], request.match_info["epoch"]
        ended = self._ended(broadcast, epoch)
        target = self._origin.targets.target_seconds
        text = await self._recordings.playlist(broadcast, epoch, target, ended=ended)
        if text is None:
            return web.Response(status=404, text="nothing is recorded\n", headers={"Cache-Control": "no-store"})
        response = web.Response(body=text.encode(), headers=_headers(ended=ended), content_type=PLAYLIST_TYPE)
        response.enable_compression()
        return response

    async def file(self, request: web.Request) -> web.StreamResponse:
        """A file, or the byte ranges that are asked for."""
        broadcast, epoch, name = (request.match_info[key] for key in ("broadcast", "epoch", "file"))
        folder = self._recordings.folder(broadcast, epoch)
        if folder is None or not FILE.fullmatch(name):
            return web.Response(status=404, text="no such file\n", headers={"Cache-Control": "no-store"})
        return web.FileResponse(folder / name, headers=_headers(ended=self._ended(broadcast, epoch)))

    def _ended(self, broadcast: str, epoch: str) -> bool:
        output = self._origin.find(broadcast, epoch)
        return output is None or output.window.ended


def _headers(*, ended: bool) -> dict[str, str]:
    seconds = ENDED_SECONDS if ended else GROWING_SECONDS
    return {"Cache-Control": f"public, max-age={seconds}", **CORS}
