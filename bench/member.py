"""A WebSocket member that does little more than count: frames are cut, those with a chat line in them are counted."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import struct
from collections.abc import Callable
from typing import cast
from urllib.parse import urlsplit

LINE = b'"type":"chat"'


class Member(asyncio.Protocol):
    """`lines` counts frames with a chat line; `others` counts the rest; `dropped` those that say lines are lost.

    `on_line` and `on_other`, where set, are given the payloads: for the few members that look at the clock.
    """

    def __init__(self, head: bytes) -> None:
        self._head = head
        self._buffer = bytearray()
        self._open: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport | None = None
        self.lines = 0
        self.others = 0
        self.dropped = 0
        self.on_line: Callable[[bytearray], None] | None = None
        self.on_other: Callable[[bytearray], None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one in all but name
        self._transport.write(self._head)

    def connection_lost(self, _: Exception | None) -> None:
        if not self._open.done():
            self._open.set_exception(ConnectionError("closed by the server"))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._open.done():
            head, found, rest = bytes(self._buffer).partition(b"\r\n\r\n")
            if not found:
                return
            if not head.startswith(b"HTTP/1.1 101"):
                self._open.set_exception(ConnectionError(head.decode()))
                return
            self._buffer = bytearray(rest)
            self._open.set_result(None)
        self._take_frames()

    def _take_frames(self) -> None:
        """Server frames are unmasked and, from these servers, whole."""
        buffer, at, end = self._buffer, 0, len(self._buffer)
        while end - at >= 2:
            length, start = buffer[at + 1], at + 2
            if length == 126:
                if end - at < 4:
                    break
                length, start = int.from_bytes(buffer[at + 2 : at + 4], "big"), at + 4
            elif length == 127:
                if end - at < 10:
                    break
                length, start = int.from_bytes(buffer[at + 2 : at + 10], "big"), at + 10
            if end - start < length:
                break
            self._count(buffer[at] & 15, buffer[start : start + length])
            at = start + length
        del buffer[:at]

    def _count(self, opcode: int, payload: bytearray) -> None:
        if opcode == 9:
            self._send(0x8A, bytes(payload))
        elif payload == b"{}":  # how Centrifugo pings
            self._send(0x81, b"{}")
        elif payload.startswith(b'{"type":"dropped"'):
            self.dropped += 1
        elif LINE in payload[:200] and b'"snapshot"' not in payload[:200]:
            self.lines += payload.count(LINE)  # a frame of Centrifugo's may hold several
            if self.on_line is not None:
                self.on_line(payload)
        else:
            self.others += 1
            if self.on_other is not None:
                self.on_other(payload)

    def say(self, message: dict[str, object]) -> None:
        self._send(0x81, json.dumps(message, separators=(",", ":")).encode())

    def _send(self, first: int, payload: bytes) -> None:
        """Masked with zeros, which RFC 6455, 5.3 allows a load tool to find random enough."""
        assert self._transport is not None
        length = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + struct.pack("!H", len(payload))
        self._transport.write(bytes([first]) + length + bytes(4) + payload)

    async def opened(self) -> None:
        await self._open

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


async def join(url: str, cookie: str = "") -> Member:
    """A member whose socket is open; it has not said hello yet."""
    parts = urlsplit(url)
    key = base64.b64encode(os.urandom(16)).decode()
    head = (
        f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\nOrigin: http://{parts.netloc}\r\n{cookie}\r\n"
    )
    loop = asyncio.get_running_loop()
    _, member = await loop.create_connection(lambda: Member(head.encode()), parts.hostname, parts.port)
    await member.opened()
    return member
