"""Ends in the store move on with each head, and only of the parties that grew; older heads had none."""

import asyncio

from commerce.audit import audit
from commerce.commands.earning import SignHeads
from commerce.proof.ends import Ends
from commerce.proof.heads import last_head
from commerce.proof.kept_ends import read_ends
from commerce.proof.statement import statement
from commerce.proof.verify import verify_statement
from commerce.store import tables
from tests.commerce.earning.test_check import tamper
from tests.commerce.proof.test_log import append


async def expected(money, size):
    """Out of the leaves."""
    leaves = await money.rows(tables.log_leaf)
    return Ends({}).moved((leaf.party, leaf.hash) for leaf in leaves if leaf.position < size)


async def head_and_ends(money):
    head, _ = await money.ask(last_head, money.merchant)
    return head, await money.ask(read_ends, (money.merchant, head.log))


async def test_each_head_says_where_every_sequence_ends(money_anywhere):
    money = money_anywhere
    await money.sold()
    for room in (money.shop.room_b, money.shop.room_a):
        await money.execute(SignHeads(money.merchant))
        head, ends = await head_and_ends(money)
        await money.sold(room=room)  # what comes after it changes nothing of it
        assert (head.ends, ends) == (ends.root(), await expected(money, head.size))
        assert (await head_and_ends(money))[1] == ends


async def test_many_parties(money):
    parties = [[f"channel:{number}" for number in range(first, first + 300)] for first in (0, 200, 0)]
    for batch in parties:
        await asyncio.to_thread(append, money.shop.url, money.merchant, [batch])
        await money.execute(SignHeads(money.merchant))
        head, ends = await head_and_ends(money)
        assert (head.ends, ends) == (ends.root(), await expected(money, head.size))
    assert await money.ask(audit) == []
    found = await money.ask(statement, money.merchant, "channel:250")
    report = verify_statement(found, await money.key())
    assert (report.wrong, report.upto, len(found["entries"])) == ([], None, 3)


async def test_after_a_head_of_before_the_next_one_says_all_ends(money):
    """As it is after an upgrade: neither the head nor the store knows any."""
    await money.sold()
    await money.sold(room=money.shop.room_b)
    await money.execute(SignHeads(money.merchant))

    for forget in ("DELETE FROM log_bucket", "UPDATE log_head SET ends = NULL"):
        await asyncio.to_thread(tamper, money.shop.url, forget)
    assert (await money.ask(statement, money.merchant, money.a))["end"] is None
    assert await money.ask(audit) == []
    await money.sold()
    await money.execute(SignHeads(money.merchant))
    head, ends = await head_and_ends(money)
    assert (head.ends, ends) == (ends.root(), await expected(money, head.size))
    assert verify_statement(await money.ask(statement, money.merchant, money.b), await money.key()).wrong == []
