"""A partner's parcel: his customers with their contacts, nobody else's, and its manifest holds."""

import asyncio
import csv
import io
import zipfile

import pytest

from commerce.errors import NotFound
from commerce.leaving.files import read_manifest
from commerce.leaving.parcel import BUNDLE, channel_parcel
from commerce.proof.signing import Signer
from commerce.store.ids import public_id


async def parcel_of(money, channel):
    signer = Signer(money.shop.commerce._vault)
    return await money.ask(channel_parcel, money.merchant, channel, signer.sign)


async def test_his_own_customers_in_full_and_nobody_else_s(money, tmp_path):
    mine, other = public_id(), public_id()
    for viewer, room in ((mine, money.shop.room_a), (other, money.shop.room_b)):
        await money.shop.enter(viewer, room)
        await money.sold(viewer, room)
    await money.statement()
    parcel, whose = await parcel_of(money, money.shop.store_a.channel)
    with parcel, zipfile.ZipFile(parcel) as packed:
        names = set(packed.namelist())
        rows = list(csv.DictReader(io.StringIO(packed.read("customers.csv").decode("utf-8-sig"))))
        everything = b"".join(packed.read(name) for name in names)
        packed.extractall(tmp_path / "out")
    assert whose == (mine,)
    assert [(row["customer"], row["phone"]) for row in rows] == [(mine, "13800138000")]
    assert other.encode() not in everything
    signed = {"customers.jsonl", "orders.jsonl", "commission.jsonl", "proofs/statement.json", "manifest.json"}
    assert {f"{BUNDLE}/{name}" for name in signed} <= names
    assert {name for name in names if not name.startswith(f"{BUNDLE}/")} == {"customers.csv"}
    manifest = await asyncio.to_thread(read_manifest, tmp_path / "out" / BUNDLE)
    assert manifest["rows"]["customers"] == 1


async def test_of_no_channel_there_is_none(money):
    with pytest.raises(NotFound):
        await parcel_of(money, "0" * 16)
