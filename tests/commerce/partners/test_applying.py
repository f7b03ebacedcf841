"""Who would be a partner: he applies, is approved in one step or refused, and is forgotten when he wants to be."""

import pytest

from commerce import commands as c
from commerce import questions
from commerce.commands import joining as j
from commerce.commands.guarding import ApplyRetention, SetRetention
from commerce.commands.partners import ChangeChannel
from commerce.errors import Conflict, Forbidden, NotFound, WrongState
from commerce.paging import Paging
from commerce.partners import applying
from commerce.partners.joining import applications, merchant_called
from commerce.store import tables
from commerce.store.ids import public_id


def form(login="ann", token=b"1"):
    return j.Form("Ann's", b"who she is", login, "hash", token * 32)


@pytest.fixture
def approve(money):
    async def one(application, parent=None, level="gold", room="anns"):
        room = f"{room}-{public_id()[:8]}"
        return await money.execute(j.ApproveApplication(money.merchant, application, parent, level, room, "boss"))

    return one


async def found(money, state=None):
    return await money.ask(applications, money.merchant, Paging(), state)


async def test_approved_makes_channel_room_and_login(money, approve):
    application = await money.execute(j.Apply(money.merchant, form()))
    parent = money.shop.store_a.channel
    channel = await approve(application, parent)
    made = await money.ask(questions.channel, money.merchant, channel)
    assert (made.name, made.parent, made.level, made.state) == ("Ann's", parent, "gold", "active")
    (login,) = await money.rows(tables.login, name="ann")
    assert (login.role, login.password_hash) == ("channel_owner", "hash")
    (row,) = await money.rows(tables.application)
    assert (row.state, row.password_hash, row.decided_by) == ("approved", "", "boss")
    assert [each.channel for each in await found(money, "approved")] == [channel]
    assert [leaf.kind for leaf in await money.rows(tables.log_leaf, kind="joined")] == ["joined"]
    with pytest.raises(WrongState):
        await approve(application)


async def test_all_or_nothing(money, approve):
    application = await money.execute(j.Apply(money.merchant, form()))
    await money.execute(c.CreateUser(money.merchant, "ANN", "hash"))
    channels = len(await money.ask(questions.channels, money.merchant))
    with pytest.raises(Conflict):
        await approve(application)
    assert len(await money.ask(questions.channels, money.merchant)) == channels
    assert [each.state for each in await found(money)] == ["open"]
    closed = money.shop.store_b.channel
    await money.execute(ChangeChannel(money.merchant, closed, "close", "gone", "boss"))
    with pytest.raises(Forbidden):
        await approve(application, closed)


async def test_a_login_is_wanted_by_one_and_free_again_after_a_refusal(money):
    first = await money.execute(j.Apply(money.merchant, form()))
    with pytest.raises(Conflict):
        await money.execute(j.Apply(money.merchant, form("Ann", b"2")))
    await money.execute(j.RefuseApplication(money.merchant, first, "too far away", "boss"))
    await money.execute(j.Apply(money.merchant, form("Ann", b"2")))
    assert [(each.state, each.reason) for each in await found(money)] == [("open", ""), ("refused", "too far away")]


async def test_so_many_wait_and_no_more(money, monkeypatch):
    monkeypatch.setattr(applying, "OPEN_MAX", 2)
    for number in (b"1", b"2"):
        await money.execute(j.Apply(money.merchant, form(f"ann{number.decode()}", number)))
    with pytest.raises(Conflict):
        await money.execute(j.Apply(money.merchant, form("ann3", b"3")))


async def test_who_applied_is_forgotten(money):
    application = await money.execute(j.Apply(money.merchant, form()))
    with pytest.raises(WrongState):
        await money.execute(j.EraseApplication(money.merchant, application, "boss"))
    await money.execute(j.WithdrawApplication(money.merchant, b"1" * 32))
    await money.execute(j.WithdrawApplication(money.merchant, b"1" * 32))
    (row,) = await money.rows(tables.application)
    assert (row.state, row.sealed, row.login, row.password_hash) == ("withdrawn", None, "", "")
    second = await money.execute(j.Apply(money.merchant, form(token=b"2")))
    await money.execute(j.RefuseApplication(money.merchant, second, "no", "boss"))
    await money.execute(j.EraseApplication(money.merchant, second, "boss"))
    assert [each.sealed for each in await found(money)] == [None, None]
    assert [row.kind for row in await money.rows(tables.access, what="applications")] == ["erased"]


async def test_nothing_of_another_merchant(money, approve):
    application = await money.execute(j.Apply(money.merchant, form()))
    rival = await money.execute(c.CreateMerchant("Rival", f"rival-{public_id()[:8]}"))
    for command in (
        j.RefuseApplication(rival.id, application, "no", "boss"),
        j.ApproveApplication(rival.id, application, None, "", "rivals", "boss"),
        j.WithdrawApplication(rival.id, b"1" * 32),
    ):
        with pytest.raises(NotFound):
            await money.execute(command)
    assert await money.ask(applications, rival.id, Paging()) == ()
    assert (await money.ask(merchant_called, rival.merchant)).id == rival.id


async def test_the_clock_forgets_who_was_refused(money):
    refused = await money.execute(j.Apply(money.merchant, form()))
    await money.execute(j.RefuseApplication(money.merchant, refused, "no", "boss"))
    await money.execute(j.Apply(money.merchant, form("bob", b"2")))
    await money.execute(SetRetention(money.merchant, "boss", contact_days=1))
    money.shop.clock.advance(2 * 86_400)
    assert await money.execute(ApplyRetention(10)) == 1
    assert [each.sealed is None for each in await found(money)] == [False, True]
