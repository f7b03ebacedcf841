"""One UDP port and the same TCP port for every WebRTC session, in and out.

A datagram from a known address goes to its owner at once. An unknown address becomes known by an ICE check alone: it
names one of our ufrags and its MESSAGE-INTEGRITY is right. Everything else is counted and forgotten, so that a flood
from strangers, or in somebody's name, costs a look-up and no memory.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import ipaddress
import socket
import time
from collections import Counter
from collections.abc import Callable
from typing import Literal, Protocol

from relay.errors import BadStun
from relay.webrtc import stun
from relay.webrtc.framing import TcpPath
from relay.webrtc.ice import Agent, Source
from relay.webrtc.session import Path

DATAGRAM_BYTES_MAX = 2048
READS_MAX = 64  # datagrams taken before other work of the loop gets its turn
SOCKET_BUFFER_BYTES = 4 * 1024 * 1024  # what the kernel grants is up to net.core.[rw]mem_max
STRANGERS_MAX = 256  # TCP connections that have not authenticated yet
STRANGERS_PER_HOST_MAX = 16
BIND_TRIES_MAX = 16  # a free UDP port whose TCP port is taken


class Owner(Protocol):
    """A session, as the port sees it."""

    agent: Agent

    def receive(self, datagram: bytes, path: Path) -> None:
        """DTLS, RTP or RTCP from an address that authenticated."""
        ...

    def selected(self, path: Path) -> None:
        """The agent chose another way to the peer."""
        ...


class UdpPath:
    """The way to one address on the shared socket."""

    kind: Literal["udp"] = "udp"

    def __init__(self, udp: socket.socket, address: tuple[str, int]) -> None:
        self.address = address
        self._udp = udp

    def send(self, datagram: bytes) -> None:
        # A full socket buffer or a host that is gone loses the datagram, as the network may.
        with contextlib.suppress(OSError):
            self._udp.sendto(datagram, self.address)


class Port:
    """The sockets, who owns which address, and what was thrown away, by reason."""

    def __init__(self, udp: socket.socket, clock: Callable[[], float] = time.monotonic) -> None:
        self.udp = udp
        self.number: int = udp.getsockname()[1]
        self.dropped: Counter[str] = Counter()
        self._clock = clock
        self._server: asyncio.Server | None = None
        self._by_ufrag: dict[str, Owner] = {}
        self._ufrags: dict[Owner, set[str]] = {}
        self._by_source: dict[Source, tuple[Owner, Path]] = {}
        self._strangers: set[TcpPath] = set()

    @classmethod
    async def open(cls, host: str, number: int, clock: Callable[[], float] = time.monotonic) -> Port:
        """Listen on UDP and TCP `number` of `host` (0: a free one for both). Raises OSError."""
        udp, tcp = _bind(host, number)
        port = cls(udp, clock)
        loop = asyncio.get_running_loop()
        loop.add_reader(udp.fileno(), port._read)
        port._server = await loop.create_server(lambda: TcpPath(port), sock=tcp, backlog=128)
        return port

    async def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self.udp.fileno())
        if self._server is not None:
            self._server.close()
        for path in [*self._strangers, *(path for _, path in self._by_source.values())]:
            if isinstance(path, TcpPath):
                path.close()
        self.udp.close()

    @property
    def strangers(self) -> int:
        """TCP connections that have not authenticated."""
        return len(self._strangers)

    @property
    def addresses(self) -> int:
        """Peer addresses known now."""
        return len(self._by_source)

    def attach(self, owner: Owner) -> None:
        """Route checks that name the owner's ufrags to it; call again after an ICE restart."""
        named = set(owner.agent.ufrags)
        for ufrag in self._ufrags.get(owner, set()) - named:
            del self._by_ufrag[ufrag]  # of a restart before the last: the agent answers it no more
        self._ufrags[owner] = named
        for ufrag in named:
            self._by_ufrag[ufrag] = owner

    def detach(self, owner: Owner) -> None:
        """Forget the owner, its ufrags and addresses; close its TCP connections."""
        for ufrag in self._ufrags.pop(owner, set()):
            del self._by_ufrag[ufrag]
        for source in owner.agent.forget_all():
            self._let_go(source, owner)

    def connected(self, connection: TcpPath) -> bool:
        from_host = sum(other.address[0] == connection.address[0] for other in self._strangers)
        if len(self._strangers) >= STRANGERS_MAX or from_host >= STRANGERS_PER_HOST_MAX:
            self.dropped["tcp_strangers"] += 1
            return False
        self._strangers.add(connection)
        return True

    def framed(self, datagram: bytes, connection: TcpPath) -> None:
        self._route(datagram, connection.source, connection)

    def disconnected(self, connection: TcpPath) -> None:
        self._strangers.discard(connection)
        known = self._by_source.get(connection.source)
        if known is not None and known[1] is connection:
            del self._by_source[connection.source]
            known[0].agent.forget(connection.source)

    def _read(self) -> None:
        for _ in range(READS_MAX):
            try:
                datagram, address = self.udp.recvfrom(DATAGRAM_BYTES_MAX)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                continue  # an ICMP error of a peer that is gone, reported on the shared socket
            if datagram:
                self._route(datagram, Source("udp", address[0], address[1]), None)

    def _route(self, datagram: bytes, source: Source, connection: TcpPath | None) -> None:
        """RFC 7983, section 7: the first byte tells STUN, DTLS and RTP apart."""
        first = datagram[0]
        if first < 4:
            self._check(datagram, source, connection)
        elif 20 <= first < 64 or 128 <= first < 192:
            known = self._by_source.get(source)
            if known is None:
                self.dropped["unknown_source"] += 1
            else:
                known[0].receive(datagram, known[1])
        else:
            self.dropped["unknown_protocol"] += 1

    def _check(self, datagram: bytes, source: Source, connection: TcpPath | None) -> None:
        try:
            message = stun.parse(datagram)
            if message.kind != stun.REQUEST:
                return
            owner = self._by_ufrag.get(message.username()[0])
            if owner is None:
                self.dropped["unknown_ufrag"] += 1
                return
            before = owner.agent.selected
            answer = owner.agent.receive(message, source, self._clock())
        except BadStun:
            self.dropped["bad_stun"] += 1
            return
        path = self._path(owner, source, connection)
        if answer is not None:
            path.send(answer)
        if owner.agent.selected != before:
            owner.selected(path)

    def _path(self, owner: Owner, source: Source, connection: TcpPath | None) -> Path:
        """The path of an address that authenticated as `owner`'s, remembered when the agent does."""
        known = self._by_source.get(source)
        if known is not None and known[0] is owner and (connection is None or known[1] is connection):
            return known[1]
        path: Path = connection or UdpPath(self.udp, (source.host, source.port))
        if owner.agent.knows(source):
            if known is not None and known[0] is not owner:
                known[0].agent.forget(source)  # a browser used the address again for another session
            self._by_source[source] = (owner, path)
            if connection is not None:
                self._strangers.discard(connection)
                connection.authenticated()
        for lost in owner.agent.take_lost():
            self._let_go(lost, owner)
        return path

    def _let_go(self, source: Source, owner: Owner) -> None:
        known = self._by_source.get(source)
        if known is not None and known[0] is owner:
            del self._by_source[source]
            if isinstance(known[1], TcpPath):
                known[1].close()


def _bind(host: str, number: int) -> tuple[socket.socket, socket.socket]:
    """A UDP and a TCP socket on one port number. An IPv6 host takes IPv4 peers too."""
    family = socket.AF_INET6 if ipaddress.ip_address(host).version == 6 else socket.AF_INET
    for tries in range(BIND_TRIES_MAX):
        udp = _socket(family, socket.SOCK_DGRAM, host, number)
        try:
            return udp, _socket(family, socket.SOCK_STREAM, host, udp.getsockname()[1])
        except OSError as problem:
            udp.close()
            if problem.errno != errno.EADDRINUSE or number or tries == BIND_TRIES_MAX - 1:
                raise
    raise AssertionError("the loop returns or raises")


def _socket(family: socket.AddressFamily, kind: socket.SocketKind, host: str, number: int) -> socket.socket:
    made = socket.socket(family, kind)
    try:
        made.setblocking(False)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        if kind == socket.SOCK_STREAM:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        else:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SOCKET_BUFFER_BYTES)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SOCKET_BUFFER_BYTES)
        made.bind((host, number))
    except OSError:
        made.close()
        raise
    return made
