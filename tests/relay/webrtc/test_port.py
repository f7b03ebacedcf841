"""One port with real sockets: who is let in, who is not, and that strangers cost nothing."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest

from relay.webrtc import ice, port, stun
from relay.webrtc.ice import Agent, new_credentials
from relay.webrtc.port import Port
from relay.webrtc.session import Path

DTLS, RTP = b"\x16\xfe\xfdhandshake", b"\x80\x60media"


class Owner:
    """A session that keeps what reaches it."""

    def __init__(self) -> None:
        self.agent = Agent(new_credentials(), "them", 0.0)
        self.received: list[tuple[bytes, Path]] = []
        self.moves: list[Path] = []
        self.heard = asyncio.Event()

    def receive(self, datagram: bytes, path: Path) -> None:
        self.received.append((datagram, path))
        self.heard.set()

    def selected(self, path: Path) -> None:
        self.moves.append(path)

    def check(self, *, nominate: bool = True, password: str | None = None, ufrag: str | None = None) -> bytes:
        name = f"{ufrag or self.agent.local.ufrag}:them".encode()
        attributes = [(stun.USERNAME, name), (stun.PRIORITY, b"\0\0\0\7")]
        if nominate:
            attributes.append((stun.USE_CANDIDATE, b""))
        key = (password or self.agent.local.password).encode()
        return stun.build(stun.REQUEST, os.urandom(12), attributes, key)


class Peer:
    """A UDP socket on this side of the network."""

    def __init__(self, number: int, family: socket.AddressFamily = socket.AF_INET) -> None:
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.connect(("127.0.0.1" if family == socket.AF_INET else "::1", number))

    @property
    def address(self) -> tuple[str, int]:
        return self.socket.getsockname()[:2]

    def send(self, datagram: bytes) -> None:
        self.socket.send(datagram)

    async def receive(self) -> bytes:
        return await asyncio.wait_for(asyncio.get_running_loop().sock_recv(self.socket, 2048), 30)


@pytest.fixture
async def opened() -> AsyncIterator[Port]:
    made = await Port.open("127.0.0.1", 0)
    yield made
    await made.close()


@pytest.fixture
def peer(opened: Port) -> Iterator[Callable[[], Peer]]:
    made: list[Peer] = []

    def make() -> Peer:
        made.append(Peer(opened.number))
        return made[-1]

    yield make
    for one in made:
        one.socket.close()


@pytest.fixture
def owner(opened: Port) -> Owner:
    made = Owner()
    opened.attach(made)
    return made


Join = Callable[[Owner, Peer], Awaitable[None]]


async def join(owner: Owner, peer: Peer) -> None:
    peer.send(owner.check())
    answer = stun.parse(await peer.receive())
    assert answer.kind == stun.SUCCESS
    assert stun.mapped_address(answer) == peer.address


async def settled(opened: Port, peer: Peer, owner: Owner) -> None:
    """All that was sent before has been looked at: the port answers in order."""
    peer.send(owner.check(nominate=False))
    await peer.receive()


async def test_an_authenticated_address_reaches_its_owner(opened: Port, owner: Owner, peer: Callable[[], Peer]):
    one = peer()
    await join(owner, one)
    one.send(DTLS)
    one.send(RTP)
    while len(owner.received) < 2:
        owner.heard.clear()
        await asyncio.wait_for(owner.heard.wait(), 30)
    assert [datagram for datagram, _ in owner.received] == [DTLS, RTP]
    path = owner.moves[0]
    assert (path.kind, path.address) == ("udp", one.address)
    path.send(b"back")
    assert await one.receive() == b"back"
    assert owner.received[0][1] is path, "one path an address"


async def test_strangers_are_counted_and_forgotten(opened: Port, owner: Owner, peer: Callable[[], Peer]):
    friend, stranger = peer(), peer()
    stranger.send(DTLS)
    stranger.send(RTP)
    stranger.send(b"\x50turn")
    stranger.send(b"\x00\x01junk")
    stranger.send(owner.check(password="wrong" * 5))
    stranger.send(owner.check(ufrag="nobodyxx"))
    stranger.send(stun.build(stun.INDICATION, bytes(12), [], b"k"))
    await settled(opened, friend, owner)
    assert opened.dropped == {"unknown_source": 2, "unknown_protocol": 1, "bad_stun": 2, "unknown_ufrag": 1}
    assert opened.addresses == 1
    assert owner.received == []
    with pytest.raises(BlockingIOError):
        stranger.socket.recv(100)


async def test_a_flood_leaves_nothing_behind(opened: Port, owner: Owner, peer: Callable[[], Peer]):
    friend = peer()
    await join(owner, friend)
    forged = owner.check(password="x" * 24)
    for _ in range(20):
        stranger = Peer(opened.number)
        for datagram in (forged, DTLS, RTP, os.urandom(40)) * 10:
            stranger.send(datagram)
        stranger.socket.close()
        await settled(opened, friend, owner)
    assert opened.addresses == 1
    assert owner.agent.selected is not None
    assert owner.agent.selected.port == friend.address[1]
    assert len(opened.dropped) <= 4, "reasons, never addresses"
    assert sum(opened.dropped.values()) >= 600


async def test_a_nat_rebinding_moves_the_session(opened: Port, owner: Owner, peer: Callable[[], Peer]):
    before, after = peer(), peer()
    await join(owner, before)
    after.send(owner.check(nominate=False))
    await after.receive()
    assert [path.address for path in owner.moves] == [before.address, after.address]


async def test_an_address_belongs_to_the_session_it_authenticated_for_last(
    opened: Port, owner: Owner, peer: Callable[[], Peer]
):
    second, one = Owner(), peer()
    opened.attach(second)
    await join(owner, one)
    await join(second, one)
    one.send(DTLS)
    await asyncio.wait_for(second.heard.wait(), 30)
    assert owner.received == []
    assert owner.agent.selected is None
    opened.detach(owner)
    one.send(RTP)
    await settled(opened, one, second)
    assert len(second.received) == 2


async def test_a_detached_session_is_a_stranger(opened: Port, owner: Owner, peer: Callable[[], Peer]):
    one, other = peer(), Owner()
    opened.attach(other)
    await join(owner, one)
    opened.detach(owner)
    opened.detach(owner)
    one.send(DTLS)
    one.send(owner.check())
    friend = peer()
    await settled(opened, friend, other)
    assert opened.dropped == {"unknown_source": 1, "unknown_ufrag": 1}
    assert opened.addresses == 1


async def test_both_ufrags_lead_home_during_a_restart(opened: Port, owner: Owner, peer: Callable[[], Peer]):
    one, two = peer(), peer()
    await join(owner, one)
    old = owner.check(nominate=False)
    owner.agent.restart(new_credentials(), "them")
    opened.attach(owner)
    one.send(old)
    await one.receive()
    await join(owner, two)
    assert owner.moves[-1].address == two.address
    opened.detach(owner)
    assert opened._by_ufrag == {}


async def test_a_session_that_restarts_again_and_again_keeps_two_ufrags(opened: Port, owner: Owner):
    for _ in range(100):
        owner.agent.restart(new_credentials(), "them")
        opened.attach(owner)
    assert sorted(opened._by_ufrag) == sorted(owner.agent.ufrags)
    assert len(opened._by_ufrag) == 2


async def test_many_addresses_of_one_session_are_bounded(opened: Port, owner: Owner, peer: Callable[[], Peer]):
    for _ in range(ice.WAYS_MAX + 10):
        await join(owner, peer())
    assert opened.addresses == ice.WAYS_MAX


class TcpPeer:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def send(self, datagram: bytes) -> None:
        self.writer.write(len(datagram).to_bytes(2, "big") + datagram)

    async def receive(self) -> bytes:
        size = int.from_bytes(await asyncio.wait_for(self.reader.readexactly(2), 30), "big")
        return await self.reader.readexactly(size)


@pytest.fixture
async def dial(opened: Port) -> AsyncIterator[Callable[[], Awaitable[TcpPeer]]]:
    made: list[TcpPeer] = []

    async def connect() -> TcpPeer:
        made.append(TcpPeer(*await asyncio.open_connection("127.0.0.1", opened.number)))
        return made[-1]

    yield connect
    for one in made:
        one.writer.transport.abort()
        await asyncio.sleep(0)


async def test_the_same_over_tcp(opened: Port, owner: Owner, dial: Callable[[], Awaitable[TcpPeer]]):
    one = await dial()
    one.send(DTLS)
    one.send(owner.check())
    assert stun.parse(await one.receive()).kind == stun.SUCCESS
    assert opened.strangers == 0
    assert opened.dropped == {"unknown_source": 1}
    one.send(DTLS)
    await asyncio.wait_for(owner.heard.wait(), 30)
    path = owner.moves[0]
    assert path.kind == "tcp"
    path.send(b"back")
    assert await one.receive() == b"back"


async def test_a_closed_connection_is_no_way_any_more(
    opened: Port, owner: Owner, dial: Callable[[], Awaitable[TcpPeer]], peer: Callable[[], Peer]
):
    one = await dial()
    one.send(owner.check())
    await one.receive()
    one.writer.transport.abort()
    while opened.addresses:  # noqa: ASYNC110  # nobody is told of it
        await asyncio.sleep(0.005)
    assert owner.agent.selected is None
    await join(owner, peer())
    assert owner.moves[-1].kind == "udp"


async def test_a_session_that_ends_closes_its_connection(
    opened: Port, owner: Owner, dial: Callable[[], Awaitable[TcpPeer]]
):
    one = await dial()
    one.send(owner.check())
    await one.receive()
    opened.detach(owner)
    assert await one.reader.read(1) == b""


async def test_strangers_over_tcp_are_few(
    opened: Port, owner: Owner, dial: Callable[[], Awaitable[TcpPeer]], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(port, "STRANGERS_PER_HOST_MAX", 3)
    made = [await dial() for _ in range(4)]
    assert await made[3].reader.read(1) == b""
    assert opened.strangers == 3
    assert opened.dropped == {"tcp_strangers": 1}
    made[0].send(owner.check())
    await made[0].receive()
    fifth = await dial()
    fifth.send(owner.check())
    assert stun.parse(await fifth.receive()).kind == stun.SUCCESS


async def test_udp_and_tcp_share_one_number_and_a_taken_one_is_an_error(opened: Port):
    with socket.create_server(("127.0.0.1", 0)) as tcp, pytest.raises(OSError):
        await Port.open("127.0.0.1", tcp.getsockname()[1])
    with pytest.raises(OSError):
        await Port.open("127.0.0.1", opened.number)
    socket.create_connection(("127.0.0.1", opened.number)).close()


async def test_an_ipv6_socket_takes_both_families():
    opened = await Port.open("::", 0)
    owner = Owner()
    opened.attach(owner)
    four, six = Peer(opened.number), Peer(opened.number, socket.AF_INET6)
    await join(owner, four)
    assert owner.moves[0].address == ("::ffff:127.0.0.1", four.address[1])
    six.send(owner.check())
    assert stun.mapped_address(stun.parse(await six.receive()))[0] == "::1"
    owner.moves[0].send(b"still")
    assert await four.receive() == b"still"
    await opened.close()
    four.socket.close()
    six.socket.close()
