"""Members that mean no good, or cannot help it: only they suffer."""

import asyncio
import base64
import os
import zlib
from urllib.parse import urlsplit

import pytest


async def raw(visitor, room="north", extensions=""):
    """(reader, writer) of a socket that was upgraded by hand; nothing is said yet."""
    parts = urlsplit(visitor.base)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port, limit=2**22)
    key = base64.b64encode(os.urandom(16)).decode()
    head = f"GET /r/{room}/ws HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    head += f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n{extensions}\r\n"
    writer.write(head.encode())
    answer = await reader.readuntil(b"\r\n\r\n")
    return reader, writer, answer


def frame(payload, first=0x81):
    size = len(payload)
    if size < 126:
        length = bytes([0x80 | size])
    else:
        length = b"\xfe" + size.to_bytes(2) if size < 65536 else b"\xff" + size.to_bytes(8)
    return bytes([first]) + length + bytes(4) + payload


async def close_code(reader):
    """The code of the close frame; None when the connection simply ends."""
    try:
        async with asyncio.timeout(30):
            return await _close_code(reader)
    except (asyncio.IncompleteReadError, ConnectionResetError):
        return None


async def _close_code(reader):
    while True:
        first, second = await reader.readexactly(2)
        size = second & 127
        size = int.from_bytes(await reader.readexactly({126: 2, 127: 8}[size])) if size > 125 else size
        body = await reader.readexactly(size)
        if first & 15 == 8:
            return int.from_bytes(body[:2])


async def nobody_else_suffers(shop):
    member = await (await shop.visitor()).enter("north")
    await member.say("still here")
    assert (await member.wait_for("chat"))["text"] == "still here"


async def test_a_frame_of_a_megabyte_closes_its_own_socket_only(shop):
    reader, writer, _ = await raw(await shop.visitor())
    writer.write(frame(b"x" * 2**20))
    assert await close_code(reader) in (1009, None)
    writer.close()
    await nobody_else_suffers(shop)


async def test_compression_is_not_agreed_to_so_a_bomb_is_a_protocol_error(shop):
    extension = "Sec-WebSocket-Extensions: permessage-deflate\r\n"
    reader, writer, answer = await raw(await shop.visitor(), extensions=extension)
    assert b"permessage-deflate" not in answer
    bomb = zlib.compress(b"0" * 2**24, 9)[2:-4]
    assert len(bomb) < 32_768
    writer.write(frame(bomb, first=0xC1))
    assert await close_code(reader) in (1002, None)
    writer.close()
    await nobody_else_suffers(shop)


@pytest.mark.parametrize("garbage", [b"\xff" * 200, b"\x8f\x80\0\0\0\0", frame(b"\xff\xfe", 0x81)])
async def test_frames_that_break_the_protocol(shop, garbage):
    """Reserved bits, an unknown opcode, text that is not UTF-8 (RFC 6455, 5.2, 5.2, 8.1)."""
    reader, writer, _ = await raw(await shop.visitor())
    writer.write(garbage)
    assert await close_code(reader) in (1002, 1007, None)
    writer.close()
    await nobody_else_suffers(shop)


async def test_a_half_open_socket_is_noticed_and_its_seat_is_free(open_shop):
    shop = await open_shop("--rooms.heartbeat_ms=200")
    visitor = await shop.visitor()
    _, writer, _ = await raw(visitor)
    writer.write(frame(b'{"type":"hello"}'))
    while shop.node.core.rooms.get("north") is None:
        await visitor("GET", "/healthz")
    # From here on it answers no ping, as if the cable were cut.
    while shop.node.core.rooms.get("north") is not None:
        await visitor("GET", "/healthz")
    writer.close()
