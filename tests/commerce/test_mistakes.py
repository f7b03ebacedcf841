"""Mistakes seen in systems people use (MONEY section 8), each as the test that would have caught it.

mutants.py puts each of them back into the code and sees that its test notices.
"""

import ast
import asyncio
from pathlib import Path

import pytest

from commerce import commands as c
from commerce.attribution import LockRule
from commerce.audit import audit
from commerce.commands import earning as e
from commerce.commission import Earner, Item, Line, Plan, Rate, Sale, commission
from commerce.errors import SoldOut
from commerce.proof.entry import sharer_party
from commerce.stock import Move, move
from commerce.store import tables
from commerce.store.ids import public_id
from tests.commerce.test_stock import books_in_memory

PRICE = 9_900
COMMERCE = Path(__file__).parents[2] / "commerce"


async def settled(money, orders=1):
    """Orders that were received, finished, settled and paid out."""
    placed = [await money.sold() for _ in range(orders)]
    for order in placed:
        await money.arrived(order)
    await money.settle()
    await money.pay_out()
    return placed


async def test_01_a_claw_back_is_not_limited_to_the_balance(money):
    (order,) = await settled(money)
    assert await money.balance(money.a) == 0
    await money.refund(order)
    assert await money.balance(f"receivable:{money.a}") == -990
    assert [row.amount_minor for row in await money.rows(tables.receivable)] == [990]


async def test_02_a_refund_reverses_every_level_and_kind(money_tree):
    money, room = money_tree
    viewer, sharer = public_id(), public_id()
    link = await money.shared(sharer, room)
    await money.shop.enter(viewer, room.room, link.code)
    order = await money.sold(viewer, room.room)
    assert sorted((line.party.partition(":")[0], line.amount_minor) for line in await money.lines()) == [
        ("channel", 198),
        ("channel", 990),
        ("sharer", 495),
    ]
    await money.refund(order)
    assert {line.state for line in await money.lines()} == {"void"}
    assert all(line.clawed_minor == line.amount_minor for line in await money.lines())


async def test_03_what_is_paid_out_is_read_where_it_is_written(money):
    await money.arrived(await money.sold())
    order = await money.sold()
    await money.arrived(order)
    money.shop.clock.advance(2 * 86_400)
    await money.execute(e.PrepareSettlements(money.merchant, money.yesterday(), "finance"))
    (found,) = await money.rows(tables.settlement)
    approve = e.ApproveSettlement(money.merchant, found.public_id, "owner", "sandbox")
    refund = c.RefundOrder(money.merchant, order.order, "late", 9_900)
    answers = await asyncio.gather(
        money.execute(refund), money.execute(approve), money.execute(approve), return_exceptions=True
    )
    assert [type(answer).__name__ for answer in answers[1:]] == ["str", "WrongState"]
    await money.pay_out()
    assert [row.amount_minor for row in await money.rows(tables.payout)] == [990]
    assert await money.balance(money.a) == 0


async def test_04_a_partial_refund_takes_its_share_and_no_more(money):
    order = await money.sold()
    for number in range(3):
        await money.refund(order, 3_300, f"r{number}")
        (line,) = await money.lines()
        assert line.clawed_minor == 330 * (number + 1)
    assert line.state == "void"


async def test_05_it_matures_after_the_window_and_the_payee_stays(money):
    viewer = public_id()
    await money.lock(LockRule(mode="last_touch", protection="none"))
    order = await money.sold(viewer)
    money.shop.clock.advance(30 * 86_400)
    await money.execute(c.FinishOrders())
    assert [line.state for line in await money.lines()] == ["frozen"]
    await money.shop.enter(viewer, money.shop.room_b)
    await money.arrived(order)
    assert [(line.party, line.state) for line in await money.lines()] == [(money.a, "matured")]


async def test_06_every_refund_after_settlement_counts_and_held_lines_have_a_state(money):
    (order,) = await settled(money)
    for key in ("first", "second"):
        await money.refund(order, 4_950, key)
    assert [row.amount_minor for row in await money.rows(tables.receivable)] == [495, 495]
    held = await money.sold()
    await money.execute(e.HoldLines(money.merchant, held.order, "same payee"))
    await money.arrived(held)
    await money.settle()
    assert [(line.state, line.reason) for line in await money.lines(state="held")] == [("held", "same payee")]
    await money.execute(e.ReleaseLines(money.merchant, held.order, "cleared"))
    assert await money.lines(state="matured")
    await money.settle()
    assert {row.state for row in await money.rows(tables.receivable)} == {"offset"}


async def test_07_the_last_unit_is_sold_once(money):
    orders = [money.shop.order(quantity=6) for _ in range(2)]
    answers = await asyncio.gather(*map(money.execute, orders), return_exceptions=True)
    assert sum(isinstance(answer, SoldOut) for answer in answers) == 1
    assert await money.shop.books() == (10, 4, 6, 0)
    assert await asyncio.to_thread(six_of_four) is None


def six_of_four() -> int | None:
    """What is looked at first says why; that nothing is sold twice is the statement's own doing."""
    with books_in_memory(4) as unit:
        return move(unit, 1, 6, Move.ORDER)


def test_08_no_float_comes_near_money():
    for path in sorted(COMMERCE.rglob("*.py")):
        nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
        money = [node for node in nodes if isinstance(node, ast.Name | ast.Attribute) and _is_money(node)]
        if money and path.name not in ("rails.py", "scheduler.py", "service.py", "writer.py", "times.py"):
            divided = [node for node in nodes if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)]
            assert not [node.lineno for node in divided if not _is_time(node)], path
            assert not [node for node in nodes if isinstance(node, ast.Constant) and type(node.value) is float], path


def _is_money(node):
    name = node.id if isinstance(node, ast.Name) else node.attr
    return name.endswith(("_minor", "_ppm")) or name == "ppm"


def _is_time(node):
    """ms to the seconds that datetime wants."""
    return isinstance(node.right, ast.Constant) and node.right.value == 1000


async def test_09_a_plain_id_from_the_client_makes_nobody_a_sharer(money):
    viewer, sharer = public_id(), public_id()
    await money.shop.enter(sharer)
    await money.shop.enter(viewer, code=sharer)
    await money.sold(viewer)
    assert [line.kind for line in await money.lines()] == ["order"]


async def test_10_a_payment_told_twice_pays_once(money):
    order = await money.shop.place()
    notice, again = money.shop.notice(order), money.shop.notice(order)
    for told in (notice, notice, again):
        await money.execute(told)
    assert await money.balance(money.a) == 990
    assert len(await money.rows(tables.transfer, entry="commission")) == 1


async def test_11_the_back_button_makes_no_second_sharer(money_tree):
    money, room = money_tree
    viewer, sharers = public_id(), [public_id(), public_id()]
    links = [await money.shared(sharer, room) for sharer in sharers]
    for link in (links[0], links[1], links[0], links[1]):
        await money.shop.enter(viewer, room.room, link.code)
        money.shop.clock.advance(1)
    await money.sold(viewer, room.room)
    assert [line.party for line in await money.lines(kind="share")] == [sharer_party(sharers[1])]


async def test_12_a_chargeback_is_booked(money):
    order = await money.sold()
    await money.refund(order, key="bank", chargeback=True)
    assert [row.amount_minor for row in await money.rows(tables.transfer, entry="chargeback")] == [PRICE]
    assert (await money.balance("sales"), await money.balance("clearing"), await money.balance(money.a)) == (0, 0, 0)


def test_13_the_base_is_what_was_paid():
    item = Item("tea", "drinks", 1, paid_minor=8_000, freight_minor=500, tax_minor=300, funded_minor=200)
    sale = Sale((item,), "friday", "house", {"store": 1_000_000}, {"store": (Earner("store", ""),)})
    assert [line.amount_minor for line in commission(Plan((Rate(100_000),)), sale)] == [700]


def test_14_the_seller_is_not_his_own_promoter():
    path = (Earner("store", ""), Earner("house", ""))
    sale = Sale((Item("tea", "", 1, 10_000),), "friday", "house", {"store": 1_000_000}, {"store": path})
    lines = commission(Plan((Rate(100_000), Rate(20_000, depth=1))), sale)
    assert [line.beneficiary for line in lines] == ["store"]


def test_15_the_kind_is_part_of_what_makes_a_line_one():
    order = Line("order", "anna", "anna", "tea", 100, 10)
    assert order.key != Line("share", "anna", "anna", "tea", 100, 10).key


async def test_15_entries_of_different_kinds_never_suppress_each_other(money):
    order = await money.sold()
    await money.refund(order, 100, "same")
    await money.refund(order, 100, "other")
    entries = [row.entry for row in await money.rows(tables.transfer)]
    assert sorted(entries) == ["clawback", "clawback", "commission", "refund", "refund", "sale"]


@pytest.mark.parametrize("paid", ["pay", "zero"])
async def test_16_an_own_purchase_is_tracked_paid_by_rule_and_says_why(money, paid):
    viewer = public_id()
    await money.shop.enter(viewer)
    await money.lock(LockRule(self_purchase=paid))
    await money.execute(e.SetStaff(money.merchant, viewer, money.shop.store_a.channel))
    order = await money.sold(viewer, money.shop.room_b)
    assert order.owner_channel.id == money.shop.store_a.channel
    (line,) = await money.lines()
    assert (line.amount_minor, line.reason) == (990 if paid == "pay" else 0, "self_purchase")


async def test_nothing_of_all_that_breaks_an_invariant(money_anywhere):
    money = money_anywhere
    (order,) = await settled(money)
    await money.refund(order, 5_000, "part")
    await money.refund(await money.sold(), key="bank", chargeback=True)
    await money.arrived(await money.sold())
    await money.settle()
    await money.pay_out()
    assert await money.ask(audit) == []
