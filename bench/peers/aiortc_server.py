"""aiortc used as its documentation shows for encoded media: one player, a MediaRelay, a peer connection a viewer."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from aiohttp import web
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaPlayer, MediaRelay
from aiortc.rtcrtpsender import RTCRtpSender


class Server:
    def __init__(self, clip: str) -> None:
        self._player = MediaPlayer(clip, loop=True, decode=False)
        self._relay = MediaRelay()
        self._peers: set[RTCPeerConnection] = set()

    async def whep(self, request: web.Request) -> web.Response:
        offer = RTCSessionDescription(sdp=await request.text(), type="offer")
        peer = RTCPeerConnection()
        self._peers.add(peer)
        for track in (self._player.video, self._player.audio):
            peer.addTrack(self._relay.subscribe(track))
        for transceiver in peer.getTransceivers():
            codecs = RTCRtpSender.getCapabilities(transceiver.kind).codecs
            wanted = "video/H264" if transceiver.kind == "video" else "audio/opus"
            transceiver.setCodecPreferences([codec for codec in codecs if codec.mimeType == wanted])

        @peer.on("connectionstatechange")
        async def changed() -> None:
            if peer.connectionState in ("failed", "closed"):
                self._peers.discard(peer)
                await peer.close()

        await peer.setRemoteDescription(offer)
        await peer.setLocalDescription(await peer.createAnswer())
        return web.Response(status=201, content_type="application/sdp", text=peer.localDescription.sdp)


async def main(clip: str) -> None:
    app: Any = web.Application()
    app.router.add_post("/whep", Server(clip).whep)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
