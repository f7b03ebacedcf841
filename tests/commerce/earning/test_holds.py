"""Holds, levels, staff: with reasons, and in the log."""

import asyncio

import pytest

from commerce.audit import audit
from commerce.commands import disputes as d
from commerce.commands import earning as e
from commerce.commands.partners import ChangeChannel
from commerce.desk import settlements
from commerce.earning.figures import HeldEarnings, held_earnings
from commerce.errors import Conflict, Forbidden, Invalid, NotFound, WrongState
from commerce.partners.notices import channel_notices
from commerce.store import tables
from commerce.store.ids import public_id
from tests.commerce.customers.people import Phone


async def test_what_is_held_matures_no_further_and_goes_on_where_it_would_be(money):
    order = await money.sold()
    assert await money.execute(e.HoldLines(money.merchant, order.order, "same phone")) == 1
    await money.arrived(order)
    assert [line.state for line in await money.lines()] == ["held"]
    assert await money.settle() == []
    assert await money.execute(e.ReleaseLines(money.merchant, order.order, "asked, fine")) == 1
    assert [(line.state, line.reason) for line in await money.lines()] == [("matured", "asked, fine")]
    assert await money.settle() == ["paying"]


async def test_only_what_is_there_can_be_held_or_released(money):
    order = await money.shop.place()
    with pytest.raises(WrongState):
        await money.execute(e.HoldLines(money.merchant, order.order, "why"))
    with pytest.raises(WrongState):
        await money.execute(e.ReleaseLines(money.merchant, order.order, "why"))
    with pytest.raises(NotFound):
        await money.execute(e.HoldLines(money.merchant, "0" * 16, "why"))
    with pytest.raises(NotFound):
        await money.execute(e.SetStaff(money.merchant, "0" * 16, None))


async def test_a_line_that_the_decision_of_its_dispute_missed_is_released_by_hand(money):
    """As one was whose buyer had logged in between the claim and the decision, before both went with him."""
    order = await money.sold()
    claim = d.OpenDispute(money.merchant, money.shop.store_a.channel, "mine", "ann", order=order.order)
    claim = await money.execute(claim)
    with pytest.raises(WrongState):
        await money.execute(e.ReleaseLines(money.merchant, order.order, "not yet"))
    await money.execute(d.DecideDispute(money.merchant, claim, "stays", "so it is", "boss"))

    def missed():
        line = tables.commission_line
        with money.shop.commerce._engine.begin() as connection:
            connection.execute(line.update().values(state="held", reason=f"dispute: {claim}"))

    await asyncio.to_thread(missed)
    assert await money.execute(e.ReleaseLines(money.merchant, order.order, "decided long ago")) == 1
    assert [line.state for line in await money.lines()] == ["frozen"]


async def test_all_that_somebody_earned_is_held_and_goes_on(money):
    """What is frozen, matured and under review; what is paid is not, and nobody else's."""
    paid = await money.sold()
    await money.arrived(paid)
    await money.settle()
    await money.pay_out()
    await money.arrived(await money.sold())
    money.shop.clock.advance(2 * 86_400)
    await money.execute(e.PrepareSettlements(money.merchant, money.yesterday(), "finance"))
    frozen = await money.sold()
    other = await money.sold(room=money.shop.room_b)
    assert [row["gross_minor"] for row in await money.ask(settlements, money.merchant, state="prepared")] == [990]
    with pytest.raises(Invalid):
        e.HoldParty(money.merchant, "house:1", "farm?")
    for command in (e.HoldParty, e.ReleaseParty):
        for reason in ("dispute: no", "moved: no"):
            with pytest.raises(Invalid, match="must not begin"):
                await money.execute(command(money.merchant, money.a, reason))
    assert await money.execute(e.HoldParty(money.merchant, money.a, "farm?")) == 2
    assert await money.ask(held_earnings, money.merchant) == (
        HeldEarnings(money.a, "farm?", by_hand=True, lines=2, left_minor=1_980, currency="CNY"),
    )
    assert [line.state for line in await money.lines(party=money.b)] == ["frozen"]
    (prepared,) = await money.rows(tables.settlement, state="prepared")
    assert [row["gross_minor"] for row in await money.ask(settlements, money.merchant, state="prepared")] == [0]
    approve = e.ApproveSettlement(money.merchant, prepared.public_id, "owner", "sandbox")
    assert await money.execute(approve) == "paid"
    assert await money.rows(tables.payout, state="queued") == []
    assert await money.execute(e.ReleaseParty(money.merchant, money.a, "asked")) == 2
    states = [(line.order_id, line.state) for line in await money.lines(party=money.a)]
    assert [state for _, state in states] == ["paid", "matured", "frozen"]
    nobody = f"sharer:{public_id()}"
    for nothing in (e.ReleaseParty(money.merchant, money.a, "?"), e.HoldParty(money.merchant, nobody, "?")):
        with pytest.raises(Conflict):
            await money.execute(nothing)
    await money.arrived(frozen)
    await money.arrived(other)
    await money.settle()
    assert await money.pay_out() == 2
    assert await money.ask(held_earnings, money.merchant) == ()
    assert await money.ask(audit) == []


async def test_a_suspended_channels_lines_are_not_let_go_by_hand(money):
    await money.sold()
    store = money.shop.store_a.channel
    await money.execute(ChangeChannel(money.merchant, store, "suspend", "papers", "boss"))
    (held,) = await money.ask(held_earnings, money.merchant)
    assert (held.reason, held.by_hand) == ("suspended: papers", False)
    with pytest.raises(Conflict):
        await money.execute(e.ReleaseParty(money.merchant, money.a, "please"))


async def change(money, event, channel=None):
    store = channel or money.shop.store_a.channel
    await money.execute(ChangeChannel(money.merchant, store, event, "papers", "boss"))


async def test_an_order_is_held_whole_though_a_part_waits_by_rule(money):
    """The store is suspended, the order is held, the store goes on: its line does not. Let go, it waits by rule."""
    link = await money.shared(public_id(), money.shop.store_a)
    viewer = public_id()
    await money.shop.enter(viewer, money.shop.room_a, link.code)
    order = await money.sold(viewer)
    await change(money, "suspend")
    assert await money.execute(e.HoldLines(money.merchant, order.order, "fraud?")) == 2
    with pytest.raises(WrongState):
        await money.execute(e.HoldLines(money.merchant, order.order, "again?"))
    await change(money, "resume")
    await money.arrived(order)
    assert {(line.state, line.reason) for line in await money.lines()} == {("held", "fraud?")}
    assert await money.settle() == []
    await change(money, "suspend")
    await money.execute(e.ReleaseLines(money.merchant, order.order, "fine"))
    found = {(line.kind, line.state, line.reason) for line in await money.lines()}
    assert found == {("order", "held", "suspended: papers"), ("share", "matured", "fine")}


async def test_of_two_levels_both_are_held_though_one_is_suspended(money_tree):
    money, below = money_tree
    order = await money.sold(room=below.room)
    await change(money, "suspend")
    assert await money.execute(e.HoldLines(money.merchant, order.order, "fraud?")) == 2
    await change(money, "resume")
    assert [line.reason for line in await money.lines()] == ["fraud?", "fraud?"]


@pytest.mark.parametrize("whole", ["order", "party"])
async def test_what_waits_for_a_dispute_is_held_by_hand_as_well(money, whole):
    order = await money.sold()
    claim = d.OpenDispute(money.merchant, money.shop.store_a.channel, "mine", "ann", order=order.order)
    claim = await money.execute(claim)
    whose = (e.HoldLines, order.order) if whole == "order" else (e.HoldParty, money.a)
    assert await money.execute(whose[0](money.merchant, whose[1], "fraud?")) == 1
    await money.execute(d.DecideDispute(money.merchant, claim, "stays", "so it is", "boss"))
    assert [(line.state, line.reason) for line in await money.lines()] == [("held", "fraud?")]


async def test_a_held_party_is_held_also_for_what_no_rail_has_heard_of(money_anywhere):
    """Queued is not sent. What a rail has heard of is sent, and goes on."""
    money = money_anywhere
    await money.arrived(await money.sold())
    await money.settle()
    await money.execute(e.BeginPayouts("sandbox"))
    await money.arrived(await money.sold())
    await money.settle()
    assert [row.state for row in await money.rows(tables.payout)] == ["sending", "queued"]
    assert await money.execute(e.HoldParty(money.merchant, money.a, "farm?")) == 1
    await money.pay_out()
    assert [row.state for row in await money.rows(tables.payout)] == ["confirmed", "failed"]
    assert [row.state for row in await money.rows(tables.settlement)] == ["paid", "paid"]
    assert (await money.balance(money.a), await money.ask(audit)) == (990, [])
    assert await money.execute(e.ReleaseParty(money.merchant, money.a, "fine")) == 1
    await money.settle()
    await money.pay_out()
    assert [row.state for row in await money.rows(tables.payout)] == ["confirmed", "failed", "confirmed"]
    assert (await money.balance(money.a), await money.ask(audit)) == (0, [])


async def test_a_payout_goes_on_without_the_order_that_is_held(money_anywhere):
    """Its netting is made anew, for as much as is left."""
    money = money_anywhere
    paid = await money.sold()
    await money.arrived(paid)
    await money.settle()
    await money.pay_out()
    await money.refund(paid, 3_300)
    held, other = await money.sold(), await money.sold()
    for order in (held, other):
        await money.arrived(order)
    await money.settle()
    (queued,) = await money.rows(tables.payout, state="queued")
    assert queued.amount_minor == 2 * 990 - 330
    assert await money.execute(e.HoldLines(money.merchant, held.order, "fraud?")) == 1
    (queued,) = await money.rows(tables.payout, state="queued")
    assert (queued.amount_minor, queued.attempts) == (990 - 330, 2)
    await money.pay_out()
    assert [line.state for line in await money.lines()] == ["paid", "held", "paid"]
    assert (await money.balance(money.a), await money.ask(audit)) == (990, [])


async def test_a_sharer_is_held_under_all_his_names(money):
    """Mei shares on her phone as a guest, earns, and logs in there as the customer that she is on her computer."""
    computer, phone, shop = public_id(), public_id(), money.shop
    await shop.enter(computer)
    await Phone(shop).log_in(computer)
    link = await money.shared(phone, shop.store_a)
    viewer = public_id()
    await shop.enter(viewer, shop.room_a, link.code)
    await money.sold(viewer)
    await Phone(shop).log_in(phone)
    await money.sold(viewer)
    names = {f"sharer:{phone}", f"sharer:{computer}"}
    assert {line.party for line in await money.lines(kind="share")} == names
    for name in sorted(names):
        assert await money.execute(e.HoldParty(money.merchant, name, "fakes")) == 2
        assert {line.state for line in await money.lines(kind="share")} == {"held"}
        assert await money.execute(e.ReleaseParty(money.merchant, name, "real")) == 2


async def test_nobody_works_for_a_channel_that_is_closed(money):
    """He stays the customer that he is; who worked for it before can leave it."""
    shop, viewer, before, store = money.shop, public_id(), public_id(), money.shop.store_a.channel
    for each in (viewer, before):
        await shop.enter(each, shop.room_b)
    await money.execute(e.SetStaff(money.merchant, before, store))
    await change(money, "close")
    with pytest.raises(Forbidden) as caught:
        await money.execute(e.SetStaff(money.merchant, viewer, store))
    assert caught.value.field == "channel"
    await money.execute(e.SetStaff(money.merchant, before, None))
    assert await money.rows(tables.staff) == []
    await money.sold(viewer, shop.room_b)
    assert [line.party for line in await money.lines()] == [money.b]


async def test_a_level_is_in_the_log(money):
    await money.execute(e.SetChannelLevel(money.merchant, money.shop.store_a.channel, "gold"))
    assert [leaf.party for leaf in await money.rows(tables.log_leaf, kind="level")] == [money.a]


async def test_a_level_is_told_at_the_desk_once(money):
    store = money.shop.store_a.channel
    for level in ("gold", "gold", "plain"):
        await money.execute(e.SetChannelLevel(money.merchant, store, level))
    told = await money.ask(channel_notices, money.merchant, store)
    assert [(each.kind, each.body) for each in told] == [
        ("level", {"level": "plain", "before": "gold"}),
        ("level", {"level": "gold", "before": ""}),
    ]
