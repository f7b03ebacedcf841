"""The bare LL-HLS handler: holds requests until their tick, then answers all of them with the same bytes."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import uvloop
from aiohttp import web

PART_SECONDS = 0.5


class Bare:
    def __init__(self, folder: Path, parts: int) -> None:
        self._playlist = (folder / "playlist.gz").read_bytes()
        self._part = (folder / "part.m4s").read_bytes()
        self._parts = parts
        self._tick = parts * 2
        self._next = asyncio.Event()

    async def tick(self) -> None:
        while True:
            await asyncio.sleep(PART_SECONDS)
            self._tick += 1
            woken, self._next = self._next, asyncio.Event()
            woken.set()

    async def until(self, msn: int, part: int) -> None:
        while self._tick < msn * self._parts + part:
            await self._next.wait()

    async def index(self, request: web.Request) -> web.Response:
        if "_HLS_msn" not in request.query:
            return web.Response(text=self._plain())
        await self.until(int(request.query["_HLS_msn"]), int(request.query["_HLS_part"]))
        headers = {"Content-Encoding": "gzip", "Cache-Control": "max-age=12"}
        return web.Response(body=self._playlist, headers=headers, content_type="application/vnd.apple.mpegurl")

    async def media(self, request: web.Request) -> web.Response:
        await self.until(int(request.match_info["msn"]), int(request.match_info["part"]))
        headers = {"Cache-Control": "max-age=3600, immutable"}
        return web.Response(body=self._part, headers=headers, content_type="video/mp4")

    def _plain(self) -> str:
        """Just enough for the load tool to find the edge."""
        msn, part = divmod(self._tick + 1, self._parts)
        last = f'#EXT-X-PART:URI="{msn - 1}.{self._parts - 1}.m4s"\n#EXTINF:2\n#EXTINF:2\n'
        return f'{last}#EXT-X-PRELOAD-HINT:TYPE=PART,URI="{msn}.{part}.m4s"\n'


async def main() -> None:
    handler = Bare(Path(sys.argv[1]), int(sys.argv[2]))
    app = web.Application()
    app.add_routes(
        [
            web.get("/live/bare/1/media.m3u8", handler.index),
            web.get(r"/live/bare/1/{msn:\d+}.{part:\d+}.m4s", handler.media),
        ]
    )
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await handler.tick()


if __name__ == "__main__":
    try:
        uvloop.run(main())
    except KeyboardInterrupt:
        sys.exit(0)
