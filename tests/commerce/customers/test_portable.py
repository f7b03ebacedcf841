"""A merchant takes his customers along: in the open on the way, sealed again there, the same people to log in."""

import asyncio
import json

import pytest
from sqlalchemy import select

from commerce import commands as c
from commerce import questions
from commerce.customers.portable import closed, opened
from commerce.errors import Conflict
from commerce.leaving import station
from commerce.leaving.files import read_manifest, read_rows
from commerce.payments.ways import providers
from commerce.store import tables
from commerce.store.ids import public_id
from commerce.vault import Vault
from tests.commerce.customers.people import ADDRESS, Phone, put


def test_only_sealed_columns_are_touched():
    vault = Vault(b"s" * 32)
    row = {"id": 1, "sealed": None}
    assert opened(vault, "customer", row) == row == closed(vault, "customer", row, "m")
    assert opened(vault, "orders", row | {"sealed": b"x"}) == row | {"sealed": b"x"}


def move(shop, tmp_path):
    now = int(shop.clock() * 1000)
    with station.station(shop.url, tmp_path, "s" * 32, now) as at:
        station.leave(at, shop.merchant.merchant, None, tmp_path / "out")
    (tmp_path / "home").mkdir()
    with station.station("", tmp_path / "home", "t" * 32, now) as at:
        station.arrive(at, tmp_path / "out")
        with at.engine.connect() as connection:
            return connection.execute(select(tables.address)).one(), at.vault


async def test_customers_and_addresses_move_with_the_merchant(sqlite_shop, tmp_path, open_commerce):
    shop, early, late = sqlite_shop, public_id(), public_id()
    await shop.enter(early)
    customer = (await Phone(shop).log_in(late)).customer
    await Phone(shop).log_in(early)  # the viewer with the lower key is the one that was merged
    await put(shop, late)
    address, vault = await asyncio.to_thread(move, shop, tmp_path)
    (row,) = read_rows(tmp_path / "out" / "tables" / "customer.jsonl")
    assert bytes.fromhex(row["sealed"]) == b"+8613800138000"
    assert json.loads(vault.unseal("address", address.sealed)) == ADDRESS
    assert ADDRESS["address"].encode() not in address.sealed

    shop.commerce = await open_commerce(f"sqlite:///{tmp_path / 'home' / 'fenbo.sqlite3'}", secret="t" * 32)
    found = await Phone(shop).log_in(public_id())
    assert (found.customer.customer, len(found.customer.addresses)) == (customer.customer, 1)
    assert await shop.commerce.ask(questions.customer, early, shop.room_a) == found.customer
    await shop.commerce.execute(c.SetCartLine(early, shop.room_a, shop.sku, 1))


async def test_what_opens_the_doors_of_others_stays_and_is_entered_again(sqlite_shop, tmp_path, open_commerce):
    shop, own = sqlite_shop, sqlite_shop.merchant.id
    sealed = shop.commerce.seal("restream/1", b"rtmp://example.org/app/key")
    await shop.commerce.execute(c.PutRestream(own, "elsewhere", "example.org", sealed))
    await shop.commerce.execute(c.PutProvider(own, "stripe", "sk_live_...", sealed, enabled=True))
    viewer = public_id()
    await Phone(shop).log_in(viewer)
    await put(shop, viewer)
    await asyncio.to_thread(move, shop, tmp_path)
    manifest = await asyncio.to_thread(read_manifest, tmp_path / "out")
    assert manifest["left_out"] == ["restream.sealed", "payment_provider.sealed"]
    for name in ("restream", "payment_provider"):
        assert [row["sealed"] for row in read_rows(tmp_path / "out" / "tables" / f"{name}.jsonl")] == [""]

    home = await open_commerce(f"sqlite:///{tmp_path / 'home' / 'fenbo.sqlite3'}", secret="t" * 32)
    (restream,) = await home.ask(questions.restreams, own)
    (provider,) = await home.ask(providers, own)
    assert (restream.enabled, restream.sealed) == (provider.enabled, b"") == (False, b"")
    assert not provider.configured
    for command in (c.SwitchRestream(own, "elsewhere", True), c.SwitchProvider(own, "stripe", True)):
        with pytest.raises(Conflict, match="again"):
            await home.execute(command)
    again = home.seal("restream/1", b"rtmp://example.org/app/key")
    assert (await home.execute(c.PutRestream(own, "elsewhere", "example.org", again))).enabled
    assert (await home.execute(c.PutProvider(own, "stripe", "sk_live_...", again, enabled=True))).configured
