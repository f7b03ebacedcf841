"""RTMP on the network: the shell around `Protocol`. It owns sockets, limits, time-outs and nothing of the format."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import ssl
import time
from collections.abc import Awaitable, Callable
from typing import cast

from config.household import household
from config.metrics import Metrics
from config.settings import RtmpSettings
from relay.errors import BadInput, Refused
from relay.media import Kind
from relay.rtmp import handshake
from relay.rtmp.attempts import Attempts
from relay.rtmp.chunks import Limits
from relay.rtmp.flv import Demuxer
from relay.rtmp.protocol import Event, Media, Metadata, Protocol, Publish, State, Unpublish
from relay.source import Source

# Takes the stream key and the peer's address; raises `Refused`.
Authorise = Callable[[str, str], Awaitable[Source]]

LINGER_SECONDS = 1.0  # a refused peer gets this long to read why before the socket goes
OUTPUT_BYTES_MAX = 256 * 1024  # answers a peer does not read
BACKLOG = 1024
CHECK_SECONDS = 0.5  # between two looks for silent peers
CODES = {"bad_key": "NetStream.Publish.BadName", "busy": "NetStream.Publish.BadName"}  # others: Denied

log = logging.getLogger(__name__)


class Connection(asyncio.Protocol):
    """One peer. Closed by its own errors, its silence, the loss of its place; never by another's."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._core = Protocol(server.limits, secrets.token_bytes(handshake.RANDOM_BYTES))
        self._demuxer = Demuxer()
        self._source: Source | None = None
        self._asking: asyncio.Task[None] | None = None
        self._waiting: list[Event] = []  # what came while `authorise` was being asked
        self._closing = False
        self.address = self.household = ""
        self.deadline_ns = 0

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one in all but name
        peer = transport.get_extra_info("peername")
        self.address = str(peer[0]) if isinstance(peer, tuple) else ""
        self.household = household(self.address)
        self.deadline_ns = self._server.clock() + self._server.settings.handshake_ms_max * 1_000_000
        if not self._server.add(self):
            self._closing = True
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        if not self._closing:  # otherwise: what a refused peer still says
            self._guarded(lambda: self._receive(data))

    def _guarded(self, step: Callable[[], None]) -> None:
        """Bad input and refusals end this connection and nothing else."""
        try:
            step()
        except BadInput as problem:
            if self._core.state in (State.CONNECTED, State.ASKING, State.PUBLISHING):
                self._core.end("NetStream.Failed", str(problem))
            self._stop("malformed", str(problem))
        except Refused as refusal:
            self._stop(refusal.reason, refusal.detail)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 (asyncio's signature)
        self._closing = True
        self._server.remove(self)
        if self._asking is not None:
            self._asking.cancel()
        self._leave()

    @property
    def publishes(self) -> bool:
        return self._source is not None

    # Inside.

    def _receive(self, data: bytes) -> None:
        try:
            self._core.receive_data(data)
        finally:
            self._flush()
        events = self._core.events()
        if self._asking is not None:
            self._waiting += events
        else:
            self._handle(events)

    def _handle(self, events: list[Event]) -> None:
        now_ns = self._server.clock()
        for number, event in enumerate(events):
            if isinstance(event, Media):
                self._on_media(event, now_ns)
            elif isinstance(event, Publish):
                self._ask(event)
                self._waiting += events[number + 1 :]
                return
            elif isinstance(event, Unpublish):
                self._leave()
                self.deadline_ns = now_ns + self._server.settings.handshake_ms_max * 1_000_000
            elif isinstance(event, Metadata):
                log.info("rtmp %s: %s", self.address, _summary(event))

    def _on_media(self, media: Media, now_ns: int) -> None:
        if self._source is None:
            return
        self.deadline_ns = now_ns + self._server.settings.silence_ms_max * 1_000_000
        kind = Kind.VIDEO if media.video else Kind.AUDIO
        packet = self._demuxer.read(kind, media.timestamp, media.body, now_ns)
        if packet is not None:
            self._source.publish(packet)

    def _ask(self, publish: Publish) -> None:
        """Let `authorise` decide; nothing more is read until it has."""
        self._transport.pause_reading()
        self._asking = asyncio.get_running_loop().create_task(self._authorise(publish))

    async def _authorise(self, publish: Publish) -> None:
        try:
            source = await self._server.check(publish.key, self.address)
        except Refused as refusal:
            self._refuse(refusal)
        except Exception:
            log.exception("rtmp %s: nobody could say whether it may publish", self.address)
            self._refuse(Refused("failed", "the server could not check the stream key"))
        else:
            self._begin(source, publish.encoder)

    def _refuse(self, refusal: Refused) -> None:
        self._asking = None
        if not self._closing:
            self._core.refuse(CODES.get(refusal.reason, "NetStream.Publish.Denied"), refusal.detail)
            self._stop(refusal.reason, refusal.detail)

    def _begin(self, source: Source, encoder: str) -> None:
        self._asking = None
        if self._closing:
            source.close()
            return
        self._source = source
        self._demuxer = Demuxer()
        source.description = f"{encoder or 'an encoder'} from {self.address}"
        source.on_close(self._lose_place)
        self.deadline_ns = self._server.clock() + self._server.settings.silence_ms_max * 1_000_000
        self._core.accept()
        log.info("rtmp %s publishes as %s", self.address, source.slot)
        waiting, self._waiting = self._waiting, []
        self._guarded(lambda: self._go_on(waiting))

    def _go_on(self, waiting: list[Event]) -> None:
        self._flush()
        self._transport.resume_reading()
        self._handle(waiting)

    def _lose_place(self, reason: str) -> None:
        """The source was closed by someone else."""
        if self._source is not None and not self._closing:
            self._core.end("NetStream.Publish.Denied", reason)
            self._stop("replaced", reason)

    def _leave(self) -> None:
        source, self._source = self._source, None
        if source is not None:
            source.close()

    def _flush(self) -> None:
        data = self._core.data_to_send()
        if data and not self._transport.is_closing():
            self._transport.write(data)
            if self._transport.get_write_buffer_size() > OUTPUT_BYTES_MAX:
                raise Refused("unread", "a peer that reads no answers")

    def time_out(self) -> None:
        """The peer was silent for too long, or took too long to publish."""
        self._stop("silent", "no media" if self._source else "no publish command in time")

    def close(self) -> None:
        """The server stops: what was said is sent, nothing more is read."""
        self._stop("stopping", "the server stops")
        self._transport.close()

    def abort(self) -> None:
        """At once."""
        self._transport.abort()

    def _stop(self, reason: str, detail: str) -> None:
        """Say why, read on without listening so that the peer can hear it, then close."""
        if self._closing:
            return
        self._closing = True
        self._server.metrics.rtmp_refused.labels(reason).inc()
        log.warning("rtmp %s closed, %s: %s", self.address, reason, detail)
        data = self._core.data_to_send()
        self._leave()
        if self._transport.is_closing():
            return
        self._transport.write(data)
        self._transport.resume_reading()
        if self._transport.can_write_eof():
            self._transport.write_eof()
        asyncio.get_running_loop().call_later(LINGER_SECONDS, self._transport.abort)


def _summary(metadata: Metadata) -> str:
    names = (
        "encoder",
        "width",
        "height",
        "framerate",
        "videocodecid",
        "videodatarate",
        "audiocodecid",
        "audiodatarate",
    )
    return " ".join(f"{name}={str(metadata.values[name])[:40]}" for name in names if name in metadata.values)


class Server:
    """All RTMP connections of this node."""

    def __init__(
        self,
        settings: RtmpSettings,
        authorise: Authorise,
        metrics: Metrics,
        clock: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self.settings = settings
        self.authorise = authorise
        self.metrics = metrics
        self.clock = clock
        self.limits = Limits(message_bytes_max=settings.message_bytes_max)
        self._attempts = Attempts()
        self._connections: set[Connection] = set()
        self._listeners: list[asyncio.Server] = []
        self._watch: asyncio.Task[None] | None = None
        self._empty = asyncio.Event()
        self._empty.set()

    async def listen(self, host: str, port: int, tls: ssl.SSLContext | None = None) -> int:
        """Take connections there, as RTMPS with `tls`; port 0 takes a free one. Returns the port."""
        loop = asyncio.get_running_loop()
        patience = self.settings.handshake_ms_max / 1000 if tls else None
        listener = await loop.create_server(
            lambda: Connection(self), host, port, ssl=tls, ssl_handshake_timeout=patience, backlog=BACKLOG
        )
        self._listeners.append(listener)
        if self._watch is None:
            self._watch = loop.create_task(self._close_silent())
        return int(listener.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Take no more connections and close those there are."""
        if self._watch is not None:
            self._watch.cancel()
        for listener in self._listeners:
            listener.close()
        for connection in list(self._connections):
            connection.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._empty.wait(), LINGER_SECONDS)
        for connection in list(self._connections):
            connection.abort()
        await self._empty.wait()
        for listener in self._listeners:
            await listener.wait_closed()

    async def check(self, key: str, address: str) -> Source:
        """A place for the peer. Raises `Refused`, for an address that keeps guessing without looking at its key."""
        house = household(address)
        if self._attempts.too_many(house, self.clock()):
            raise Refused("guessing", "too many wrong stream keys from this address, wait a minute")
        try:
            return await self.authorise(key, address)
        except Refused as refusal:
            if refusal.reason == "bad_key":
                self._attempts.wrong(house, self.clock())
            raise

    def add(self, connection: Connection) -> bool:
        """Whether there is room for one more."""
        reason = self._full_for(connection.household)
        if reason is not None:
            self.metrics.rtmp_refused.labels(reason).inc()
            return False
        self._connections.add(connection)
        self._empty.clear()
        self.metrics.rtmp_connections.set(len(self._connections))
        return True

    def _full_for(self, house: str) -> str | None:
        """Why there is no room. One host that only connects must not keep every encoder out."""
        if len(self._connections) >= self.settings.connections_max:
            return "over_limit"
        newcomers = sum(other.household == house and not other.publishes for other in self._connections)
        return "address_limit" if newcomers >= self.settings.newcomers_per_address_max else None

    def remove(self, connection: Connection) -> None:
        """A connection is gone; harmless for one that never had room."""
        self._connections.discard(connection)
        if not self._connections:
            self._empty.set()
        self.metrics.rtmp_connections.set(len(self._connections))

    async def _close_silent(self) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            now_ns = self.clock()
            for connection in list(self._connections):
                if now_ns > connection.deadline_ns:
                    connection.time_out()
