"""kill -9 in the middle of selling: what was answered is there, nothing is there twice, the books add up."""

import asyncio
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from bench.report import RESULTS, Row, save
from commerce import commands as c
from commerce.audit import audit
from commerce.store import tables

PROGRAM = Path(__file__).with_name("buyers.py")
BUYERS = 60
STOCK = 1_000_000
KILLS = 50


def sell_until_killed(arguments: list[str], delay: float) -> list[list[str]]:
    """Lets the buyers run for `delay` seconds after the first answer, kills them, and returns what they said."""
    process = subprocess.Popen([sys.executable, str(PROGRAM), *arguments], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = [process.stdout.readline().split() for _ in range(2)]
    time.sleep(delay)  # not to wait for anything: this is the random instant of the kill
    process.kill()
    rest = process.stdout.read().split("\n")[:-1]
    process.wait()
    process.stdout.close()
    return said + [line.split() for line in rest]


async def check(shop, said: list[list[str]]) -> None:
    order, viewer = tables.orders, tables.viewer
    query = select(order.c.public_id, order.c.state, order.c.client_order_id, viewer.c.public_id.label("viewer"))
    query = query.join(viewer, viewer.c.id == order.c.viewer_id).where(order.c.merchant_id == shop.merchant.id)
    rows = await shop.commerce.ask(lambda reading: reading.connection.execute(query).all())
    state = {row.public_id: row.state for row in rows}
    answered = {(words[1], words[2]): words[3] for words in said if words[0] == "order"}
    stored = Counter((row.viewer, row.client_order_id) for row in rows)
    assert {key: stored[key] for key in answered} == dict.fromkeys(answered, 1)
    assert max(stored.values()) == 1
    assert all(order in state for order in answered.values())
    for word in ("paid", "cancelled"):
        assert {state[words[1]] for words in said if words[0] == word} <= {word}
    assert await shop.commerce.ask(audit) == []


async def kill_often(shop, tmp_path, times: int, delay: Callable[[], float]) -> Counter[str]:
    """How often the buyers said that something was answered, by what: order, paid, cancelled."""
    await shop.commerce.execute(c.ReceiveStock(shop.merchant.id, shop.sku, STOCK))
    arguments = [shop.url, str(tmp_path), str(shop.merchant.id), shop.room_a, shop.sku, str(BUYERS)]
    said: list[list[str]] = []
    for _ in range(times):
        said += await asyncio.to_thread(sell_until_killed, arguments, delay())
        await check(shop, said)
    answered = Counter(words[0] for words in said)
    assert answered["order"] > times * 10
    return answered


@pytest.mark.timeout(120)
async def test_what_was_answered_survives_kill_9(shop, tmp_path):
    await kill_often(shop, tmp_path, 2, lambda: random.uniform(0, 0.15))


@pytest.mark.soak
@pytest.mark.timeout(1_200)
async def test_it_survives_fifty(shop, tmp_path):
    """After each kill all that was answered so far is there, once, and the audit finds nothing."""
    answered = await kill_often(shop, tmp_path, KILLS, lambda: random.uniform(0, 0.6))
    store = "sqlite" if shop.url.startswith("sqlite") else "postgresql"
    how = (
        f"{KILLS} times kill -9 of a process with {BUYERS} buyers at work, {store}; none lost, none twice, audit clean"
    )
    row = Row("orders answered before a kill", "orders", answered["order"], how=how, more=dict(answered))
    await asyncio.to_thread(save, f"kills_{store}", [row], RESULTS / "soak")
