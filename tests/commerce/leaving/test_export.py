"""Export: every table with a merchant, found from the metadata; a partner gets his own rows and no other's."""

import asyncio
import json

import pytest

from commerce import commands as c
from commerce.errors import CommerceError, Conflict, NotFound
from commerce.leaving import station
from commerce.leaving.check import check_folder
from commerce.leaving.export import LEFT_BEHIND, merchant_tables
from commerce.leaving.files import read_manifest, read_rows
from commerce.proof.verify import verify_statement
from commerce.store import tables
from commerce.store.ids import public_id
from commerce.store.tables import metadata
from tests.commerce.leaving.test_farewell import say_farewell


def leave(money, folder, channel=None, merchant=None):
    with station.station(money.shop.url, folder.parent, "s" * 32, int(money.shop.clock() * 1000)) as at:
        return station.leave(at, merchant or money.shop.merchant.merchant, channel, folder)


def test_only_what_means_nothing_elsewhere_stays_behind():
    with_merchant = {name for name, table in metadata.tables.items() if "merchant_id" in table.columns}
    assert {table.name for table in merchant_tables()} | set(LEFT_BEHIND) == with_merchant
    assert len(LEFT_BEHIND) == 3


async def test_everything_is_there_in_both_forms_with_its_pictures_and_proofs(money, tmp_path):
    await money.execute(c.UpdateRoom(money.merchant, money.shop.store_a.channel, logo_url="https://example.org/a.png"))
    shown = await money.execute(c.PutImage(money.merchant, money.shop.product.product, (b"s", b"m", b"\xffl")))
    await money.sold()
    manifest = await asyncio.to_thread(leave, money, tmp_path / "out")
    assert (manifest["rows"]["orders"], manifest["rows"]["image"]) == (1, 3)
    names = {entry["file"] for entry in manifest["files"]}
    assert {f"tables/{table.name}.{end}" for table in merchant_tables() for end in ("jsonl", "parquet")} <= names
    assert json.loads((tmp_path / "out" / "media.json").read_text()) == [
        shown.image_url,
        "https://example.org/a.png",
    ]
    (picture,) = json.loads((tmp_path / "out" / "images.json").read_text())
    assert picture["url"] == shown.image_url
    assert (tmp_path / "out" / picture["file"]).read_bytes() == b"\xffl"
    assert picture["file"] in names
    (recording,) = json.loads((tmp_path / "out" / "recordings.json").read_text())
    show = money.shop.show
    assert (recording["title"], recording["folder"]) == (show.title, f"recordings/{show.show}")
    assert f"proofs/channel-{money.shop.store_a.channel}.json" in names
    assert await asyncio.to_thread(read_manifest, tmp_path / "out") == manifest


async def test_a_partner_leaves_with_his_customers_and_nobody_elses(money, tmp_path):
    viewers = [public_id(), public_id()]
    for viewer, room in zip(viewers, (money.shop.room_a, money.shop.room_b), strict=True):
        await money.shop.enter(viewer, room)
        await money.sold(viewer, room)
    await asyncio.to_thread(leave, money, tmp_path / "own", money.shop.store_a.channel)
    everything = "".join(path.read_text() for path in (tmp_path / "own").rglob("*.json*"))
    assert viewers[0] in everything
    assert viewers[1] not in everything
    (customer,) = read_rows(tmp_path / "own" / "customers.jsonl")
    assert json.loads(customer["contact"])["phone"] == "13800138000"
    assert [row["amount_minor"] for row in read_rows(tmp_path / "own" / "commission.jsonl")] == [990]


async def test_a_statement_of_any_size_is_exported(money, tmp_path, monkeypatch):
    """The desk's own has a limit; what is taken away has none, and is written a page of entries at a time."""
    monkeypatch.setattr("commerce.proof.statement.LINES_MAX", 2)
    monkeypatch.setattr("commerce.proof.statement.PAGE", 3)
    for _ in range(3):
        await money.sold()
    with pytest.raises(Conflict):
        await money.statement()
    await asyncio.to_thread(leave, money, tmp_path / "own", money.shop.store_a.channel)
    file = tmp_path / "own" / "proofs" / "statement.json"
    report = verify_statement(json.loads(file.read_text("utf-8")), await money.key())
    assert (report.wrong, report.entries) == ([], len(await money.rows(tables.log_leaf, party=money.a)))
    await asyncio.to_thread(say_farewell, money, tmp_path / "bye")
    found = await asyncio.to_thread(check_folder, tmp_path / "bye", await money.key())
    assert found.wrong == ()
    assert found.statements > 2


async def test_what_cannot_be_exported_says_why(money, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    for error, given in (
        (CommerceError, {"folder": tmp_path / "full"}),
        (CommerceError, {"folder": tmp_path / "full", "channel": money.shop.store_a.channel}),
        (NotFound, {"folder": tmp_path / "a", "merchant": "nobody"}),
        (NotFound, {"folder": tmp_path / "b", "channel": "0" * 16}),
    ):
        with pytest.raises(error):
            await asyncio.to_thread(leave, money, **given)
