"""A chargeback that was won is as one that never was: commission is owed again, by lines of their own."""

import pytest

from commerce import commands as c
from commerce.audit import audit
from commerce.commands import disputes as d
from commerce.commands import earning as e
from commerce.commands import partners as p
from commerce.commission import Plan, Rate
from commerce.proof.verify import verify_statement
from commerce.store import tables
from commerce.why import why_order
from tests.commerce.bank import Bank


async def lines_of(money, **where):
    return [(line.state, line.amount_minor, line.clawed_minor, line.reason) for line in await money.lines(**where)]


async def paid_out(money, order):
    await money.arrived(order)
    await money.settle()
    await money.pay_out()


async def left(money):
    return sum(line.amount_minor - line.clawed_minor for line in await money.lines() if line.state != "void")


async def test_it_is_owed_again_by_a_line_of_its_own_once(money_anywhere):
    money = money_anywhere
    order = await money.sold()
    bank = Bank(money, order)
    await bank.takes()
    for _ in range(2):
        await bank.gives_back()
    won = ("matured", 990, 0, "chargeback won")
    assert await lines_of(money) == [("void", 990, 990, ""), won]
    (tied,) = await money.rows(tables.restored_line)
    (refund,) = await money.rows(tables.refund)
    old, new = await money.lines()
    assert (tied.line_id, tied.of_line_id, tied.refund_id) == (new.id, old.id, refund.id)
    assert (await money.balance("sales"), await money.balance(money.a)) == (8_910, 990)
    assert await money.ask(audit) == []
    await money.settle()
    await money.pay_out()
    assert [line.state for line in await money.lines()] == ["void", "paid"]
    assert await money.ask(audit) == []


async def test_a_part_is_frozen_until_its_order_is_over(money):
    order = await money.sold()
    bank = Bank(money, order)
    await bank.takes(4_000)
    await bank.gives_back(4_000)
    assert await lines_of(money) == [("frozen", 990, 400, ""), ("frozen", 400, 0, "chargeback won")]
    await money.arrived(order)
    assert {line.state for line in await money.lines()} == {"matured"}
    assert await money.ask(audit) == []


@pytest.mark.parametrize("end", [None, "repaid", "written_off"])
async def test_whatever_became_of_what_he_owed_he_has_it_once(money, end):
    order = await money.sold()
    bank = Bank(money, order)
    await paid_out(money, order)
    await bank.takes()
    (owed,) = await money.rows(tables.receivable)
    if end is not None:
        await money.execute(e.EndReceivable(money.merchant, owed.public_id, end, "?"))
    await bank.gives_back()
    assert await money.ask(audit) == []
    await money.settle()
    await money.pay_out()
    (owed,) = await money.rows(tables.receivable)
    assert owed.state == ("repaid" if end == "repaid" else "offset")
    confirmed = sum(row.amount_minor for row in await money.rows(tables.payout))
    assert confirmed == (1_980 if end == "repaid" else 990)
    assert (await money.balance("sales"), await money.balance(f"receivable:{money.a}")) == (8_910, 0)
    assert await money.ask(audit) == []


async def test_what_was_netted_meanwhile_is_paid(money):
    order = await money.sold()
    bank = Bank(money, order)
    await paid_out(money, order)
    await bank.takes()
    await paid_out(money, await money.sold())
    assert [row.state for row in await money.rows(tables.receivable)] == ["offset"]
    await bank.gives_back()
    await money.settle()
    await money.pay_out()
    assert [row.amount_minor for row in await money.rows(tables.payout)] == [990, 990]
    assert await money.ask(audit) == []


async def test_what_was_written_off_for_something_else_stays_so(money):
    order = await money.sold()
    bank = Bank(money, order)
    await paid_out(money, order)
    await money.refund(order, 2_000)
    (other,) = await money.rows(tables.receivable)
    await money.execute(e.EndReceivable(money.merchant, other.public_id, "written_off", "?"))
    money.shop.clock.advance(1)
    await bank.takes(7_900)
    await bank.gives_back(7_900)
    assert [row.state for row in await money.rows(tables.receivable)] == ["written_off", "receivable"]
    assert await money.ask(audit) == []


@pytest.mark.parametrize(
    ("before", "meanwhile", "later"),
    [(900, None, None), (None, 2_000, None), (None, None, 2_000), (777, 1_111, 1_313), (1, 5_899, None)],
)
async def test_with_other_refunds_it_is_as_if_the_chargeback_had_never_been(money, before, meanwhile, later):
    first, second = await money.sold(), await money.sold()
    bank = Bank(money, first)
    for minor in (before, "takes", meanwhile, "gives back", later):
        if minor == "takes":
            await bank.takes(4_000)
        elif minor == "gives back":
            await bank.gives_back(4_000)
        elif minor is not None:
            await money.refund(first, minor)
            await money.refund(second, minor)
        assert await money.ask(audit) == []
    by_order = {}
    for line in await money.lines():
        minor = 0 if line.state == "void" else line.amount_minor - line.clawed_minor
        by_order[line.order_id] = by_order.get(line.order_id, 0) + minor
    assert len(set(by_order.values())) == 1


async def test_goods_that_came_back_meanwhile_earn_nothing_again(money):
    """The cup came back while the bank had its part of the money: what is owed again is the tea's."""
    cup = await money.execute(c.CreateProduct(money.merchant, "Cup", (c.NewSku("red", 2_500, stock=9),)))
    shelf = tuple(c.ShelfEntry(each.product) for each in (money.shop.product, cup))
    await money.execute(c.SetShelf(money.merchant, money.shop.show.show, shelf))
    lines = (c.Wanted(money.shop.sku, 1), c.Wanted(cup.skus[0].sku, 1))
    order = await money.shop.pay(await money.shop.place(lines=lines))
    bank = Bank(money, order)
    await bank.takes(5_000)
    await money.refund(order, lines=(c.GivenBack(cup.skus[0].sku, 1),))
    await bank.gives_back(5_000)
    found = {}
    for line in await money.lines():
        found[line.sku] = found.get(line.sku, 0) + line.amount_minor - line.clawed_minor
    assert found == {money.shop.sku: 990, cup.skus[0].sku: 0}
    assert await money.ask(audit) == []


async def test_what_is_owed_again_is_taken_back_by_a_refund_of_all_the_rest(money):
    order = await money.sold()
    bank = Bank(money, order)
    await bank.takes(4_000)
    await bank.gives_back(4_000)
    await money.refund(order, 5_900)
    assert [line[:3] for line in await lines_of(money)] == [("void", 990, 990), ("matured", 400, 0)]
    assert await money.ask(audit) == []


async def test_another_chargeback_takes_what_was_won_and_may_be_won(money_anywhere):
    money = money_anywhere
    order = await money.sold()
    bank = Bank(money, order)
    await bank.takes()
    await bank.gives_back()
    await bank.takes(notice="dp_2")
    assert (await left(money), await money.balance("sales")) == (0, 0)
    assert {line.state for line in await money.lines()} == {"void"}
    assert await money.ask(audit) == []
    await bank.gives_back(notice="dp_2")
    assert (await left(money), await money.balance("sales")) == (990, 8_910)
    assert len(await money.rows(tables.restored_line)) == 2
    assert await money.ask(audit) == []


async def test_nothing_is_owed_while_another_bank_has_the_money(money):
    order = await money.sold()
    bank = Bank(money, order)
    await bank.takes()
    await bank.takes(notice="dp_2")
    await bank.gives_back()
    assert await left(money) == 0
    await bank.gives_back(notice="dp_2")
    assert await left(money) == 990
    assert await money.ask(audit) == []


async def test_what_was_paid_out_is_asked_back_when_it_is_taken_again(money):
    order = await money.sold()
    bank = Bank(money, order)
    await bank.takes()
    await bank.gives_back()
    await money.settle()
    await money.pay_out()
    await bank.takes(notice="dp_2")
    assert [(row.amount_minor, row.state) for row in await money.rows(tables.receivable)] == [(990, "receivable")]
    assert await money.ask(audit) == []


async def test_money_that_came_too_late_earns_nobody_anything(money):
    order = await money.shop.place()
    await money.execute(c.CancelOrder(money.merchant, order.order))
    await money.shop.pay(order)
    bank = Bank(money, order)
    await bank.takes()
    await bank.gives_back()
    assert [line.state for line in await money.lines()] == ["void"]
    assert await money.rows(tables.restored_line) == []
    assert await money.ask(audit) == []


async def test_it_waits_where_other_lines_wait(money):
    order = await money.sold()
    bank = Bank(money, order)
    await bank.takes(4_000)
    await money.execute(e.HoldLines(money.merchant, order.order, "odd"))
    await bank.gives_back(4_000)
    assert [line[3] for line in await lines_of(money, state="held")] == ["odd", "odd"]
    other = await money.sold()
    bank = Bank(money, other)
    await bank.takes()
    channel = money.shop.store_a.channel
    await money.execute(p.ChangeChannel(money.merchant, channel, "suspend", "odd", "anna"))
    await bank.gives_back()
    assert (await money.lines())[-1].reason == "suspended: odd"
    await money.execute(p.ChangeChannel(money.merchant, channel, "resume", "fine", "anna"))
    assert (await lines_of(money))[-1] == ("matured", 990, 0, "resumed")
    assert await money.ask(audit) == []


async def decided(money, store, order, before=None, **about):
    """A dispute that its opener wins; `before` happens while it is open."""
    about = about or {"order": order.order}
    dispute = await money.execute(d.OpenDispute(money.merchant, store.channel, "Mine", "bob", **about))
    if before is not None:
        await before
    await money.execute(d.DecideDispute(money.merchant, dispute, "moved", "Yes", "boss"))


async def test_it_is_his_who_has_the_credit_now(money):
    order = await money.sold()
    bank = Bank(money, order)
    await bank.takes(4_000)
    shop = money.shop
    await shop.enter(order.viewer, shop.room_b)
    await decided(money, shop.store_b, order)
    await bank.gives_back(4_000)
    assert (await money.balance(money.a), await money.balance(money.b)) == (0, 990)
    assert await money.ask(audit) == []
    await money.refund(order)
    assert await money.balance(money.b) == 400
    assert await money.ask(audit) == []


@pytest.mark.parametrize("paid", [False, True])
async def test_it_is_his_to_whom_it_was_decided_while_the_bank_had_all_of_it(money_anywhere, paid):
    money = money_anywhere
    order = await money.sold()
    if paid:
        await paid_out(money, order)
    shop, bank = money.shop, Bank(money, order)
    await shop.enter(order.viewer, shop.room_b)
    await decided(money, shop.store_b, order, bank.takes())
    assert (await money.balance(money.b), await left(money)) == (0, 0)
    assert await money.ask(audit) == []
    await bank.gives_back()
    assert (await money.balance(money.a), await money.balance(money.b)) == (0, 990)
    owed = [(row.party, row.amount_minor) for row in await money.rows(tables.receivable)]
    assert owed == [(money.a, 990)] * paid
    assert (await lines_of(money, party=money.b))[-1] == ("matured", 990, 0, "chargeback won")
    report = verify_statement(await money.statement(money.b), await money.key())
    assert (report.wrong, report.figures["CNY"]) == ([], {"void": 0, "matured": 990})
    assert await money.ask(audit) == []


@pytest.mark.parametrize("decisions", ["b", "ba", "bab"])
async def test_the_last_decision_counts_while_the_bank_has_all_of_it(money, decisions):
    order = await money.sold()
    shop, bank = money.shop, Bank(money, order)
    await shop.enter(order.viewer, shop.room_b)
    await bank.takes()
    for store in decisions:
        await decided(money, shop.store_b if store == "b" else shop.store_a, order, viewer=order.viewer)
    assert await left(money) == 0
    await bank.gives_back()
    earned = {"b": (0, 990), "a": (990, 0)}[decisions[-1]]
    assert (await money.balance(money.a), await money.balance(money.b)) == earned
    assert await money.ask(audit) == []


async def test_what_was_sent_stays_his_when_the_customer_is_moved(money):
    order = await money.sold()
    shop, bank = money.shop, Bank(money, order)
    await paid_out(money, order)
    await shop.enter(order.viewer, shop.room_b)
    await bank.takes()
    await decided(money, shop.store_b, order, viewer=order.viewer)
    await bank.gives_back()
    assert [(line.party, line.state) for line in await money.lines()] == [(money.a, "paid"), (money.a, "matured")]
    assert await money.ask(audit) == []


@pytest.mark.parametrize("taken", [4_000, 9_900])
async def test_what_a_decision_left_to_the_merchant_stays_his(money_tree, taken):
    """Nobody stands above the channel that has the credit now, so what the one above earned is nobody's."""
    money, below = money_tree
    shop = money.shop
    order = await money.sold(room=below.room)
    bank = Bank(money, order)
    await shop.enter(order.viewer, shop.room_b)
    await decided(money, shop.store_b, order, bank.takes(taken))
    await bank.gives_back(taken)
    assert (await money.balance(money.a), await money.balance(money.b)) == (0, 990)
    assert await left(money) == 990
    assert await money.ask(audit) == []


async def test_the_cap_holds_for_what_is_owed_again(money):
    await money.plan(Plan((Rate(100_000),), cap_ppm=100_000, notice_days=0))
    money.shop.clock.advance(30 * 86_400)
    order = await money.sold()
    bank = Bank(money, order)
    for minor, notice in ((3_333, "a"), (3_333, "b")):
        await bank.takes(minor, notice)
    for minor, notice in ((3_333, "a"), (3_333, "b")):
        await bank.gives_back(minor, notice)
    assert await left(money) == 990
    assert await money.ask(audit) == []


async def test_everybody_is_told(money):
    order = await money.sold()
    bank = Bank(money, order)
    await bank.takes()
    await bank.gives_back()
    found = await money.ask(why_order, money.merchant, order.order, "en")
    assert found["words"][-2:] == ["Store A earns 9.90 CNY (order, matured).", "Reason: chargeback won."]
    zh = await money.ask(why_order, money.merchant, order.order, "zh")
    assert zh["words"][-1] == "原因：拒付申诉成功，恢复佣金。"
    report = verify_statement(await money.statement(), await money.key())
    assert report.wrong == []
    assert report.figures["CNY"] == {"void": 0, "matured": 990}
