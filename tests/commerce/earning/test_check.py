"""The audit of money names what was tampered with, past the triggers."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import text

from commerce import commands as c
from commerce.audit import audit
from commerce.store.engine import writer_engine
from tests.commerce.money import PLAN


def tamper(url, statement):
    engine = writer_engine(url)
    with engine.begin() as connection:
        names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
        for name in names:
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text(statement))
    engine.dispose()


@pytest.mark.parametrize(
    ("statement", "check"),
    [
        ("UPDATE transfer SET amount_minor = amount_minor + 1 WHERE entry = 'commission'", "party"),
        ("DELETE FROM transfer WHERE entry = 'commission'", "party"),
        ("UPDATE commission_line SET amount_minor = amount_minor + 1", "commission"),
        ("UPDATE commission_line SET amount_minor = 9000", "cap"),
        ("UPDATE orders SET refunded_minor = 9000", "cap"),
        ("UPDATE assessment SET plan_hash = 'x'", "commission"),
        ("UPDATE log_leaf SET body = replace(body, '990', '991') WHERE kind = 'order'", "log"),
        ("UPDATE log_leaf SET at = at + 1 WHERE position = 3", "log"),
        ("DELETE FROM log_leaf WHERE position = 2", "log"),
        ("UPDATE log_sequencer SET size = size - 1", "log"),
        ("UPDATE log_head SET root = zeroblob(32)", "log"),
        ("UPDATE log_head SET ends = zeroblob(32)", "log"),
        ("UPDATE log_bucket SET pairs = zeroblob(64)", "log"),
    ],
)
async def test_whatever_was_tampered_with_is_named(money, statement, check):
    await money.sold()
    await money.statement()
    assert await money.ask(audit) == []
    await asyncio.to_thread(tamper, money.shop.url, statement)
    assert check in {finding.check for finding in await money.ask(audit)}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE refund SET state = 'done'",
        "UPDATE commission_line SET kind = 'share' WHERE version = 1",
        "UPDATE commission_line SET clawed_minor = 0, state = 'matured'",
        "UPDATE commission_line SET amount_minor = 991 WHERE version = 1",
    ],
)
async def test_what_is_owed_again_follows_from_a_chargeback_that_was_won(money, statement):
    order = await money.sold()
    dispute = c.RecordDispute(money.merchant, "sandbox", "dp_1", order.payment.payment, 9_900, "CNY")
    for each in (dispute, replace(dispute, reinstated=True)):
        await money.execute(each)
    assert await money.ask(audit) == []
    await asyncio.to_thread(tamper, money.shop.url, statement)
    assert "restored" in {finding.check for finding in await money.ask(audit)}


async def test_what_is_left_of_an_order_keeps_within_its_plans_cap(money):
    """Half of it came back, and nothing of its commission with it: within the lock's cap, and not within the plan's."""
    await money.plan(replace(PLAN, cap_ppm=100_000))
    money.shop.clock.advance(365 * 86_400)
    await money.sold()
    assert await money.ask(audit) == []
    await asyncio.to_thread(tamper, money.shop.url, "UPDATE orders SET refunded_minor = 4950")
    assert "cap" in {finding.check for finding in await money.ask(audit)}
