"""RFC 4571 frames, whole and in pieces, and what a connection may do before anybody knows it."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.webrtc import framing
from relay.webrtc.framing import Framer, TcpPath


def framed(*datagrams: bytes) -> bytes:
    return b"".join(struct.pack("!H", len(datagram)) + datagram for datagram in datagrams)


@given(st.lists(st.binary(min_size=1, max_size=300), max_size=8), st.integers(1, 64))
def test_frames_come_out_however_the_bytes_are_cut(datagrams: list[bytes], size: int):
    stream, framer = framed(*datagrams), Framer()
    found = [frame for at in range(0, len(stream), size) for frame in framer.feed(stream[at : at + size])]
    assert found == datagrams


def test_empty_frames_are_skipped():
    assert list(Framer().feed(framed(b"", b"a", b""))) == [b"a"]


@given(st.binary(max_size=100))
def test_any_bytes_make_frames_or_a_value_error(junk: bytes):
    try:
        list(Framer().feed(junk))
    except ValueError:
        return


def test_a_frame_longer_than_any_datagram_is_refused_before_it_is_kept():
    with pytest.raises(ValueError, match="longer"):
        list(Framer().feed(struct.pack("!H", framing.FRAME_BYTES_MAX)))


class Hall:
    """A listener that keeps what it hears."""

    def __init__(self) -> None:
        self.welcome = True
        self.frames: list[bytes] = []
        self.paths: list[TcpPath] = []
        self.event = asyncio.Event()

    def connected(self, connection: TcpPath) -> bool:
        self.paths.append(connection)
        return self.welcome

    def framed(self, datagram: bytes, connection: TcpPath) -> None:
        self.frames.append(datagram)
        connection.send(datagram.upper())

    def disconnected(self, connection: TcpPath) -> None:
        self.event.set()


@pytest.fixture
async def hall() -> AsyncIterator[tuple[Hall, int]]:
    made = Hall()
    server = await asyncio.get_running_loop().create_server(lambda: TcpPath(made), "127.0.0.1", 0)
    yield made, server.sockets[0].getsockname()[1]
    server.close()
    for path in made.paths:
        path.close()
    await asyncio.sleep(0)


Dial = Callable[[int], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


@pytest.fixture
async def dial() -> AsyncIterator[Dial]:
    """Connects, and leaves nothing open."""
    writers: list[asyncio.StreamWriter] = []

    async def connect(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        writers.append(writer)
        return reader, writer

    yield connect
    for writer in writers:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def test_datagrams_go_both_ways(hall: tuple[Hall, int], dial: Dial):
    made, port = hall
    reader, writer = await dial(port)
    writer.write(framed(b"one", b"two"))
    assert await reader.readexactly(10) == framed(b"ONE", b"TWO")
    assert made.paths[0].address == writer.get_extra_info("sockname")
    assert made.paths[0].kind == "tcp"
    writer.close()
    await made.event.wait()


async def test_who_is_not_welcome_is_cut_off(hall: tuple[Hall, int], dial: Dial):
    made, port = hall
    made.welcome = False
    reader, _ = await dial(port)
    assert await reader.read(1) == b""


async def test_a_lying_frame_ends_the_connection(hall: tuple[Hall, int], dial: Dial):
    made, port = hall
    reader, writer = await dial(port)
    writer.write(b"\xff\xff" + bytes(10))
    assert await reader.read(1) == b""
    await made.event.wait()
    assert made.frames == []


async def test_a_stranger_who_says_nothing_is_cut_off(
    hall: tuple[Hall, int], dial: Dial, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(framing, "STRANGER_S_MAX", 0.05)
    reader, _ = await dial(hall[1])
    assert await reader.read(1) == b""


async def test_who_authenticated_stays(hall: tuple[Hall, int], dial: Dial, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(framing, "STRANGER_S_MAX", 0.05)
    made, port = hall
    reader, writer = await dial(port)
    writer.write(framed(b"a"))
    await reader.readexactly(3)
    made.paths[0].authenticated()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(made.event.wait(), 0.2)


async def test_a_peer_that_does_not_read_loses_datagrams_and_holds_bounded_memory(hall: tuple[Hall, int], dial: Dial):
    made, port = hall
    reader, writer = await dial(port)
    writer.write(framed(b"a"))
    await reader.readexactly(3)
    path, transport = made.paths[0], made.paths[0]._transport
    assert transport is not None
    for _ in range(20_000):
        path.send(bytes(1200))
    assert path.lost > 0
    assert transport.get_write_buffer_size() <= framing.QUEUE_BYTES_MAX + 1202
    path.close()
    await made.event.wait()
    path.send(b"late")
