"""What is seen of applications and invitations: in pages, by private links, by an invitation."""

import pytest

from commerce.commands import joining as j
from commerce.commands.partners import SetPartnerTerms
from commerce.errors import Conflict, Invalid, NotFound
from commerce.paging import Paging
from commerce.partners.joining import application_by_link, applications, invited, merchant_called


def link(number):
    return bytes([number]) * 32


async def test_applications_in_pages_the_latest_first(money):
    for number in range(3):
        form = j.Form(f"Shop {number}", b"who", f"ann{number}", "hash", link(number))
        await money.execute(j.Apply(money.merchant, form))
    first = Paging(None, 2)
    assert [each.shop for each in await money.ask(applications, money.merchant, first)] == ["Shop 2", "Shop 1"]
    assert [each.shop for each in await money.ask(applications, money.merchant, Paging(first.next, 2))] == ["Shop 0"]
    assert await money.ask(applications, money.merchant, Paging(), "refused") == ()
    with pytest.raises(Invalid):
        await money.ask(applications, money.merchant, Paging(), "lost")


async def test_a_private_link_shows_what_became_of_it(money):
    application = await money.execute(j.Apply(money.merchant, j.Form("Ann's", b"who", "ann", "hash", link(1))))
    assert await money.ask(application_by_link, money.merchant, link(1)) == ("Ann's", "open", "", "")
    await money.execute(j.ApproveApplication(money.merchant, application, None, "", "anns-room", "boss"))
    assert await money.ask(application_by_link, money.merchant, link(1)) == ("Ann's", "approved", "", "anns-room")
    with pytest.raises(NotFound):
        await money.ask(application_by_link, money.merchant, link(2))


async def test_an_invitation_says_where_it_leads_until_it_does_no_more(money):
    store = money.shop.store_a.channel
    name = await money.execute(j.Invite(money.merchant, link(3), store, "gold", 7, "boss"))
    found = await money.ask(invited, money.merchant, link(3))
    assert (found.parent, found.level, found.at_once) == ("Store A", "gold", False)
    await money.execute(SetPartnerTerms(money.merchant, 30, approve_invited=False))
    assert (await money.ask(invited, money.merchant, link(3))).at_once
    await money.execute(j.RevokeInvitation(money.merchant, name))
    with pytest.raises(Conflict):
        await money.ask(invited, money.merchant, link(3))


async def test_nobody_is_called_that(money):
    for name in ("nobody", "\x00"):
        with pytest.raises(NotFound):
            await money.ask(merchant_called, name)
