"""Where parties want their money: one word of each, sealed, of the person that a sharer is."""

import asyncio

import pytest

from commerce.commands import earning as e
from commerce.customers.portable import PAYEE
from commerce.earning.payees import CHARS_MAX, Payee, find_payees, own_payee
from commerce.earning.payouts import sending
from commerce.errors import Forbidden, Invalid, NotFound
from commerce.leaving.files import read_rows
from commerce.payments.rails import sheet
from commerce.privacy.subject import subject
from commerce.proof.entry import channel_party, sharer_party
from commerce.sheets import BOM
from commerce.store import tables
from commerce.store.ids import public_id
from tests.commerce.customers.people import Phone
from tests.commerce.leaving.test_arrive import arrive
from tests.commerce.leaving.test_export import leave

CARD = Payee("Li Wei", "6222001234567890123", "ICBC")
WALLET = Payee("Mei", "mei@example.org", "Alipay")


def sealed(money, payee):
    return money.shop.commerce.seal(PAYEE, payee.encode())


async def said(money, *parties):
    found = await money.ask(find_payees, money.merchant, parties)
    return {party: each.opened(money.shop.commerce.unseal) for party, each in found.items()}


@pytest.mark.parametrize(
    ("account", "hint", "grouped"),
    [
        ("6222001234567890123", "••••0123", "6222 0012 3456 7890 123"),
        ("6222 0012 34", "••••234", "6222 0012 34"),
        ("mei@example.org", "••••.org", "mei@example.org"),
        ("GB33BUKB20201555555555", "••••5555", "GB33BUKB20201555555555"),
        ("12345", "••••5", "1234 5"),
        ("7", "••••", "7"),
    ],
)
def test_an_account_is_shown_in_part_and_written_so_that_a_spreadsheet_keeps_it(account, hint, grouped):
    payee = Payee("Mei", account, "Bank")
    assert (payee.hint, payee.grouped) == (hint, grouped)


def test_what_is_said_is_one_line_and_all_of_it():
    assert Payee.said(" Li\u3000 Wei\n", "\t6222 0012 ", "ICBC ") == Payee("Li Wei", "6222 0012", "ICBC")
    for field, most in CHARS_MAX.items():
        whole = {"holder": "Li", "account": "1", "bank": "b"}
        for wrong in (" ", "x" * (most + 1), "a\x00b"):
            with pytest.raises(Invalid) as caught:
                Payee.said(**whole | {field: wrong})
            assert caught.value.field == field
        assert getattr(Payee.said(**whole | {field: "x" * most}), field) == "x" * most


async def test_a_channels_last_word_counts_until_it_says_nothing(money_anywhere):
    money = money_anywhere
    channel = money.shop.store_a.channel
    party, other = channel_party(channel), channel_party(money.shop.store_b.channel)
    for payee in (WALLET, CARD):
        await money.execute(e.SetPayee(money.merchant, channel, sealed(money, payee), "anna"))
    assert await said(money, party, other, "merchant") == {party: CARD}
    (row,) = await money.rows(tables.payee)
    assert (row.by, CARD.account.encode() in row.sealed) == ("anna", False)
    await money.execute(e.SetPayee(money.merchant, channel, None, "anna"))
    assert await said(money, party) == {}
    with pytest.raises(NotFound):
        await money.execute(e.SetPayee(money.merchant, public_id(), sealed(money, CARD), "anna"))


async def test_a_sharer_says_it_as_the_customer_he_is(money):
    """And what he earned as a guest goes there too."""
    guest, phone, room = public_id(), Phone(money.shop), money.shop.room_a
    await money.shop.enter(guest)
    say = e.SetOwnPayee(guest, room, sealed(money, WALLET))
    with pytest.raises(Forbidden):
        await money.execute(say)
    assert await money.ask(own_payee, guest, room) is None
    first, fresh, again = public_id(), public_id(), public_id()
    await money.shop.enter(first)
    await phone.log_in(first, fresh=fresh)
    await phone.log_in(guest, fresh=again)
    await money.execute(e.SetOwnPayee(again, room, sealed(money, WALLET)))
    everyone = [sharer_party(viewer) for viewer in (first, fresh, guest, again)]
    stranger = sharer_party(public_id())
    assert await said(money, *everyone, stranger) == dict.fromkeys(everyone, WALLET)
    (row,) = await money.rows(tables.payee)
    assert row.party == row.by == sharer_party(first)
    assert (await money.ask(own_payee, fresh, room)).opened(money.shop.commerce.unseal) == WALLET
    told = await money.ask(subject, money.merchant, again, money.shop.commerce.open_row)
    assert "mei@example.org" in told["tables"]["payee"][0]["sealed"]
    await money.execute(e.EraseViewer(money.merchant, again, "boss"))
    assert await money.rows(tables.payee) == []


async def test_the_sheet_for_the_bank_says_where(money):
    await money.arrived(await money.sold())
    await money.execute(e.SetPayee(money.merchant, money.shop.store_a.channel, sealed(money, CARD), "anna"))
    await money.settle()
    await money.execute(e.BeginPayouts("sandbox"))
    due = await money.ask(sending, "sandbox", money.merchant)
    line = sheet(due, {}, await said(money, money.a)).removeprefix(BOM).splitlines()[1]
    assert line.split(",")[1:7] == [money.a, "", "Li Wei", "6222 0012 3456 7890 123", "ICBC", "9.90"]


async def test_it_is_the_merchants_to_take_along(money, tmp_path):
    await money.execute(e.SetPayee(money.merchant, money.shop.store_a.channel, sealed(money, CARD), "anna"))
    await asyncio.to_thread(leave, money, tmp_path / "out")
    (row,) = read_rows(tmp_path / "out" / "tables" / "payee.jsonl")
    assert Payee.read(bytes.fromhex(row["sealed"])) == CARD
    await asyncio.to_thread(arrive, tmp_path / "out", tmp_path / "home")
    assert CARD.account.encode() not in (tmp_path / "home" / "fenbo.sqlite3").read_bytes()
