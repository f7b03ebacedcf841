"""Old touches go, with what the log says of them; those that a binding rests on are told of for ever."""

import asyncio
import json

import pytest
from sqlalchemy import event

from commerce import commands as c
from commerce.attribution import LockRule
from commerce.commands.guarding import ApplyRetention, LiftLegalHold, SetLegalHold, SetRetention
from commerce.privacy.retention import retention_is_due
from commerce.proof.verify import verify_statement
from commerce.store import tables
from commerce.store.ids import public_id
from commerce.why import why_customer, why_order
from tests.commerce.test_growth import walking

DAY = 86_400


async def came(money, *rooms):
    """Somebody new, who is bound to the first room's channel."""
    viewer = public_id()
    for room in rooms or (money.shop.room_a, money.shop.room_b):
        await money.shop.enter(viewer, room)
    return viewer


async def said(money):
    """The touches that the log still tells of."""
    leaves = await money.rows(tables.log_leaf, kind="touch")
    return {json.loads(leaf.body)["touch"] for leaf in leaves if leaf.body is not None}


async def there(money, **where):
    return {row.public_id for row in await money.rows(tables.touch, **where)}


async def bound(money):
    keys = {row.touch_id for row in await money.rows(tables.binding)}
    return {row.public_id for row in await money.rows(tables.touch) if row.id in keys}


async def swept(money, limit):
    """Until there is nothing to do; answers how many rows each command looked at."""
    looked = []
    while found := await money.execute(ApplyRetention(limit)):
        looked.append(found)
    return looked


@pytest.mark.parametrize("limit", [1, 3, 500])
async def test_what_a_binding_rests_on_is_told_for_ever(money_anywhere, limit):
    money = money_anywhere
    people = [await came(money) for _ in range(4)]
    faithful = await came(money, money.shop.room_a)
    orders = [await money.sold(viewer) for viewer in (*people, faithful)]
    rests = await bound(money)
    assert (len(rests), len(await said(money))) == (5, 9)

    async def told():
        why = [await money.ask(why_order, money.merchant, order.order, "en") for order in orders]
        return [*why, await money.ask(why_customer, money.merchant, faithful, "en")]

    before = await told()
    await money.execute(SetRetention(money.merchant, "boss", touch_days=30))
    money.shop.clock.advance(31 * DAY)
    late = await came(money)
    looked = await swept(money, limit)
    assert all(count <= 5 * limit for count in looked)  # touches, and four leaves for each
    assert await said(money) == await there(money)
    assert rests < await there(money)
    assert len(await there(money)) == 5 + 2  # the bindings' and the late one's
    assert late
    assert await told() == before
    for party in (money.a, money.b):
        report = verify_statement(await money.statement(party), await money.key())
        assert (report.wrong, report.erased) == ([], 0 if party == money.a else 4)


async def test_what_was_held_goes_once_it_is_not(money):
    held = await came(money)
    hold = await money.execute(SetLegalHold(money.merchant, "boss", "case 12", viewer=held))
    await money.execute(SetRetention(money.merchant, "boss", touch_days=30))
    money.shop.clock.advance(31 * DAY)
    await swept(money, 2)
    assert len(await there(money)) == len(await said(money)) == 2
    await money.execute(LiftLegalHold(money.merchant, "boss", hold))
    money.shop.clock.advance(3_600)
    assert await money.ask(retention_is_due)
    await swept(money, 2)
    assert await said(money) == await there(money) == await bound(money)


async def test_a_touch_is_as_old_as_the_moment_it_counted(money_anywhere):
    """The page stayed open for 40 days before he came; he is bound by what he orders."""
    money, shop, viewer, other = money_anywhere, money_anywhere.shop, public_id(), public_id()
    await money.lock(LockRule(bind_on="order"))
    for each in (viewer, other):
        await money.execute(c.NoteTouch(each, shop.room_a))
    shop.clock.advance(40 * DAY)
    for each in (viewer, other):
        await money.execute(c.CountTouch(each, shop.room_a))
    await money.execute(SetRetention(money.merchant, "boss", touch_days=30))
    await swept(money, 1)
    assert (await shop.place(viewer, shop.room_b)).owner_channel.id == shop.store_a.channel
    shop.clock.advance(31 * DAY)
    await swept(money, 1)
    assert await said(money) == await there(money) == await bound(money), "the other's is gone, and its leaf"
    assert verify_statement(await money.statement(), await money.key()).erased == 1


async def test_a_second_look_does_not_go_through_what_stays(money):
    seen = {}

    def keep(connection, cursor, statement, parameters, context, executemany):
        if "touch" in statement or "log_leaf" in statement:
            seen[statement] = parameters[0] if isinstance(parameters, list) else parameters

    for _ in range(3):
        await came(money)
    await money.execute(SetRetention(money.merchant, "boss", touch_days=30))
    money.shop.clock.advance(31 * DAY)
    event.listen(money.shop.commerce._engine, "before_cursor_execute", keep)
    assert sum(await swept(money, 500)) >= 6 + 6
    assert any(statement.startswith("DELETE FROM touch") for statement in seen)
    path = money.shop.url.removeprefix("sqlite:///")
    asked = {s: given for s, given in seen.items() if s.startswith(("SELECT", "UPDATE log_leaf", "DELETE"))}
    assert await asyncio.to_thread(walking, path, asked) == []
    assert await asyncio.to_thread(walking, path, asked, "ix_touch_noted")
    money.shop.clock.advance(3_600)
    assert await swept(money, 500) == []
