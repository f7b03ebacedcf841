"""A broadcast pushed to another RTMP server as long as it lasts: lost connections are made again, ever more slowly.

The publisher never waits for it: a slow target loses pictures up to the next key frame, like any output.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from config.metrics import Metrics
from config.reach import is_public
from relay.errors import BadInput, Refused
from relay.outlet import Outlet, Subscription
from relay.rtmp import handshake
from relay.rtmp.mux import Muxer
from relay.rtmp.push import Push, State, Target

PATIENCE_SECONDS = 10.0  # for connecting, for the answer to publish, for bytes to leave
RETRY_SECONDS_FIRST, RETRY_SECONDS_MAX = 1.0, 60.0
SETTLED_SECONDS = 30.0  # a connection that has lasted so long was a good one: the next try comes soon
READ_BYTES = 4_096

log = logging.getLogger(__name__)


class Phase(StrEnum):
    """What a restream is doing."""

    CONNECTING = "connecting"
    SENDING = "sending"
    RETRYING = "retrying"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a restream stands; `problem` is why the last connection ended, for people."""

    phase: Phase
    problem: str


class Restream:
    """One target of one broadcast. `close` it; it ends by itself when the broadcast does."""

    def __init__(
        self, outlet: Outlet, target: Target, metrics: Metrics, *, public_only: bool = False,
        retry_seconds_first: float = RETRY_SECONDS_FIRST, clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        """`public_only`: whoever chose the target may not reach what is inside."""
        self.target = target
        self.standing = Standing(Phase.CONNECTING, "")
        self._outlet, self._metrics, self._clock = outlet, metrics, clock
        self._first = retry_seconds_first
        self._public_only = public_only
        self._task = asyncio.get_running_loop().create_task(self._run(), name=f"restream {target.host}")

    async def close(self) -> None:
        """Stop sending; says goodbye where there is someone to say it to."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _run(self) -> None:
        wait = self._first
        while True:
            began = self._clock()
            self.standing = Standing(Phase.CONNECTING, self.standing.problem)
            try:
                await self._connection()
            except (OSError, TimeoutError, BadInput, Refused) as problem:
                reason = problem.reason if isinstance(problem, Refused) else "broken"
                self._metrics.restream_ended.labels(reason).inc()
                self.standing = Standing(Phase.RETRYING, str(problem) or type(problem).__name__)
                log.warning("restream to %s: %s; again in %.0f s", self.target.host, self.standing.problem, wait)
            else:
                return
            if self._clock() - began >= SETTLED_SECONDS:
                wait = self._first
            await asyncio.sleep(wait)
            wait = min(2 * wait, RETRY_SECONDS_MAX)

    async def _connection(self) -> None:
        """One connection; returns when the broadcast is over, raises when the connection is."""
        tls = await asyncio.to_thread(ssl.create_default_context) if self.target.tls else None
        async with asyncio.timeout(PATIENCE_SECONDS):
            host, port = self.target.host, self.target.port
            address = await _public(host, port) if self._public_only else host
            name = None if tls is None else host
            reader, writer = await asyncio.open_connection(address, port, ssl=tls, server_hostname=name)
        try:
            await self._publish(reader, writer)
        finally:
            writer.close()
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await writer.wait_closed()

    async def _publish(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        core = Push(self.target, secrets.token_bytes(handshake.RANDOM_BYTES))
        async with asyncio.timeout(PATIENCE_SECONDS):
            while core.state is not State.SENDING:
                await _flush(core, writer)
                core.receive_data(await _some(reader))
        self.standing = Standing(Phase.SENDING, "")
        subscription = self._outlet.subscribe("restream")
        self._metrics.restreams.inc()
        listening = asyncio.create_task(_listen(core, reader))
        sending = asyncio.create_task(_send(core, writer, subscription))
        try:
            done, _ = await asyncio.wait((listening, sending), return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            self._metrics.restreams.dec()
            subscription.close()
            for task in (listening, sending):
                task.cancel()
            await asyncio.gather(listening, sending, return_exceptions=True)
            core.end()
            writer.write(core.data_to_send())


async def _public(host: str, port: int) -> str:
    """An address of the host; what was looked at is what is connected to, whatever the name says next."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    public = [str(address[0]) for *_, address in found if is_public(str(address[0]))]
    if not public:
        raise ConnectionError(f"{host} is no public address")
    return public[0]


async def _some(reader: asyncio.StreamReader) -> bytes:
    data = await reader.read(READ_BYTES)
    if not data:
        raise ConnectionError("the server has closed the connection")
    return data


async def _listen(core: Push, reader: asyncio.StreamReader) -> None:
    """What the server says meanwhile: a refusal ends the connection."""
    while True:
        core.receive_data(await _some(reader))


async def _send(core: Push, writer: asyncio.StreamWriter, subscription: Subscription) -> None:
    muxer = Muxer()
    async for packet in subscription:
        for body in muxer.write(packet):
            core.send(body)
        await _flush(core, writer)


async def _flush(core: Push, writer: asyncio.StreamWriter) -> None:
    writer.write(core.data_to_send())
    async with asyncio.timeout(PATIENCE_SECONDS):
        await writer.drain()
