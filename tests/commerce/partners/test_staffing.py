"""A channel's owner says who works for it: logins at its desk, and customers who buy by the rule for staff."""

import pytest

from commerce import commands as c
from commerce.attribution import LockRule
from commerce.commands import staffing as s
from commerce.commands.partners import ChangeChannel
from commerce.errors import Conflict, Forbidden, NotFound
from commerce.partners import staffing
from commerce.partners.staffing import channel_staff
from commerce.store import tables
from commerce.store.ids import public_id


def add(money, user="clerk", channel=None):
    channel = channel or money.shop.store_a.channel
    return money.execute(s.AddStaff(money.merchant, channel, user, "hash", "staff", "ann"))


def tie(money, viewer, works=True, channel=None):
    return money.execute(s.TieStaff(money.merchant, channel or money.shop.store_a.channel, viewer, works, "ann"))


async def test_logins_come_and_go(money, monkeypatch):
    store = money.shop.store_a.channel
    await money.execute(c.CreateUser(money.merchant, "ann", "hash", "channel_owner", store))
    await add(money)
    with pytest.raises(Conflict):
        await add(money, "CLERK")
    (login,) = await money.rows(tables.login, name="clerk")
    await money.execute(c.OpenSession(login.id, 60))
    for user, channel in (("ann", store), ("clerk", money.shop.store_b.channel), ("boss", store)):
        with pytest.raises(NotFound):
            await money.execute(s.RemoveStaff(money.merchant, channel, user, "ann"))
    found = await money.ask(channel_staff, money.merchant, store)
    assert [(name, role) for name, role, _ in found.logins] == [("clerk", "staff")]
    monkeypatch.setattr(staffing, "LOGINS_MAX", 1)
    with pytest.raises(Conflict):
        await add(money, "other")
    await money.execute(s.RemoveStaff(money.merchant, store, "Clerk", "ann"))
    assert (await money.rows(tables.login, name="clerk"), await money.rows(tables.session)) == ([], [])
    told = [leaf.party for leaf in await money.rows(tables.log_leaf, kind="staff")]
    assert told == [money.a, money.a]


async def test_a_customer_works_for_the_channel_he_is_of(money):
    order = await money.sold()
    (row,) = await money.rows(tables.orders, public_id=order.order)
    (person,) = await money.rows(tables.viewer, id=row.viewer_id)
    with pytest.raises(NotFound):
        await tie(money, person.public_id, channel=money.shop.store_b.channel)
    await tie(money, person.public_id)
    await tie(money, person.public_id)
    found = await money.ask(channel_staff, money.merchant, money.shop.store_a.channel)
    assert [viewer for viewer, _ in found.viewers] == [person.public_id]
    for works in (True, False):  # another's staff is neither to be had nor to be dismissed
        with pytest.raises(Conflict):
            await tie(money, person.public_id, works, money.shop.store_b.channel)
    await tie(money, person.public_id, works=False)
    await tie(money, person.public_id, works=False)
    assert await money.rows(tables.staff) == []
    with pytest.raises(NotFound):
        await tie(money, "0" * 16)


async def test_whose_binding_is_over_is_no_customer_to_be_tied(money):
    viewer = public_id()
    await money.lock(LockRule(validity=30))
    await money.shop.enter(viewer, money.shop.room_a)
    money.shop.clock.advance(30 * 86_400)
    with pytest.raises(NotFound) as caught:
        await tie(money, viewer)
    assert caught.value.field == "viewer"


async def test_nobody_is_tied_to_a_channel_that_is_closed(money):
    viewer, store = public_id(), money.shop.store_a.channel
    await money.shop.enter(viewer, money.shop.room_a)
    await money.execute(ChangeChannel(money.merchant, store, "close", "over", "boss"))
    with pytest.raises(Forbidden):
        await tie(money, viewer)


async def test_headquarters_give_an_owner_his_login_and_another_password(money):
    store = money.shop.store_a.channel

    def owner(user="ann", channel=store):
        return money.execute(s.SetOwner(money.merchant, channel, user, "hash", "boss"))

    await owner()
    (login,) = await money.rows(tables.login, name="ann")
    assert (login.role, login.password_hash) == ("channel_owner", "hash")
    await money.execute(c.OpenSession(login.id, 60))
    await owner("Ann")
    assert await money.rows(tables.session) == []
    with pytest.raises(Conflict):  # another channel's owner is called that
        await owner("ann", money.shop.store_b.channel)
    house = next(row.public_id for row in await money.rows(tables.channel) if row.house)
    with pytest.raises(Forbidden):
        await owner("bob", house)
    events = [leaf.body for leaf in await money.rows(tables.log_leaf, kind="staff")]
    assert [("owner added" in body, "password changed" in body) for body in events] == [(True, False), (False, True)]
