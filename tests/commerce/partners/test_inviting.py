"""Invitations: each admits one, at once or after an approval, until it expires or is taken back."""

import pytest

from commerce import commands as c
from commerce import questions
from commerce.commands import joining as j
from commerce.commands.earning import SetChannelLevel
from commerce.commands.partners import SetPartnerTerms
from commerce.errors import Conflict, Forbidden, NotFound
from commerce.paging import Paging
from commerce.partners.joining import applications, invitations
from commerce.store import tables
from commerce.store.ids import public_id

LINK = b"i" * 32


def accept(money, link=LINK, login="ann", merchant=None):
    form = j.Form("Ann's", b"who she is", login, "hash", login.encode().ljust(32))
    return money.execute(j.AcceptInvitation(merchant or money.merchant, link, form, f"anns-{public_id()[:8]}"))


def invite(money, of=None, level="", link=LINK, days=7):
    return money.execute(j.Invite(money.merchant, link, None, level, days, "boss", of))


async def test_at_once_where_the_terms_say_so_and_never_twice(money):
    await money.execute(SetPartnerTerms(money.merchant, 30, approve_invited=False))
    store = money.shop.store_a.channel
    await money.execute(SetChannelLevel(money.merchant, store, "gold"))
    await invite(money, of=store, level="gold")
    assert await accept(money) == "approved"
    made = (await money.ask(questions.channels, money.merchant))[-1]
    assert (made.name, made.parent, made.level) == ("Ann's", store, "gold")
    with pytest.raises(Conflict, match="used"):
        await accept(money, login="bob")
    assert await money.rows(tables.login, name="bob") == []
    assert [each.state for each in await money.ask(invitations, money.merchant, Paging(), store)] == ["used"]


async def test_after_an_approval_otherwise(money):
    await invite(money, level="gold")
    assert await accept(money) == "open"
    (application,) = await money.ask(applications, money.merchant, Paging())
    house = (await money.ask(questions.channels, money.merchant))[0].channel
    assert (application.state, application.parent, application.level) == ("open", house, "gold")


async def test_a_failed_form_uses_nothing_up(money):
    await invite(money)
    await money.execute(c.CreateUser(money.merchant, "ann", "hash"))
    with pytest.raises(Conflict, match="taken"):
        await accept(money)
    assert await accept(money, login="bob") == "open"


async def test_taken_back_expired_or_anothers(money):
    revoked = await invite(money)
    await money.execute(j.RevokeInvitation(money.merchant, revoked))
    await money.execute(j.RevokeInvitation(money.merchant, revoked))
    with pytest.raises(Conflict, match="taken back"):
        await accept(money)
    await invite(money, link=b"x" * 32, days=1)
    rival = await money.execute(c.CreateMerchant("Rival", f"rival-{public_id()[:8]}"))
    with pytest.raises(NotFound):
        await accept(money, link=b"x" * 32, merchant=rival.id)
    money.shop.clock.advance(86_400)
    with pytest.raises(Conflict, match="expired"):
        await accept(money, link=b"x" * 32)
    states = [each.state for each in await money.ask(invitations, money.merchant, Paging())]
    assert states == ["expired", "revoked"]


async def test_a_channel_invites_below_itself_at_its_own_level(money):
    a, b = money.shop.store_a.channel, money.shop.store_b.channel
    with pytest.raises(Forbidden):
        await invite(money, of=a, level="gold")
    mine = await invite(money, of=a)
    with pytest.raises(NotFound):
        await money.execute(j.RevokeInvitation(money.merchant, mine, b))
    assert await money.ask(invitations, money.merchant, Paging(), b) == ()
    await money.execute(j.RevokeInvitation(money.merchant, mine, a))
