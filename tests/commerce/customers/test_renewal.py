"""A login makes a browser another viewer: the one of before knows nobody, with any merchant; on both databases."""

import json

import pytest

from commerce import commands as c
from commerce import questions
from commerce.attribution import LockRule
from commerce.audit import audit
from commerce.customers.logouts import ended_viewers, has_ended
from commerce.customers.views import Ended
from commerce.events import RestrictionChanged
from commerce.programs.answers import viewer_caller
from commerce.programs.views import Answered
from commerce.store import tables
from commerce.store.ids import public_id
from commerce.talk.restrictions import find_restrictions
from commerce.why import why_customer
from tests.commerce.conftest import furnish
from tests.commerce.customers.people import Phone

DONE = Answered(201, "application/json", b"{}")


async def test_whoever_logs_in_is_another_viewer_with_all_that_was_his(money_anywhere):
    money, shop = money_anywhere, money_anywhere.shop
    planted, mine = public_id(), public_id()
    await shop.enter(planted, shop.room_a)
    await shop.commerce.execute(c.SetCartLine(planted, shop.room_a, shop.sku, 2))
    order = await shop.place(planted, shop.room_b)
    before = await shop.commerce.ask(why_customer, shop.merchant.id, planted)
    found = await Phone(shop).log_in(planted, fresh=mine)
    assert found.renewed
    assert await shop.commerce.ask(has_ended, planted)
    assert Ended(planted, int(shop.clock() * 1000), True) in await shop.commerce.ask(ended_viewers, 0)
    assert (await shop.commerce.ask(questions.customer, mine, shop.room_a)) == found.customer
    assert [line.quantity for line in (await shop.commerce.ask(questions.cart, mine, shop.room_a)).lines] == [2]
    assert (await shop.commerce.ask(questions.viewer_order, mine, order.order)).order == order.order
    assert (await shop.commerce.ask(why_customer, shop.merchant.id, mine))["events"] == before["events"]
    assert (await shop.place(mine, shop.room_b, client_order_id="after-it")).owner_channel == order.owner_channel
    shop.clock.advance(61)
    await Phone(shop).ask(planted, caller=public_id())
    assert (await Phone(shop).type(planted)).outcome == "none", "the cookie of before cannot log in either"
    assert await money.ask(audit) == []


@pytest.mark.parametrize("mode", ["first_lock", "last_touch", "per_broadcast"])
async def test_who_is_credited_is_decided_as_if_the_browser_had_stayed_the_same(money, mode):
    """Beside him somebody who does the same and never logs in."""
    shop = money.shop
    lock = await shop.commerce.execute(c.SetLockRule(shop.merchant.id, LockRule(mode=mode)))
    shop.clock.advance(lock.effective_at / 1000 - shop.clock())
    guest, buyer, renewed = public_id(), public_id(), public_id()
    for viewer in (guest, buyer):
        await shop.enter(viewer, shop.room_a)
    await Phone(shop).log_in(buyer, fresh=renewed)
    shop.clock.advance(60)
    for viewer in (guest, renewed):
        await shop.enter(viewer, shop.room_b)
    one, other = [await shop.place(viewer, shop.room_b) for viewer in (guest, renewed)]
    assert (one.owner_channel, one.room_channel) == (other.owner_channel, other.room_channel)
    decided = {row.public_id: json.loads(row.decision) for row in await money.rows(tables.orders)}
    assert decided[one.order]["clause"] == decided[other.order]["clause"]


async def test_other_merchants_know_him_as_before_and_he_can_log_in_there_too(shop, url, clock):
    other = await furnish(shop.commerce, clock, url, [])
    planted, mine, last = public_id(), public_id(), public_id()
    await other.commerce.execute(c.SetCartLine(planted, other.room_a, other.sku, 3))
    await Phone(other).log_in(away := public_id())
    await Phone(shop).log_in(planted, fresh=mine)
    assert await shop.commerce.ask(questions.customer, mine, other.room_a) is None
    assert [line.quantity for line in (await shop.commerce.ask(questions.cart, mine, other.room_a)).lines] == [3]
    found = await Phone(other).log_in(mine, fresh=last)
    assert found.customer == await shop.commerce.ask(questions.customer, away, other.room_a)
    for each in (shop, other):
        assert await shop.commerce.ask(questions.customer, last, each.room_a) is not None
    assert [line.quantity for line in (await shop.commerce.ask(questions.cart, last, other.room_a)).lines] == [3]
    assert await shop.commerce.ask(audit) == []


async def test_nobody_gets_rid_of_a_mute_by_logging_in(shop):
    viewer, mine, merchant = public_id(), public_id(), shop.merchant.id
    await shop.enter(viewer)
    for kind, seconds in (("mute", None), ("ban", 10)):
        await shop.commerce.execute(c.Restrict(merchant, "boss", viewer, kind, shop.room_a, seconds, "adverts"))
    await Phone(shop).log_in(viewer, fresh=mine)  # after a minute
    (found,) = await shop.commerce.ask(find_restrictions, merchant, mine)
    assert (found.kind, found.room, found.reason) == ("mute", shop.room_a, "adverts")
    assert RestrictionChanged(merchant, mine, shop.room_a, False) in shop.facts
    assert len(await shop.commerce.ask(find_restrictions, merchant, viewer)) == 1, "it hides what he said before"


async def test_who_is_muted_for_what_he_said_before_the_login_is_muted_after_it(shop):
    viewer, mine, merchant = public_id(), public_id(), shop.merchant.id
    await shop.enter(viewer)
    await Phone(shop).log_in(viewer, fresh=mine)
    await shop.commerce.execute(c.Restrict(merchant, "boss", viewer, "mute", remove_lines=True))
    for each in (viewer, mine):
        assert [found.kind for found in await shop.commerce.ask(find_restrictions, merchant, each)] == ["mute"]
        assert RestrictionChanged(merchant, each, None, True) in shop.facts


async def test_his_idempotency_keys_come_along_also_one_that_is_under_way(shop):
    viewer, mine, merchant, done, under_way = (public_id(), public_id(), shop.merchant.id, public_id(), public_id())
    caller = viewer_caller(viewer)
    await shop.enter(viewer)
    for key in (done, under_way):
        await shop.commerce.execute(c.BeginAnswer(merchant, caller, key, "d"))
    await shop.commerce.execute(c.KeepAnswer(caller, done, DONE))
    await Phone(shop).log_in(viewer, fresh=mine)
    await shop.commerce.execute(c.KeepAnswer(caller, under_way, DONE))
    for key in (done, under_way):
        assert await shop.commerce.execute(c.BeginAnswer(merchant, viewer_caller(mine), key, "d")) == DONE


async def test_who_is_logged_in_stays_who_he_is(shop):
    viewer, spare = public_id(), public_id()
    await Phone(shop).log_in(public_id(), fresh=viewer)
    assert not (await Phone(shop).log_in(viewer, fresh=spare)).renewed
    assert spare not in "".join((await shop.dump())[tables.viewer.name])
