"""Passive ICE-TCP (RFC 6544): datagrams framed on a TCP connection by a 16-bit length (RFC 4571)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Literal, Protocol, cast

from relay.webrtc.ice import Source

FRAME_BYTES_MAX = 2048  # a datagram of any peer fits an Ethernet frame; a longer one is not of ours
QUEUE_BYTES_MAX = 512 * 1024  # some 1.5 s of video; what comes while that much waits is lost, as on UDP
STRANGER_S_MAX = 10.0  # time from connect to the first authenticated check


class Framer:
    """The bytes of a connection, in; its frames, out. Raises ValueError for a frame longer than any datagram."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        self._bytes += data
        while len(self._bytes) >= 2:
            end = 2 + int.from_bytes(self._bytes[:2], "big")
            if end > FRAME_BYTES_MAX:
                raise ValueError("a frame longer than any datagram")
            if len(self._bytes) < end:
                return
            frame = bytes(self._bytes[2:end])
            del self._bytes[:end]
            if frame:
                yield frame


class Listener(Protocol):
    """The port, as its TCP connections see it."""

    def connected(self, connection: TcpPath) -> bool:
        """Whether one more stranger may stay."""
        ...

    def framed(self, datagram: bytes, connection: TcpPath) -> None: ...

    def disconnected(self, connection: TcpPath) -> None: ...


class TcpPath(asyncio.Protocol):
    """One TCP connection: its frames go to the listener, our datagrams become frames. A stranger at first."""

    kind: Literal["tcp"] = "tcp"

    def __init__(self, listener: Listener) -> None:
        self.address = ("", 0)
        self.lost = 0
        self.is_stranger = True
        self._listener = listener
        self._framer = Framer()
        self._transport: asyncio.Transport | None = None
        self._deadline: asyncio.TimerHandle | None = None

    @property
    def source(self) -> Source:
        return Source("tcp", *self.address)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one in all but name
        peer = transport.get_extra_info("peername")
        self.address = (peer[0], peer[1]) if peer else ("", 0)
        if not self._listener.connected(self):
            self._transport.abort()
            return
        self._deadline = asyncio.get_running_loop().call_later(STRANGER_S_MAX, self.close)

    def authenticated(self) -> None:
        """A check on it was right: it may stay."""
        self.is_stranger = False
        if self._deadline is not None:
            self._deadline.cancel()

    def data_received(self, data: bytes) -> None:
        try:
            for frame in self._framer.feed(data):
                self._listener.framed(frame, self)
        except ValueError:
            self.close()

    def send(self, datagram: bytes) -> None:
        transport = self._transport
        if transport is None or transport.is_closing() or transport.get_write_buffer_size() > QUEUE_BYTES_MAX:
            self.lost += 1
            return
        transport.write(len(datagram).to_bytes(2, "big") + datagram)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def connection_lost(self, _: Exception | None) -> None:
        self._transport = None
        if self._deadline is not None:
            self._deadline.cancel()
        self._listener.disconnected(self)
