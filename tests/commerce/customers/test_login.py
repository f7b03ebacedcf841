"""Codes: for one phone, one viewer, a few tries and minutes, once; limits that no restart and no other node resets."""

import pytest

from commerce import commands as c
from commerce import questions
from commerce.customers.login import TRIES_MAX
from commerce.errors import Conflict
from commerce.store import tables
from commerce.store.ids import public_id
from tests.commerce.customers.people import Phone


async def rows(shop, table):
    def read(reading):
        return reading.connection.execute(table.select().where(table.c.merchant_id == shop.merchant.id)).all()

    return await shop.commerce.ask(read)


async def test_the_right_code_makes_a_customer_and_neither_phone_nor_code_is_kept_in_the_open(shop):
    phone, viewer = Phone(shop), public_id()
    assert (await phone.ask(viewer)).expires_in_ms == 300_000
    assert await shop.commerce.ask(questions.customer, viewer, shop.room_a) is None
    found = await phone.type(viewer)
    assert (found.outcome, found.cut) == ("in", ())
    assert await shop.commerce.ask(questions.customer, viewer, shop.room_a) == found.customer
    assert shop.commerce.unseal("customer phone", found.customer.sealed) == b"+8613800138000"
    everything = str(await rows(shop, tables.customer)) + str(await rows(shop, tables.login_code))
    assert "13800138000" not in everything
    assert "123456" not in everything
    assert (await phone.type(viewer)).outcome == "none", "a code is good once"


async def test_a_wrong_code_is_counted_and_after_some_the_right_one_is_too_late(shop):
    phone, viewer = Phone(shop), public_id()
    await phone.ask(viewer)
    left = [(await phone.type(viewer, f"00000{n}")).tries for n in range(TRIES_MAX)]
    assert left == [4, 3, 2, 1, 0]
    assert (await phone.type(viewer)).outcome == "none"
    assert await rows(shop, tables.customer) == []


async def test_a_code_is_the_viewers_the_phones_and_the_merchants_own_and_grows_old(shop):
    phone, viewer = Phone(shop), public_id()
    await phone.ask(viewer)
    assert (await phone.type(public_id())).outcome == "none"
    assert (await Phone(shop, "+8613800138001").type(viewer)).outcome == "none"
    other = await shop.commerce.execute(c.CreateMerchant("Other", f"other-{public_id()}"))
    elsewhere = await shop.commerce.ask(questions.channels, other.id)
    assert (await phone.type(viewer, room=elsewhere[0].room)).outcome == "none"
    shop.clock.advance(300)
    assert (await phone.type(viewer)).outcome == "none"


async def test_a_later_code_replaces_the_earlier(shop):
    phone, viewer = Phone(shop), public_id()
    await phone.ask(viewer, "111111")
    shop.clock.advance(61)
    await phone.ask(viewer, "222222")
    assert (await phone.type(viewer, "111111")).outcome == "wrong"
    assert (await phone.type(viewer, "222222")).outcome == "in"


async def test_codes_are_limited_per_phone(shop):
    phone, sent = Phone(shop), 0
    assert (await phone.ask(public_id())).wait_ms == 0
    assert (await phone.ask(public_id())).wait_ms == 60_000, "whoever asks: one a minute"
    for _ in range(30):
        shop.clock.advance(61)
        sent += (await phone.ask(public_id())).wait_ms == 0
    assert sent == 4, "five an hour, with the first"
    shop.clock.advance(23 * 3600 - 31 * 61)
    for _ in range(59):
        shop.clock.advance(60)
        sent += (await phone.ask(public_id())).wait_ms == 0
    assert sent == 9, "ten a day, with the first"


async def test_codes_are_limited_per_viewer_and_per_caller(shop):
    viewer, caller = public_id(), f"192.0.2.{public_id()}"
    asked = [await Phone(shop, f"+86139{n:08d}").ask(viewer, caller=f"{caller} {n}") for n in range(11)]
    assert [found.wait_ms for found in asked] == [0] * 10 + [3_600_000]
    asked = [await Phone(shop, f"+86137{n:08d}").ask(public_id(), caller=caller) for n in range(61)]
    assert [found.wait_ms for found in asked] == [0] * 60 + [3_600_000]


async def test_limits_and_codes_outlive_the_node(shop, open_commerce):
    phone, viewer = Phone(shop), public_id()
    await phone.ask(viewer)
    await phone.type(viewer, "000000")
    await shop.commerce.close()
    shop.commerce = await open_commerce(shop.url)
    phone = Phone(shop)
    assert (await phone.ask(viewer)).wait_ms == 60_000
    assert (await phone.type(viewer, "000000")).tries == 3
    assert (await phone.type(viewer)).outcome == "in"


async def test_a_browser_is_one_customers_at_a_time(shop):
    viewer = public_id()
    first = await Phone(shop).log_in(public_id(), fresh=viewer)
    again = await Phone(shop).log_in(viewer)
    assert (first.renewed, again.renewed, again.customer) == (True, False, first.customer)
    other = Phone(shop, "+8613800138001")
    await other.ask(viewer)
    with pytest.raises(Conflict, match="log out first"):
        await other.type(viewer)
    assert (await shop.commerce.ask(questions.customer, viewer, shop.room_a)) == first.customer


async def test_a_rule_may_bind_by_the_login(shop):
    from commerce.attribution import LockRule  # noqa: PLC0415

    await shop.commerce.execute(c.SetLockRule(shop.merchant.id, LockRule(bind_on="login")))
    viewer = public_id()
    assert (await shop.enter(viewer)).bound is None
    await Phone(shop).log_in(viewer)
    assert (await shop.enter(viewer, shop.room_b)).bound == shop.store_a.channel
