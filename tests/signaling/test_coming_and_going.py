"""Ten thousand members come and go: the server's memory stays where it was."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from bench.connection import connect
from bench.member import join
from bench.people import viewer_cookie

CYCLES, BATCH, KEPT = 10_000, 250, 20  # the last KEPT readings make the slope
VIEWERS = 50  # the same ones again and again: new ones would grow the store's caches
BYTES_PER_CYCLE_MAX = 300  # a page of the allocator now and then


def resident(pid):
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:"))


@pytest.mark.soak
async def test_memory_is_flat_over_ten_thousand_members(start_server):
    server = start_server("demo", "--no-publisher", FENBO_ROOMS__MEMBERS_PER_VIEWER_MAX="1000")
    connection = await connect(server.http)
    cookies = [await viewer_cookie(connection, server.addresses["rooms"][0]["room"]) for _ in range(VIEWERS)]
    connection.close()
    readings = []
    for done in range(0, CYCLES, BATCH):
        for number in range(BATCH):
            room = server.addresses["rooms"][number % len(server.addresses["rooms"])]
            member = await join(room["ws"], cookies[(done + number) % VIEWERS])
            greeted = asyncio.Event()
            member.on_other = lambda payload, greeted=greeted: greeted.set()
            member.say({"type": "hello", "room_since": None, "show_since": None})
            async with asyncio.timeout(30):
                await greeted.wait()
            member.close()
        readings.append(resident(server.pid))
    kept = readings[-KEPT:]
    slope = np.polyfit(np.arange(len(kept)) * BATCH, kept, 1)[0]
    assert slope < BYTES_PER_CYCLE_MAX, f"{slope:.0f} bytes a member"
