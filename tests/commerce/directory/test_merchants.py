"""Tenants and their locks."""

import pytest
from sqlalchemy import select

from commerce import commands as c
from commerce import questions
from commerce.attribution import LockRule
from commerce.directory.merchants import zone
from commerce.errors import Conflict, Invalid, NotFound
from commerce.store import tables
from commerce.store.ids import public_id


@pytest.fixture
def shop(sqlite_shop):
    """Nothing here that a database could do differently."""
    return sqlite_shop


async def test_a_merchant_is_born_with_its_house(shop):
    slug = "hq-" + public_id()
    merchant = await shop.commerce.execute(c.CreateMerchant("Brand", slug, "Europe/Berlin", "EUR", "en"))
    (house,) = await shop.commerce.ask(questions.channels, merchant.id)
    assert (house.house, house.room, house.room_name, house.parent) == (True, slug, "Brand", None)
    assert merchant in await shop.commerce.ask(questions.merchants)
    assert await shop.commerce.ask(questions.merchant, merchant.id) == merchant


async def test_a_taken_address_and_a_zone_that_is_none(shop):
    before = await shop.dump()
    with pytest.raises(Conflict) as caught:
        await shop.commerce.execute(c.CreateMerchant("Brand", shop.room_a))
    assert caught.value.field == "room"
    with pytest.raises(Invalid) as refused:
        await shop.commerce.execute(c.CreateMerchant("Brand", "hq-" + public_id(), "Mars/Olympus"))
    assert refused.value.field == "timezone"
    assert await shop.dump() == before


@pytest.mark.parametrize("name", ["", "../etc/passwd", "/etc/passwd", "Nowhere/City", "a" * 64, "\x00"])
def test_only_iana_names_are_zones(name):
    with pytest.raises(Invalid):
        zone("timezone", name)


async def test_every_version_of_a_lock_is_kept(shop):
    rules = [LockRule(), LockRule(validity=30), LockRule(mode="last_touch")]
    for number, rule in enumerate(rules[1:], start=2):
        assert await shop.commerce.execute(c.SetLockRule(shop.merchant.id, rule)) == number
    table = tables.lock_rule
    query = select(table.c.version, table.c.digest).where(table.c.merchant_id == shop.merchant.id).order_by(table.c.id)
    rows = await shop.commerce.ask(lambda reading: reading.connection.execute(query).all())
    assert [tuple(row) for row in rows] == [(n, rule.digest()) for n, rule in enumerate(rules, start=1)]
    with pytest.raises(NotFound):
        await shop.commerce.execute(c.SetLockRule(-1, LockRule()))
