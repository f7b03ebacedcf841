"""Money back: by its amount, or for units of lines, which come back into stock once at most; on either database."""

import asyncio

import pytest
from sqlalchemy import select

from commerce import commands as c
from commerce.audit import audit
from commerce.cases import find
from commerce.commands import cases as k
from commerce.errors import BodyDiffers, Conflict, NotFound, WrongState
from commerce.order.refund import lines_digest
from commerce.payments.refunds import order_refunds
from commerce.store import tables

BOUND = 9_900


@pytest.fixture
async def goods(shop):
    """Two SKUs of one product, ten of each; what is said of an order names them `tea` and `cup`."""
    skus = (c.NewSku("Tea", BOUND, stock=10), c.NewSku("Cup", 101, stock=10))
    product = await shop.commerce.execute(c.CreateProduct(shop.merchant.id, "Set", skus))
    entries = (c.ShelfEntry(shop.product.product), c.ShelfEntry(product.product))
    await shop.commerce.execute(c.SetShelf(shop.merchant.id, shop.show.show, entries))
    return Goods(shop, *(sku.sku for sku in product.skus))


class Goods:
    def __init__(self, shop, tea, cup):
        self.shop, self.tea, self.cup = shop, tea, cup

    async def sold(self, tea=3, cup=2):
        lines = (c.Wanted(self.tea, tea), c.Wanted(self.cup, cup))
        return await self.shop.pay(await self.shop.place(lines=lines))

    async def refund(self, order, key, *lines, amount=None, **more):
        given = tuple(c.GivenBack(*line) for line in lines) or None
        command = c.RefundOrder(self.shop.merchant.id, order.order, key, amount, lines=given, **more)
        return await self.shop.commerce.execute(command)

    async def books(self):
        """(free, sold) of tea and of cups."""

        def read(reading):
            stock, sku = tables.stock.c, tables.sku.c
            query = select(stock.free, stock.sold).join(tables.sku, sku.id == stock.sku_id)
            return [
                tuple(reading.connection.execute(query.where(sku.public_id == each)).one())
                for each in (self.tea, self.cup)
            ]

        return await self.shop.commerce.ask(read)

    async def said(self, order):
        """Of each refund its amount and what it names."""
        found = await self.shop.commerce.ask(order_refunds, self.shop.merchant.id, order.order)
        lines = [[(each.name, each.quantity, each.amount.minor, each.restocked) for each in one.lines] for one in found]
        return list(zip([one.amount.minor for one in found], lines, strict=True))


async def test_refunds_in_parts_reach_the_total_and_no_further(shop):
    order = await shop.pay(await shop.place(quantity=2))
    refund = c.RefundOrder(shop.merchant.id, order.order, "r1", 5_000, "scratched")
    part = await shop.commerce.execute(refund)
    assert (part.state, part.refunded.minor, part.payment.state) == ("paid", 5_000, "paid")
    assert await shop.commerce.execute(refund) == part
    before = await shop.dump()
    with pytest.raises(BodyDiffers):
        await shop.commerce.execute(c.RefundOrder(shop.merchant.id, order.order, "r1", 5_001))
    with pytest.raises(Conflict, match="14800 can be refunded"):
        await shop.commerce.execute(c.RefundOrder(shop.merchant.id, order.order, "r2", 14_801))
    with pytest.raises(Conflict, match="goods go back with the last refund"):
        await shop.commerce.execute(c.RefundOrder(shop.merchant.id, order.order, "r2", 1, restock=True))
    assert await shop.dump() == before
    whole = await shop.commerce.execute(c.RefundOrder(shop.merchant.id, order.order, "r2", restock=True))
    assert (whole.state, whole.refunded.minor, whole.payment.state) == ("refunded", 19_800, "refunded")
    assert await shop.books() == (10, 10, 0, 0)


async def test_what_was_not_paid_is_not_refunded(shop):
    order = await shop.place()
    with pytest.raises(WrongState):
        await shop.commerce.execute(c.RefundOrder(shop.merchant.id, order.order, "r1"))


async def test_units_are_refunded_at_what_was_paid_for_them_and_go_back_where_that_is_said(goods):
    order = await goods.sold()
    assert await goods.books() == [(7, 3), (8, 2)]
    part = await goods.refund(order, "r1", (goods.tea, 2, True), (goods.cup, 1))
    assert (part.state, part.refunded.minor) == ("paid", 2 * BOUND + 101)
    assert [line.refunded for line in part.lines] == [2, 1]
    assert await goods.books() == [(9, 1), (8, 2)]
    less = await goods.refund(order, "r2", (goods.cup, 1, True), amount=40)
    assert (less.state, await goods.books()) == ("paid", [(9, 1), (9, 1)])
    whole = await goods.refund(order, "r3", restock=True)
    assert (whole.state, whole.refunded) == ("refunded", whole.total)
    assert await goods.books() == [(10, 0), (9, 1)], "the cup that was broken stays away"
    said = [(2 * BOUND + 101, [("Tea", 2, 2 * BOUND, True), ("Cup", 1, 101, False)]), (40, [("Cup", 1, 40, True)])]
    assert await goods.said(order) == [*said, (BOUND + 61, [("Tea", 1, BOUND, True)])]
    assert await goods.shop.commerce.ask(audit) == []


async def test_the_same_refund_again_is_one_and_with_other_lines_none(goods):
    order = await goods.sold()
    first = await goods.refund(order, "r1", (goods.tea, 1, True), (goods.cup, 2))
    assert await goods.refund(order, "r1", (goods.cup, 2), (goods.tea, 1, True)) == first
    before = await goods.shop.dump()
    for lines in ([], [(goods.tea, 1)], [(goods.tea, 1, False), (goods.cup, 2)], [(goods.tea, 2, True)]):
        with pytest.raises(BodyDiffers):
            await goods.refund(order, "r1", *lines)
    assert await goods.shop.dump() == before


async def test_a_key_that_asked_for_something_else_is_no_repeat(money):
    """MONEY 8, mistake 15: an entry of one kind never stands for one of another, nor a part for all."""
    order, whole = await money.sold(), await money.sold()
    first = await money.refund(order, 900, "k")
    all_of_it = await money.refund(whole, None, "k")
    assert await money.refund(order, 900, "k") == first
    assert await money.refund(whole, None, "k") == all_of_it
    before = await money.shop.dump()
    for about, amount, field, more in (
        (order, 900, "kind", {"chargeback": True}),
        (order, None, "amount", {}),
        (order, 901, "amount", {}),
        (whole, 9_900, "amount", {}),
        (whole, None, "restock", {"restock": True}),
    ):
        with pytest.raises(BodyDiffers) as refused:
            await money.refund(about, amount, "k", **more)
        assert refused.value.field == field
    assert await money.shop.dump() == before


async def test_a_refund_of_before_is_repeated_by_its_amount_or_without(money):
    order = await money.sold()
    first = await money.refund(order, 900, "k")

    def of_before():
        with money.shop.commerce._engine.begin() as connection:
            connection.execute(tables.refund.update().values(asked=""))

    await asyncio.to_thread(of_before)
    for amount in (900, None):
        assert await money.refund(order, amount, "k") == first
    with pytest.raises(BodyDiffers):
        await money.refund(order, 901, "k")


async def test_what_cannot_be_refunded_is_named(goods):
    order = await goods.sold()
    await goods.refund(order, "r1", (goods.tea, 2), amount=100)
    before = await goods.shop.dump()
    for lines, more, error, field, detail in (
        ([(goods.cup, 1), (goods.tea, 2)], {}, Conflict, "lines[1].quantity", "1 can be refunded"),
        ([(goods.shop.sku, 1)], {}, NotFound, "lines[0].sku", "not in this order"),
        ([(goods.cup, 2)], {"amount": 203}, Conflict, "amount", "202 can be refunded for lines that cost 202"),
    ):
        with pytest.raises(error, match=detail) as caught:
            await goods.refund(order, "r2", *lines, **more)
        assert caught.value.field == field
    assert await goods.shop.dump() == before
    await goods.refund(order, "r3", amount=order.total.minor - 100 - 150)
    with pytest.raises(Conflict, match="150 can be refunded for lines that cost 202"):
        await goods.refund(order, "r4", (goods.cup, 2), amount=151)
    last = await goods.refund(order, "r4", (goods.cup, 2, True))
    assert (last.state, [line.refunded for line in last.lines]) == ("refunded", [3, 2])
    assert await goods.books() == [(7, 3), (10, 0)]
    assert await goods.shop.commerce.ask(audit) == []


async def test_the_goods_of_a_cancelled_order_are_free_already(goods):
    order = await goods.shop.place(lines=(c.Wanted(goods.tea, 1),))
    await goods.shop.commerce.execute(c.CancelOrder(goods.shop.merchant.id, order.order))
    await goods.shop.pay(order)
    with pytest.raises(Conflict) as caught:
        await goods.refund(order, "r1", (goods.tea, 1, True))
    assert caught.value.field == "lines[0].restock"
    assert (await goods.refund(order, "r1", restock=True)).refunded.minor == BOUND
    with pytest.raises(Conflict):
        await goods.shop.commerce.execute(c.RestockRefund(goods.shop.merchant.id, order.order, "r1", goods.tea))
    assert (await goods.books())[0] == (10, 0)
    assert await goods.shop.commerce.ask(audit) == []


async def test_what_comes_back_after_its_refund_is_put_on_the_shelf_once(goods):
    order, merchant = await goods.sold(), goods.shop.merchant.id
    await goods.refund(order, "r1", (goods.tea, 1, True), (goods.cup, 1))
    await goods.refund(order, "r2")
    assert await goods.books() == [(8, 2), (8, 2)]
    for _ in range(2):
        await goods.shop.commerce.execute(c.RestockRefund(merchant, order.order, "r1", goods.cup))
        found = await goods.shop.commerce.execute(c.RestockRefund(merchant, order.order, "r2", goods.tea))
        assert [(line.name, line.quantity, line.restocked) for line in found.lines] == [
            ("Tea", 2, True),
            ("Cup", 1, False),
        ]
        assert await goods.books() == [(10, 0), (9, 1)]
    for refund, sku, field in (("r3", goods.tea, "refund"), ("r1", goods.shop.sku, "sku")):
        with pytest.raises(NotFound) as caught:
            await goods.shop.commerce.execute(c.RestockRefund(merchant, order.order, refund, sku))
        assert caught.value.field == field
    assert await goods.shop.commerce.ask(audit) == []


async def test_a_refund_ends_the_cases_that_it_leaves_nothing_to(goods):
    shop, order = goods.shop, await goods.sold()
    for name, sku in (("case-0001", goods.tea), ("case-0002", goods.cup)):
        lines = (k.Returned(sku, 2),)
        await shop.commerce.execute(k.AskCase(order.viewer, order.order, name, "refund", "torn", lines))
    await goods.refund(order, "r1", (goods.cup, 2))
    await goods.refund(order, "r2", (goods.tea, 2))
    cup, tea = sorted(
        (await shop.commerce.ask(find.cases, shop.merchant.id, order=order.order)).cases,
        key=lambda case: case.lines[0].name,
    )
    assert (cup.state, tea.state) == ("lapsed", "asked")
    with pytest.raises(Conflict, match="0 can be asked for"):
        lines = (k.Returned(goods.cup, 1),)
        await shop.commerce.execute(k.AskCase(order.viewer, order.order, "case-0003", "refund", "torn", lines))
    tea = await shop.commerce.execute(k.AgreeCase(shop.merchant.id, tea.case, restock=True))
    assert (tea.state, (await goods.said(order))[-1]) == ("refunded", (BOUND, [("Tea", 1, BOUND, True)]))
    assert await shop.commerce.ask(audit) == []


def test_a_digest_is_of_what_was_chosen():
    one, two = c.GivenBack("a" * 16, 1, restock=True), c.GivenBack("b" * 16, 2)
    both = lines_digest(c.RefundOrder(1, "o" * 16, "r", lines=(one, two)))
    assert both == lines_digest(c.RefundOrder(1, "o" * 16, "q", lines=(two, one)))
    assert both != lines_digest(c.RefundOrder(1, "o" * 16, "r", lines=(one,)))
    assert lines_digest(c.RefundOrder(1, "o" * 16, "r")) == ""
