"""Everything about one person: to take away, and to be erased."""

import json

import pytest
from sqlalchemy import select

from commerce import commands as c
from commerce.commands.earning import EraseViewer
from commerce.errors import NotFound
from commerce.privacy.subject import subject
from commerce.proof.verify import verify_statement
from commerce.store import tables
from commerce.store.ids import public_id
from commerce.store.tables import metadata
from tests.commerce.customers.people import Phone

SECRETS = ("Li Lei", "13800138000", "Zhongshan", "a secret wish", "Lei the loud", "is it warm")


async def lived(money):
    """A viewer who left something in every place there is."""
    viewer, shop = public_id(), money.shop
    await shop.enter(viewer)
    await money.execute(c.NameViewer(viewer, shop.room_a, "Lei the loud"))
    await money.execute(c.AskHost(shop.room_a, viewer, "Lei the loud", "is it warm"))
    order = await shop.pay(await shop.place(viewer, note="a secret wish"))
    await money.arrived(order)
    return viewer, order


def everything(reading, merchant):
    """All that the store says of a merchant, as text."""
    found = []
    for table in metadata.sorted_tables:
        if "merchant_id" in table.columns:
            found += map(str, reading.connection.execute(select(table).where(table.c.merchant_id == merchant)))
    return "\n".join(found)


async def test_all_of_it_is_handed_out_and_nobody_else_s(money_anywhere):
    money = money_anywhere
    viewer, order = await lived(money)
    await money.sold()
    found = await money.ask(subject, money.merchant, viewer)
    text = json.dumps(found, ensure_ascii=False)
    assert [secret for secret in SECRETS if secret not in text] == []
    assert {row["public_id"] for row in found["tables"]["orders"]} == {order.order}
    assert {"touch", "binding", "question", "log_leaf", "payment", "commission_line"} <= set(found["tables"])
    assert len(found["tables"]["commission_line"]) == 1
    with pytest.raises(NotFound):
        await money.ask(subject, money.merchant, "0" * 16)


async def test_what_he_earned_under_a_name_he_had_before_is_handed_out_too(money):
    """He shared as a guest, and then turned out to be whom the merchant knew as another."""
    shop, one, two, buyer = money.shop, public_id(), public_id(), public_id()
    link = await money.shared(one, shop.store_a)
    await shop.enter(buyer, shop.room_a, link.code)
    await shop.pay(await shop.place(buyer))
    for viewer in (two, one):
        await shop.enter(viewer)
        await Phone(shop).log_in(viewer)
    found = await money.ask(subject, money.merchant, one)
    assert [row["kind"] for row in found["tables"]["commission_line"]] == ["share"]
    assert found == await money.ask(subject, money.merchant, two) | {"viewer": one}


async def test_nothing_of_it_is_left_after_the_erasure_and_every_proof_holds(money_anywhere):
    money = money_anywhere
    viewer, _ = await lived(money)
    before = await money.ask(everything, money.merchant)
    assert [secret for secret in SECRETS if secret not in before] == []
    assert await money.execute(EraseViewer(money.merchant, viewer, "boss")) == 1
    text = await money.ask(everything, money.merchant)
    assert [secret for secret in SECRETS if secret in text] == []
    assert verify_statement(await money.statement(), await money.key()).wrong == []
    (row,) = await money.rows(tables.access, kind="erased")
    assert (row.by, json.loads(row.rows)[0]) == ("boss", viewer)
