"""Against a real socket whose other end does not read."""

from __future__ import annotations

import asyncio
import socket

import pytest

from signaling.member import Member
from signaling.messages import Pong, Speaker

SLOW_BYTES = 10_000


@pytest.fixture
async def ends():
    """A member and the other end of its socket."""
    ours, theirs = socket.socketpair()
    for end in (ours, theirs):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    theirs.setblocking(False)
    transport, _ = await asyncio.get_running_loop().create_connection(asyncio.Protocol, sock=ours)
    yield Member("r", "v", Speaker(id="v", name="v"), transport, SLOW_BYTES, merchant=1), theirs
    transport.abort()
    theirs.close()


async def read(theirs: socket.socket, count: int) -> bytes:
    loop, found = asyncio.get_running_loop(), b""
    while len(found) < count:
        found += await loop.sock_recv(theirs, 65536)
    return found


async def test_a_message_is_one_frame(ends):
    member, theirs = ends
    assert member.send(Pong())
    assert await read(theirs, 17) == b'\x81\x0f{"type":"pong"}'


async def test_who_does_not_read_is_written_to_no_more_until_it_has(ends):
    member, theirs = ends
    written = 0
    while member.write(b"x" * 5000):
        written += 5000
    assert not member.has_read
    await read(theirs, written)
    assert member.has_read
    assert member.write(b"x")


async def test_closing_says_why_and_does_not_wait(ends):
    member, theirs = ends
    member.close(4408, "too slow")
    member.close(4400, "again")
    assert member.gone
    assert await read(theirs, 12) == b"\x88\x0a\x11\x38too slow"
    assert await asyncio.get_running_loop().sock_recv(theirs, 100) == b""


async def test_after_leaving_nothing_is_written(ends):
    member, theirs = ends
    member.leave()
    assert member.write(b"x")
    with pytest.raises(BlockingIOError):
        theirs.recv(1)
