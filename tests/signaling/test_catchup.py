"""Members that come back, and members that do not read, on a real node."""

from __future__ import annotations

import asyncio
import json
import random
import secrets
import socket
from urllib.parse import urlsplit

from commerce.errors import Unavailable
from signaling.lane import UNSEATED

FLOOD = (
    "--rooms.chat_burst=100000",
    "--rooms.chat_per_second=100000",
    "--rooms.flood_lines_per_second=100000",
    "--rooms.gather_ms=5",
)


async def test_members_that_reconnect_at_random_have_every_line_once_and_in_order(open_shop):
    shop = await open_shop(*FLOOD)
    lines = 300
    speaker = await (await shop.visitor()).enter("north")
    start, chance = asyncio.Barrier(7), random.Random(7)

    async def listen() -> list[str]:
        visitor, heard, places = await shop.visitor(), [], {}
        while len(heard) < lines:
            member = await visitor.socket("north")
            welcome = await member.hello(**places)
            if places:
                assert welcome["resumed"]
            else:
                await start.wait()  # who is in the room before his welcome may be shown the first lines with it
            places = {"room_since": welcome["room"], "show_since": welcome["show"]}
            for _ in range(chance.randrange(1, 60)):
                if len(heard) == lines:
                    break
                message = await member.receive()
                if message["type"] == "chat":
                    heard.append(message["text"])
                    places["room_since"] = {"epoch": message["epoch"], "offset": message["offset"]}
            await member.ws.close()
        return heard

    listeners = [asyncio.create_task(listen()) for _ in range(6)]
    await start.wait()
    for number in range(lines):
        await speaker.say(f"line {number}", str(number))
        if number % 10 == 0:
            await speaker.wait_for("chat")
    heard = await asyncio.gather(*listeners)
    assert heard == [[f"line {number}" for number in range(lines)]] * 6


async def open_deaf(base: str, room: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A member that says hello and then reads only when it is told to."""
    where = urlsplit(base)
    end = socket.socket()
    end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    end.setblocking(False)
    await asyncio.get_running_loop().sock_connect(end, (where.hostname, where.port))
    reader, writer = await asyncio.open_connection(sock=end, limit=2048)
    writer.write(
        f"GET /r/{room}/ws HTTP/1.1\r\nHost: {where.netloc}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MTIzNDU2Nzg5MDEyMzQ1Ng==\r\n\r\n".encode()
    )
    hello = json.dumps({"type": "hello"}).encode()
    writer.write(bytes([0x81, 0x80 | len(hello), 0, 0, 0, 0]) + hello)
    await reader.readuntil(b"\r\n\r\n")
    return reader, writer


def messages(data: bytes) -> list[dict]:
    """The text messages in a stream of frames; a close frame ends it as {"close": code}."""
    found = []
    while len(data) >= 2:
        length, start = data[1], 2
        if length == 126:
            length, start = int.from_bytes(data[2:4]), 4
        elif length == 127:
            length, start = int.from_bytes(data[2:10]), 10
        body, data = data[start : start + length], data[start + length :]
        found.append(json.loads(body) if body.startswith(b"{") else {"close": int.from_bytes(body[:2])})
    return found


async def flood(shop, speaker, until) -> int:
    """Says long lines until something holds; how many."""
    said = 0
    while not until():
        await speaker.say("x" * 490, secrets.token_hex(8))
        await speaker.wait_for("chat")
        said += 1
    return said


async def test_who_never_reads_is_closed_with_4408_and_the_others_hear_everything(open_shop):
    shop = await open_shop(*FLOOD, "--rooms.slow_bytes_max=4096", "--rooms.slow_ms_max=100")
    speaker = await (await shop.visitor()).enter("north")
    reader, writer = await open_deaf(shop.node.urls.http, "north")
    viewers = shop.node.core.rooms.viewers
    await flood(shop, speaker, lambda: viewers(shop.merchant.id).get("north") == 2)
    await flood(shop, speaker, lambda: shop.node.core.rooms.behind)
    await flood(shop, speaker, lambda: not shop.node.core.rooms.behind)
    data = await reader.read(-1)
    assert messages(data)[-1] == {"close": 4408}
    await flood(shop, speaker, lambda: viewers(shop.merchant.id)["north"] == 1)
    writer.close()


async def test_who_reads_again_is_brought_up_without_a_gap(open_shop):
    shop = await open_shop(*FLOOD, "--rooms.slow_bytes_max=4096")
    speaker = await (await shop.visitor()).enter("north")
    reader, writer = await open_deaf(shop.node.urls.http, "north")
    rooms = shop.node.core.rooms
    await flood(shop, speaker, lambda: rooms.viewers(shop.merchant.id).get("north") == 2)
    await flood(shop, speaker, lambda: rooms.behind)
    await flood(shop, speaker, iter([False] * 20 + [True]).__next__)
    data = b""
    while rooms.behind:
        data += await reader.read(65536)
    await speaker.say("the last one", "last")
    while b"the last one" not in data:
        data += await reader.read(65536)
    heard = messages(data)
    offsets = [message["offset"] for message in heard if message["type"] == "chat"]
    assert offsets == list(range(offsets[0], offsets[0] + len(offsets)))
    assert heard[-1]["text"] == "the last one"
    writer.close()


async def test_what_is_too_old_to_resume_is_answered_with_a_snapshot(open_shop):
    shop = await open_shop(*FLOOD, "--rooms.resume_lines_max=50", "--rooms.history_lines=5")
    visitor = await shop.visitor()
    member = await visitor.socket("north")
    welcome = await member.hello()
    await member.ws.close()
    speaker = await (await shop.visitor()).enter("north")
    for number in range(60):
        await speaker.say(str(number))
        await speaker.wait_for("chat")
    again = await visitor.socket("north")
    second = await again.hello(room_since=welcome["room"], show_since=welcome["show"])
    assert not second["resumed"]
    snapshot = await again.receive()
    assert [line["text"] for line in snapshot["chat"]] == ["55", "56", "57", "58", "59"]
    assert second["room"]["offset"] == snapshot["chat"][-1]["offset"] == 60


async def test_one_room_that_cannot_be_read_holds_up_nobody_elsewhere(shop, monkeypatch):
    sockets = [await (await shop.visitor()).enter(name) for name in ("north", "south")]
    rooms, catchup = shop.node.core.rooms, shop.node.core.catchup
    good = rooms.load

    async def failing(name):
        if name == "north":
            raise Unavailable("gone")
        return await good(name)

    monkeypatch.setattr(rooms, "load", failing)
    for name in ("north", "south"):
        room = rooms.get(name)
        ((member, (seat, _)),) = room.members.items()
        room._view, seat.at = None, UNSEATED
        rooms.is_behind(member)
    await catchup.sweep()
    await sockets[1].wait_for("snapshot")
    monkeypatch.undo()
    await sockets[0].wait_for("snapshot")
