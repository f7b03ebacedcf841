"""Tenants and their locks."""

import pytest

from commerce import commands as c
from commerce import questions
from commerce.directory.merchants import zone
from commerce.errors import Conflict, Invalid
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
