"""Statements: of any period, proven under one head, with a public key from outside."""

import pytest

from commerce.errors import NotFound
from commerce.proof.heads import last_head
from commerce.proof.statement import head_consistency, head_json
from commerce.proof.verify import compare_heads, verify_statement
from commerce.store import tables


async def test_every_part_of_a_sequence_can_be_proven(money_anywhere):
    money = money_anywhere
    for _ in range(4):
        money.shop.clock.advance(100)
        await money.sold(quantity=2)
    times = [leaf.at for leaf in await money.rows(tables.log_leaf, party=money.a)]
    public = await money.key()
    for start in (None, times[0], times[-1], times[len(times) // 2]):
        for end in (None, times[-1], times[-1] + 1):
            if start is not None and end is not None and start >= end:
                continue
            report = verify_statement(await money.statement(start=start, end=end), public)
            assert report.wrong == []
            assert report.entries == sum((start or 0) <= at < (end or at + 1) for at in times)
    assert verify_statement(await money.statement(), public).figures == {"CNY": {"frozen": 4 * 1_980}}


async def test_a_period_without_entries_is_said_to_be_one(money):
    await money.sold()
    with pytest.raises(NotFound):
        await money.statement(start=1, end=2)
    with pytest.raises(NotFound):
        await money.statement("channel:nobody")


async def test_heads_of_two_partners_belong_to_one_history(money):
    await money.sold()
    one = await money.statement()
    await money.sold()
    other = await money.statement(money.b if False else money.a)
    proof = await money.ask(head_consistency, money.merchant, one["head"]["size"], other["head"]["size"])
    public = await money.key()
    assert compare_heads(one["head"], other["head"], proof, public, other["keys"]) == []
    assert compare_heads(one["head"], other["head"], proof[1:], public, other["keys"])
    assert compare_heads(one["head"], other["head"] | {"root": "00" * 32}, proof, public, other["keys"])
    head, signature = await money.ask(last_head, money.merchant)
    assert head_json(head, signature) == other["head"]
    with pytest.raises(NotFound):
        await money.ask(head_consistency, money.merchant, 0, 1)
