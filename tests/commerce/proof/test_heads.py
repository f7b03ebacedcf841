"""Heads: one a minute while the log grows, none while it stands still."""

import asyncio
import json

import pytest

from commerce import commands as c
from commerce.audit import audit
from commerce.commands.earning import RotateLogKey, SetPlan, SignHeads
from commerce.errors import NotFound
from commerce.proof.heads import all_is_signed, heads_are_due, last_head
from commerce.proof.log import begin_log
from commerce.proof.verify import verify_statement
from commerce.store import tables
from commerce.store.engine import writer_engine
from commerce.store.ids import IdBlocks, public_id
from commerce.store.unit import Unit
from tests.commerce.money import PLAN


async def test_a_head_is_due_a_minute_after_the_last_when_the_log_grew(money):
    assert await money.execute(SignHeads()) == 1
    assert await money.execute(SignHeads()) == 0
    await money.sold()
    assert not await money.ask(heads_are_due)
    money.shop.clock.advance(54)
    assert not await money.ask(heads_are_due)
    money.shop.clock.advance(1)
    assert await money.ask(heads_are_due)
    assert await money.execute(SignHeads(money.merchant + 1)) == 0
    assert await money.execute(SignHeads(money.merchant)) == 1
    assert not await money.ask(heads_are_due)
    head, signature = await money.ask(last_head, money.merchant)
    assert (head.size, len(signature)) == (len(await money.rows(tables.log_leaf)), 64)


async def test_a_merchant_whose_statements_are_asked_for_keeps_no_other_waiting(money):
    other = await money.execute(c.CreateMerchant("Other", room=f"other-{public_id()}"))
    await money.execute(SignHeads())
    await money.execute(SetPlan(other.id, PLAN))
    money.shop.clock.advance(60)
    await money.sold()
    assert await money.execute(SignHeads(money.merchant)) == 1
    assert await money.ask(heads_are_due)
    assert await money.execute(SignHeads()) == 1


async def test_an_older_log_is_due_no_more(money):
    """The merchant came from elsewhere: what no head spoke of there can be signed by nobody here."""
    await money.execute(SignHeads())
    await money.sold()
    money.shop.clock.advance(60)
    assert await money.ask(heads_are_due)
    assert not await money.ask(all_is_signed)

    def begin():
        engine = writer_engine(money.shop.url)
        with engine.begin() as connection:
            begin_log(Unit(connection, IdBlocks(), 0, 0), money.merchant, 2)
        engine.dispose()

    await asyncio.to_thread(begin)
    assert not await money.ask(heads_are_due)
    assert await money.ask(all_is_signed)


async def test_before_the_first_head_nothing_is_signed(money):
    with pytest.raises(NotFound):
        await money.ask(last_head, money.merchant + 1)


async def test_after_a_rotation_the_newest_key_is_enough_though_nothing_was_sold(money_anywhere):
    money = money_anywhere
    await money.sold()
    old, before = await money.key(), await money.statement()
    kid = await money.execute(RotateLogKey())
    found, newest = await money.statement(), await money.key()
    assert (found["head"]["kid"], found["head"]["size"]) == (kid, before["head"]["size"] + 1)
    assert verify_statement(found, newest).wrong == verify_statement(found, old).wrong == []
    (leaf,) = await money.rows(tables.log_leaf, kind="key")
    assert json.loads(leaf.body) == {"kid": kid, "public": newest.hex()}
    assert await money.execute(SignHeads(money.merchant)) == 0  # once is enough
    assert [each for each in await money.ask(audit) if each.check == "log"] == []
