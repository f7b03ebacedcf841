"""Two viewers, one customer: touches by time, the binding that the rule prefers, orders and links of both."""

import asyncio

import pytest

from commerce import commands as c
from commerce import questions
from commerce.attribution import LockRule
from commerce.audit import audit
from commerce.commands import disputes as d
from commerce.commands import earning as e
from commerce.commands.guarding import SetLegalHold
from commerce.errors import BodyDiffers, Conflict, NotFound
from commerce.privacy.legal import legal_holds
from commerce.proof.verify import verify_statement
from commerce.store import tables
from commerce.store.ids import public_id
from commerce.why import why_customer
from tests.commerce.customers.people import Phone, put


async def two(shop, mode="first_lock"):
    """Two browsers of one person, bound to store A and, later, to store B; the second has logged in first."""
    lock = await shop.commerce.execute(c.SetLockRule(shop.merchant.id, LockRule(mode=mode)))
    shop.clock.advance(lock.effective_at / 1000 - shop.clock())
    one, other = public_id(), public_id()
    await shop.enter(one, shop.room_a)
    shop.clock.advance(60)
    await shop.enter(other, shop.room_b)
    await Phone(shop).log_in(other, shop.room_b)
    return one, other


@pytest.mark.parametrize(("mode", "winner"), [("first_lock", "a"), ("last_touch", "b")])
async def test_the_binding_that_the_rule_prefers_stays_and_the_other_is_kept(money_anywhere, mode, winner):
    money, shop = money_anywhere, money_anywhere.shop
    one, other = await two(shop, mode)
    await Phone(shop).log_in(one)
    store = {"a": shop.store_a, "b": shop.store_b}[winner]
    for viewer in (one, other):
        assert (await shop.enter(viewer, shop.room_a)).bound == store.channel
        order = await shop.pay(await shop.place(viewer, shop.room_b))
        assert order.owner_channel.id == store.channel
    bindings = await money.rows(tables.binding)
    assert sorted(row.state for row in bindings) == ["active"] + ["superseded"] * (len(bindings) - 1)
    assert len({row.viewer_id for row in bindings}) == 1
    story = await shop.commerce.ask(why_customer, shop.merchant.id, one)
    assert story == await shop.commerce.ask(why_customer, shop.merchant.id, other) | {"viewer": one}
    assert story["channel"] == store.channel
    touches = [event["channel"] for event in story["events"] if event["kind"] == "touch"]
    assert touches[:2] == [shop.store_a.channel, shop.store_b.channel], "by time"
    assert await money.ask(audit) == []


async def test_both_channels_can_prove_what_became_of_him(money):
    one, _ = await two(money.shop)
    await Phone(money.shop).log_in(one)
    for party, kind in ((money.a, "bound"), (money.b, "unbound")):
        statement = await money.statement(party)
        assert verify_statement(statement, await money.key()).wrong == []
        assert kind in str(statement)


async def test_the_customer_has_the_orders_of_both_and_nobody_else_has(shop):
    one, other, stranger = *(await two(shop)), public_id()
    placed = [await shop.place(one), await shop.place(other, shop.room_a)]
    await Phone(shop).log_in(one)
    for viewer in (one, other):
        found = await shop.commerce.ask(questions.viewer_orders, viewer, shop.room_a)
        assert {order.order for order in found} == {order.order for order in placed}
        for order in placed:
            await shop.commerce.ask(questions.viewer_order, viewer, order.order)
            await shop.commerce.ask(questions.viewer_payment, viewer, order.payment.payment)
    with pytest.raises(NotFound):
        await shop.commerce.ask(questions.viewer_order, stranger, placed[0].order)
    assert await shop.commerce.ask(questions.viewer_orders, stranger, shop.room_a) == ()
    with pytest.raises(NotFound):
        await shop.commerce.execute(c.CancelOrder(shop.merchant.id, placed[0].order, viewer=stranger))
    await shop.commerce.execute(c.CancelOrder(shop.merchant.id, placed[0].order, viewer=other))


async def test_an_order_sent_again_is_the_same_from_either_browser_and_a_limit_counts_both(shop):
    many = c.NewSku("Rare", 100, stock=50, per_buyer_max=3)
    product = await shop.commerce.execute(c.CreateProduct(shop.merchant.id, "Rare tea", (many,)))
    entries = (c.ShelfEntry(shop.product.product), c.ShelfEntry(product.product))
    await shop.commerce.execute(c.SetShelf(shop.merchant.id, shop.show.show, entries))
    one, other = await two(shop)
    lines = (c.Wanted(product.skus[0].sku, 2),)
    first = shop.order(one, client_order_id="the-same-id", lines=lines)
    second = shop.order(other, client_order_id="the-same-id", note="mine")
    await shop.commerce.execute(first)
    await shop.commerce.execute(second)
    await Phone(shop).log_in(one)
    again = await shop.commerce.execute(second)
    assert again.replayed, "the order of the customer's first viewer keeps its id"
    with pytest.raises(BodyDiffers):
        await shop.commerce.execute(first)
    for viewer in (one, other):
        with pytest.raises(Exception, match="1 more"):
            await shop.place(viewer, lines=lines)
    await shop.place(other, lines=(c.Wanted(product.skus[0].sku, 1),))


async def test_what_he_shared_is_his_own_on_either_browser_so_it_earns_him_nothing(money):
    shop, sharer, buyer = money.shop, public_id(), public_id()
    link = await money.shared(sharer, shop.store_a)
    await shop.enter(buyer, shop.room_a, link.code)
    await Phone(shop).log_in(buyer)
    await Phone(shop).log_in(sharer)
    again = await shop.commerce.execute(c.ShareRoom(buyer, shop.room_a))
    assert again.code == link.code
    await money.sold(buyer)
    paid = [(row.kind, row.amount_minor) for row in await money.lines() if row.kind == "share"]
    assert sum(amount for _, amount in paid) == 0


async def test_a_name_and_a_place_of_work_come_along(shop):
    one, other = await two(shop)
    await shop.commerce.execute(c.NameViewer(one, shop.room_a, "Mei"))
    await shop.commerce.execute(e.SetStaff(shop.merchant.id, one, shop.store_b.channel))
    await Phone(shop).log_in(one)
    assert (await shop.commerce.ask(questions.arrival, other, shop.room_a)).name == "Mei"
    assert (await shop.place(other)).owner_channel.id == shop.store_b.channel


async def test_an_erased_customer_is_gone_with_all_his_browsers(money_anywhere):
    money, shop = money_anywhere, money_anywhere.shop
    one, other = await two(shop)
    await Phone(shop).log_in(one, fresh=(renewed := public_id()))
    await put(shop, renewed)
    await shop.commerce.execute(c.SetCartLine(one, shop.room_a, shop.sku, 2))
    before = await money.statement()
    await money.execute(e.EraseViewer(money.merchant, one))
    for table in (tables.address, tables.login_code, tables.cart_line):
        assert await money.rows(table) == []
    (customer,) = await money.rows(tables.customer)
    assert (customer.sealed, customer.identity) == (None, f"erased {customer.public_id}")
    leaves = [leaf.body for leaf in await money.rows(tables.log_leaf) if leaf.body is not None]
    assert not [body for body in leaves if one in body or other in body]
    assert verify_statement(before, await money.key()).wrong == []
    for viewer in (one, renewed, other):
        assert await shop.commerce.ask(questions.customer, viewer, shop.room_a) is None
    assert (await Phone(shop).log_in(renewed)).customer.customer != customer.public_id
    assert await money.ask(audit) == []


@pytest.fixture
async def guest(money):
    """Bought in store B's room before he logged in as the customer who was store B's first; store A's as a guest."""
    shop = money.shop
    first, viewer = public_id(), public_id()
    await shop.enter(first, shop.room_b)
    await Phone(shop).log_in(first)
    for room in (shop.room_a, shop.room_b):
        await shop.enter(viewer, room)
    return viewer, await money.sold(viewer, shop.room_b)


async def dispute(money, **about):
    return await money.execute(d.OpenDispute(money.merchant, money.shop.store_b.channel, "mine", "bob", **about))


@pytest.mark.parametrize(("outcome", "party"), [("stays", "a"), ("moved", "b")])
async def test_a_dispute_about_a_guest_is_about_the_customer_he_becomes(money, guest, outcome, party):
    viewer, order = guest
    claim = await dispute(money, viewer=viewer)
    await Phone(money.shop).log_in(viewer)
    assert await money.execute(d.DecideDispute(money.merchant, claim, outcome, "so it is", "boss")) == 1
    assert {line.state for line in await money.lines()} <= {"frozen", "void"}
    await money.arrived(order)
    assert await money.settle() == ["paying"]
    assert [row.party for row in await money.rows(tables.settlement)] == [getattr(money, party)]
    assert await money.ask(audit) == []


@pytest.mark.parametrize("which", ["customer", "guest"])
async def test_what_comes_to_a_disputed_customer_waits_too(money, which):
    """Whichever of the two was disputed, what the other bought is queued by then: with somebody else's order."""
    shop, people = money.shop, {"customer": public_id(), "guest": public_id()}
    for viewer in people.values():
        for room in (shop.room_a, shop.room_b):
            await shop.enter(viewer, room)
    await Phone(shop).log_in(people["customer"])
    (other,) = people.keys() - {which}
    orders = [await money.sold(people[other]), await money.sold()]
    for order in orders:
        await money.arrived(order)
    await money.settle()
    claim = await dispute(money, viewer=people[which])
    assert [line.state for line in await money.lines()] == ["paying", "paying"]
    await Phone(shop).log_in(people["guest"])
    assert [(line.state, line.reason) for line in await money.lines()] == [
        ("held", f"dispute: {claim}"),
        ("paying", ""),
    ]
    assert await money.pay_out() == 1
    assert await money.execute(d.DecideDispute(money.merchant, claim, "moved", "so it is", "boss")) == 1
    assert await money.settle() == ["paying"]
    await money.pay_out()
    paid = [(row.party, row.amount_minor) for row in await money.rows(tables.payout, state="confirmed")]
    assert paid == [(money.a, 990), (money.b, 990)]
    assert await money.ask(audit) == []


async def test_an_order_is_disputed_once_whoever_its_buyer_turns_out_to_be(money, guest):
    viewer, order = guest
    await dispute(money, order=order.order)
    await Phone(money.shop).log_in(viewer)
    with pytest.raises(Conflict) as refused:
        await dispute(money, order=order.order)
    assert refused.value.field == "order"


async def test_who_is_on_legal_hold_is_not_erased_because_he_logs_in(money, guest):
    viewer, _ = guest
    await money.execute(SetLegalHold(money.merchant, "boss", "court", viewer=viewer))
    await Phone(money.shop).log_in(viewer)
    with pytest.raises(Conflict, match="legal hold"):
        await money.execute(e.EraseViewer(money.merchant, viewer))
    assert len(await money.ask(legal_holds, money.merchant)) == 1
    assert await money.ask(audit) == []


async def test_two_browsers_at_the_same_moment_are_one_buyer(money):
    shop = money.shop
    one, other = await two(shop)
    await Phone(shop).log_in(one)
    orders = await asyncio.gather(*(shop.place(viewer) for viewer in (one, other, public_id())))
    assert orders[0].viewer == orders[1].viewer == other
    assert await money.ask(audit) == []


async def test_what_another_node_wrote_meanwhile_is_noticed_and_comes_along_with_the_next_login(money_anywhere):
    money, shop = money_anywhere, money_anywhere.shop
    one, other = await two(shop)
    order = await shop.place(one)
    await Phone(shop).log_in(one, fresh=(renewed := public_id()))

    def stray():
        viewer, orders = tables.viewer, tables.orders
        with shop.commerce._engine.begin() as connection:
            key = connection.execute(viewer.select().where(viewer.c.public_id == one)).one().id
            connection.execute(orders.update().where(orders.c.public_id == order.order).values(viewer_id=key))

    await asyncio.to_thread(stray)
    found = await money.ask(audit)
    assert [(each.check, each.table) for each in found] == [("merged", "orders")]
    with pytest.raises(NotFound):
        await shop.commerce.ask(questions.viewer_order, other, order.order)
    await Phone(shop).log_in(renewed)
    assert await money.ask(audit) == []
    assert (await shop.commerce.ask(questions.viewer_order, other, order.order)).order == order.order
