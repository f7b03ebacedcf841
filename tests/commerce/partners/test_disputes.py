"""Disputes: held while they are open, decided with a reason, credit moved by further entries only."""

import pytest

from commerce import commands as c
from commerce.audit import audit
from commerce.commands import disputes as d
from commerce.commands import earning as e
from commerce.commands.partners import ChangeChannel
from commerce.earning.payouts import sending
from commerce.errors import Conflict, NotFound, WrongState
from commerce.partners.disputed import contestable, disputes
from commerce.partners.notices import channel_notices
from commerce.proof.entry import channel_party
from commerce.store import tables
from commerce.store.ids import public_id


@pytest.fixture
async def claimed(money):
    """Store A's customer buys in store B's room, and B claims the order."""
    viewer = public_id()
    await money.shop.enter(viewer, money.shop.room_a)
    await money.shop.enter(viewer, money.shop.room_b)
    order = await money.sold(viewer, money.shop.room_b)
    return viewer, order


async def opened(money, **about):
    channel = money.shop.store_b.channel
    return await money.execute(d.OpenDispute(money.merchant, channel, "I brought him", "bob", **about))


async def decide(money, dispute, outcome):
    return await money.execute(d.DecideDispute(money.merchant, dispute, outcome, "The log says so", "boss"))


async def test_it_is_held_answered_and_stays(money, claimed):
    _, order = claimed
    (found,) = await money.ask(contestable, money.merchant, money.shop.store_b.channel)
    assert (found.order, found.owner) == (order.order, "Store A")
    dispute = await opened(money, order=order.order)
    assert [(line.state, line.reason) for line in await money.lines()] == [("held", f"dispute: {dispute}")]
    with pytest.raises(WrongState):
        await money.execute(e.ReleaseLines(money.merchant, order.order, "by hand"))
    assert await money.execute(d.AnswerDispute(money.merchant, dispute, "We look", "boss")) == "answered"
    assert await decide(money, dispute, "stays") == 1
    (line,) = await money.lines()
    assert (line.state, line.party, await money.balance(money.a)) == ("frozen", money.a, 990)
    (row,) = await money.ask(disputes, money.merchant)
    assert (row.state, row.outcome, row.reason, row.answer) == ("decided", "stays", "The log says so", "We look")
    assert row.evidence["owner"] == money.shop.store_a.channel
    assert any("Store B" in sentence for sentence in row.evidence["en"])
    assert not any("9.90" in sentence for sentence in row.evidence["en"])
    with pytest.raises(WrongState):
        await decide(money, dispute, "moved")


async def test_credit_moves_by_further_entries(money, claimed):
    _, order = claimed
    await money.refund(order, 3_300)
    before = await money.rows(tables.transfer)
    dispute = await opened(money, order=order.order)
    assert await decide(money, dispute, "moved") == 1
    old, new = await money.lines()
    assert (old.state, old.party, old.amount_minor, old.clawed_minor) == ("void", money.a, 990, 990)
    assert (new.state, new.party, new.credited, new.amount_minor, new.clawed_minor) == (
        "frozen", money.b, money.shop.store_b.channel, 990, 330
    )  # fmt: skip
    assert (await money.balance(money.a), await money.balance(money.b)) == (0, 660)
    assert (await money.rows(tables.transfer))[: len(before)] == before
    assert await money.ask(audit) == []
    await money.refund(order)
    assert (await money.balance(money.a), await money.balance(money.b)) == (0, 0)
    assert await money.ask(audit) == []
    for party in (money.a, money.b):
        kinds = [entry["kind"] for entry in (await money.statement(party))["entries"]]
        assert kinds.count("dispute") == 2


async def test_what_was_paid_out_is_owed_back_and_credited_all_the_same(money, claimed):
    _, order = claimed
    await money.arrived(order)
    await money.settle()
    await money.pay_out()
    dispute = await opened(money, order=order.order)
    await decide(money, dispute, "moved")
    old, new = await money.lines()
    assert (old.state, new.state, new.party) == ("paid", "matured", money.b)
    assert await money.balance(f"receivable:{money.a}") == -990
    assert await money.balance(money.b) == 990
    assert await money.ask(audit) == []
    await money.refund(order)
    assert await money.balance(f"receivable:{money.a}") == -990
    assert await money.balance(money.b) == 0
    assert await money.ask(audit) == []


async def test_what_was_clawed_back_under_way_stays_to_be_netted_when_the_rest_moves(money, claimed):
    _, order = claimed
    await money.arrived(order)
    await money.settle()
    await money.execute(e.BeginPayouts("sandbox"))
    (due,) = await money.ask(sending, "sandbox")
    await money.refund(order, 3_300, chargeback=True)
    await money.execute(e.RecordPayout(due.payout, "failed"))
    await decide(money, await opened(money, order=order.order), "moved")
    old, new = await money.lines()
    assert (old.state, old.clawed_minor, new.state, new.party) == ("matured", 990, "matured", money.b)
    assert (await money.balance(money.a), await money.balance(f"receivable:{money.a}")) == (330, -330)
    assert await money.ask(audit) == []
    assert sorted(await money.settle()) == ["paid", "paying"]
    assert (await money.balance(money.a), await money.balance(f"receivable:{money.a}")) == (0, 0)
    assert await money.ask(audit) == []


async def test_what_the_one_above_earned_goes_to_the_other_one_above_or_back(money_tree):
    money, below = money_tree
    viewer = public_id()
    await money.shop.enter(viewer, below.room)
    order = await money.sold(viewer, money.shop.room_b)
    assert await money.balance(money.a) == 198
    dispute = await opened(money, order=order.order)
    assert await decide(money, dispute, "moved") == 2
    assert (await money.balance(money.a), await money.balance(money.b)) == (0, 990)
    assert await money.ask(audit) == []


async def test_a_disputed_customer_moves_with_what_is_held(money, claimed):
    viewer, _ = claimed
    dispute = await opened(money, viewer=viewer)
    assert [line.state for line in await money.lines()] == ["held"]
    await decide(money, dispute, "moved")
    assert await money.balance(money.b) == 990
    assert (await money.sold(viewer, money.shop.room_a)).owner_channel.id == money.shop.store_b.channel
    clauses = [row.clause for row in await money.rows(tables.binding)]
    assert clauses[-1] == "decided"
    kinds = [notice.kind for notice in await money.ask(channel_notices, money.merchant, money.shop.store_a.channel)]
    assert kinds == ["dispute", "dispute"]
    assert await money.ask(audit) == []


async def test_a_suspended_channel_goes_on_waiting(money, claimed):
    _, order = claimed
    dispute = await opened(money, order=order.order)
    await money.execute(ChangeChannel(money.merchant, money.shop.store_a.channel, "suspend", "papers", "boss"))
    await decide(money, dispute, "stays")
    assert [(line.state, line.reason) for line in await money.lines()] == [("held", "suspended: papers")]


async def test_nobody_claims_what_he_has_nothing_to_do_with(money):
    viewer = public_id()
    await money.shop.enter(viewer, money.shop.room_a)
    order = await money.sold(viewer)
    for about in ({"order": order.order}, {"viewer": viewer}, {"viewer": public_id()}, {"order": public_id()}):
        with pytest.raises(NotFound):
            await opened(money, **about)


async def test_once_at_a_time_and_only_what_is_paid(money, claimed):
    viewer, order = claimed
    await opened(money, order=order.order)
    with pytest.raises(Conflict):
        await opened(money, order=order.order)
    unpaid = await money.shop.place(viewer, money.shop.room_b)
    with pytest.raises(Conflict):
        await opened(money, order=unpaid.order)
    await money.execute(c.CancelOrder(money.merchant, unpaid.order))


async def disputed_customer(money):
    """B claims a customer who was brought by A before."""
    viewer = public_id()
    await money.shop.enter(viewer, money.shop.room_a)
    await money.shop.enter(viewer, money.shop.room_b)
    return viewer


async def test_what_a_disputed_customer_buys_waits_too(money):
    viewer = await disputed_customer(money)
    dispute = await opened(money, viewer=viewer)
    order = await money.sold(viewer, money.shop.room_b)
    assert [(line.state, line.reason) for line in await money.lines()] == [("held", f"dispute: {dispute}")]
    await money.arrived(order)
    assert await money.settle() == []
    assert await decide(money, dispute, "moved") == 1
    assert (await money.balance(money.a), await money.balance(money.b)) == (0, 990)
    assert await money.settle() == ["paying"]
    assert await money.ask(audit) == []


@pytest.mark.parametrize("outcome", ["moved", "stays"])
async def test_what_somebody_holds_by_hand_stays_held_wherever_its_credit_goes(money, claimed, outcome):
    _, order = claimed
    await money.arrived(order)
    await money.execute(e.HoldLines(money.merchant, order.order, "fraud?"))
    await decide(money, await opened(money, order=order.order), outcome)
    *_, line = await money.lines()
    assert (line.state, line.reason, line.party) == ("held", "fraud?", money.b if outcome == "moved" else money.a)
    assert await money.settle() == []
    await money.execute(e.ReleaseLines(money.merchant, order.order, "fine"))
    assert await money.settle() == ["paying"]
    assert await money.ask(audit) == []


async def test_what_a_second_dispute_is_about_waits_for_it_in_its_new_place(money):
    shop = money.shop
    third = await money.execute(c.CreateChannel(money.merchant, "Store C", f"c-{public_id()}"))
    viewer = await disputed_customer(money)
    await shop.enter(viewer, third.room)
    order = await money.sold(viewer, shop.room_b)
    await money.arrived(order)
    first = await opened(money, order=order.order)
    second = await money.execute(d.OpenDispute(money.merchant, third.channel, "Mine", "cat", viewer=viewer))
    await decide(money, first, "moved")
    *_, line = await money.lines()
    assert (line.state, line.reason, line.party) == ("held", f"dispute: {second}", money.b)
    assert await decide(money, second, "moved") == 1
    assert await money.balance(channel_party(third.channel)) == 990
    assert await money.ask(audit) == []


async def test_a_customer_moves_with_what_waits_for_something_else(money, claimed):
    viewer, _ = claimed
    suspend = ChangeChannel(money.merchant, money.shop.store_a.channel, "suspend", "papers", "boss")
    await money.execute(suspend)
    assert await decide(money, await opened(money, viewer=viewer), "moved") == 1
    assert (await money.balance(money.a), await money.balance(money.b)) == (0, 990)
    assert await money.ask(audit) == []


async def test_what_he_has_not_paid_yet_goes_with_the_decision(money_anywhere):
    """One order is paid after it, one is cancelled. Nothing of either was in the ledger, so nothing moves there."""
    money = money_anywhere
    viewer = await disputed_customer(money)
    dispute = await opened(money, viewer=viewer)
    order, other = [await money.shop.place(viewer, money.shop.room_b) for _ in range(2)]
    assert await decide(money, dispute, "moved") == 2
    assert await money.rows(tables.transfer) == []
    await money.shop.pay(order)
    await money.execute(c.CancelOrder(money.merchant, other.order))
    found = [(line.party, line.state) for line in await money.lines()]
    assert sorted(found) == sorted([(money.a, "void"), (money.a, "void"), (money.b, "frozen"), (money.b, "void")])
    assert (await money.balance(money.a), await money.balance(money.b)) == (0, 990)
    assert await money.ask(audit) == []
    await money.refund(order)
    assert (await money.balance(money.b), await money.ask(audit)) == (0, [])


async def test_what_he_has_not_paid_yet_stays_with_the_decision(money):
    viewer = await disputed_customer(money)
    dispute = await opened(money, viewer=viewer)
    order = await money.shop.place(viewer, money.shop.room_b)
    assert await decide(money, dispute, "stays") == 0
    await money.shop.pay(order)
    assert [(line.party, line.state) for line in await money.lines()] == [(money.a, "frozen")]


async def disputed_and_another(money):
    """One payout of store A is queued: with an order of the customer whom B claims, and with one of somebody else."""
    viewer = await disputed_customer(money)
    orders = [await money.sold(viewer, money.shop.room_b), await money.sold()]
    for order in orders:
        await money.arrived(order)
    await money.settle()
    assert [(row.party, row.amount_minor) for row in await money.rows(tables.payout)] == [(money.a, 2 * 990)]
    return viewer, orders[0]


@pytest.mark.parametrize("outcome", ["moved", "stays"])
@pytest.mark.parametrize("about", ["viewer", "order"])
async def test_a_payout_goes_on_without_what_is_disputed(money_anywhere, about, outcome):
    money = money_anywhere
    viewer, order = await disputed_and_another(money)
    dispute = await opened(money, **({"viewer": viewer} if about == "viewer" else {"order": order.order}))
    assert [(line.state, line.reason) for line in await money.lines()] == [
        ("held", f"dispute: {dispute}"),
        ("paying", ""),
    ]
    (queued,) = await money.rows(tables.payout)
    assert (queued.state, queued.amount_minor, queued.attempts) == ("queued", 990, 2)
    assert await money.ask(audit) == []
    await money.pay_out()
    assert await decide(money, dispute, outcome) == 1
    assert await money.settle() == ["paying"]
    await money.pay_out()
    paid = [(row.party, row.amount_minor) for row in await money.rows(tables.payout, state="confirmed")]
    assert paid == [(money.a, 990), (money.b if outcome == "moved" else money.a, 990)]
    assert (await money.rows(tables.receivable), await money.ask(audit)) == ([], [])


async def test_what_the_bank_has_heard_of_goes_on_though_it_is_disputed(money):
    viewer, _ = await disputed_and_another(money)
    await money.execute(e.BeginPayouts("sandbox", merchant=money.merchant))
    await opened(money, viewer=viewer)
    assert [line.state for line in await money.lines()] == ["paying", "paying"]
    assert await money.pay_out() == 1
    assert await money.ask(audit) == []


async def test_a_settlement_of_nothing_but_what_is_disputed_ends(money, claimed):
    _, order = claimed
    await money.arrived(order)
    await money.settle()
    await opened(money, order=order.order)
    assert [row.state for row in await money.rows(tables.payout)] == ["failed"]
    assert await money.pay_out() == 0
    assert await money.ask(audit) == []
