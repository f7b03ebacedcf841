"""What the log is told of orders: each party its own lines, nobody the buyer."""

import json

import pytest
from sqlalchemy import literal, select

from commerce.commands.earning import HoldLines, ReleaseLines
from commerce.earning.told import BY_HAND, reason_told, without_words
from commerce.proof.verify import verify_statement
from commerce.store import tables
from commerce.store.ids import public_id


async def test_every_party_is_told_of_its_own_lines_and_no_leaf_of_an_order_names_the_buyer(money_tree):
    money, room = money_tree
    viewer, sharer = public_id(), public_id()
    link = await money.shared(sharer, room)
    await money.shop.enter(viewer, room.room, link.code)
    await money.sold(viewer, room.room)
    leaves = await money.rows(tables.log_leaf)
    told = [(leaf.party.partition(":")[0], leaf.kind) for leaf in leaves if leaf.kind in ("order", "commission")]
    assert told == [("channel", "order"), ("channel", "commission"), ("sharer", "commission")] * 2
    assert not [leaf for leaf in leaves if leaf.kind in ("order", "commission") and viewer in leaf.body]
    owner, parent, share = (json.loads(leaf.body)["lines"] for leaf in leaves[-3:])
    assert [[line["amount_minor"] for line in lines] for lines in (owner, parent, share)] == [[990], [198], [495]]
    assert {line["state"] for lines in (owner, parent, share) for line in lines} == {"frozen"}


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("", ""),
        ("capped", "capped"),
        ("suspended: papers", "suspended: papers"),
        ("dispute: 0123456789abcdef", "dispute: 0123456789abcdef"),
        ("moved: 0123456789abcdef", "moved: 0123456789abcdef"),
        ("Li Lei buys for himself", BY_HAND),
        ("Moved: Li Lei", BY_HAND),
        ("capped, Li Lei", BY_HAND),
        (BY_HAND, BY_HAND),
    ],
)
async def test_what_a_rule_says_is_told_and_what_somebody_wrote_is_not(money_anywhere, reason, told):
    def asked(reading):
        return reading.connection.execute(select(without_words(literal(reason)))).scalar()

    assert (reason_told(reason), await money_anywhere.ask(asked)) == (told, told)


async def test_why_somebody_holds_a_line_is_in_no_leaf(money):
    order = await money.sold()
    await money.execute(HoldLines(money.merchant, order.order, "Li Lei buys for himself"))
    await money.execute(ReleaseLines(money.merchant, order.order, "Li Lei is fine"))
    await money.arrived(order)
    assert [line.reason for line in await money.lines()] == ["Li Lei is fine"]
    bodies = [leaf.body for leaf in await money.rows(tables.log_leaf)]
    assert not [body for body in bodies if "Li Lei" in body]
    reasons = [line["reason"] for body in bodies for line in json.loads(body).get("lines", ())]
    assert reasons == ["", "", BY_HAND, BY_HAND, BY_HAND]
    assert verify_statement(await money.statement(), await money.key()).wrong == []
