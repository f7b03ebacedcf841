"""The address book: a few addresses, one of them chosen, nobody else's."""

import json

import pytest

from commerce import commands as c
from commerce import questions
from commerce.customers.book import ADDRESSES_MAX
from commerce.errors import Conflict, Forbidden, NotFound
from commerce.store.ids import public_id
from tests.commerce.customers.people import ADDRESS, Phone, put


async def book(shop, viewer):
    found = await shop.commerce.ask(questions.customer, viewer, shop.room_a)
    return [(address.address, address.chosen) for address in found.addresses]


async def test_addresses_are_added_changed_chosen_and_removed(shop):
    viewer = public_id()
    await Phone(shop).log_in(viewer)
    first, second = await put(shop, viewer), await put(shop, viewer, name="Office")
    assert await book(shop, viewer) == [(first.address, True), (second.address, False)]
    assert ADDRESS["address"].encode() not in first.sealed
    await put(shop, viewer, second.address, chosen=True, name="Work")
    assert await book(shop, viewer) == [(first.address, False), (second.address, True)]
    found = await shop.commerce.ask(questions.customer_address, viewer, shop.room_a, second.address)
    assert json.loads(shop.commerce.unseal("address", found.sealed))["name"] == "Work"
    await shop.commerce.execute(c.RemoveAddress(viewer, shop.room_b, second.address))
    assert await book(shop, viewer) == [(first.address, True)], "another is chosen then"
    await shop.commerce.execute(c.RemoveAddress(viewer, shop.room_b, first.address))
    assert await book(shop, viewer) == []


async def test_a_book_has_an_end(shop):
    viewer = public_id()
    await Phone(shop).log_in(viewer)
    for _ in range(ADDRESSES_MAX):
        await put(shop, viewer)
    with pytest.raises(Conflict, match="at most 10"):
        await put(shop, viewer)


async def test_another_ones_address_is_nowhere_and_a_guest_has_no_book(shop):
    owner, thief, guest = public_id(), public_id(), public_id()
    await Phone(shop).log_in(owner)
    await Phone(shop, "+8613800138001").log_in(thief)
    kept = await put(shop, owner)
    before = await shop.dump()
    for viewer, error in ((thief, NotFound), (guest, Forbidden)):
        with pytest.raises(error):
            await put(shop, viewer, kept.address, name="Thief")
        with pytest.raises(error):
            await shop.commerce.execute(c.RemoveAddress(viewer, shop.room_a, kept.address))
        with pytest.raises(NotFound):
            await shop.commerce.ask(questions.customer_address, viewer, shop.room_a, kept.address)
    with pytest.raises(Forbidden):
        await put(shop, guest)
    assert await shop.dump() == before
