"""The bare chat room: a set of sockets, and a loop that sends each line to all of them."""

from __future__ import annotations

import asyncio
import json
import sys
import time

import uvloop
from aiohttp import WSMsgType, web


class Bare:
    def __init__(self) -> None:
        self._members: set[web.WebSocketResponse] = set()
        self._offset = 0

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        member = web.WebSocketResponse(compress=False)
        await member.prepare(request)
        self._members.add(member)
        async for message in member:
            if message.type is WSMsgType.TEXT:
                await self._tell(json.loads(message.data))
        self._members.discard(member)
        return member

    async def _tell(self, said: dict[str, str]) -> None:
        """A line as Fenbo sends it, field for field."""
        self._offset += 1
        line = {"type": "chat", "stream": "room", "epoch": "0123456789abcdef", "offset": self._offset}
        line |= {"at": time.strftime("%Y-%m-%dT%H:%M:%S.000Z"), "from": {"id": "0123456789ab", "name": "Guest 1234"}}
        text = json.dumps(line | {"text": said["text"], "id": said["id"]}, separators=(",", ":"))
        for member in list(self._members):
            await member.send_str(text)


async def main() -> None:
    app = web.Application()
    app.add_routes([web.get("/ws", Bare().socket)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    try:
        uvloop.run(main())
    except KeyboardInterrupt:
        sys.exit(0)
