"""Import: into a fresh installation only, everything or nothing, and a new log follows the old one."""

import asyncio
import json

import pytest
from sqlalchemy import select

from commerce import commands as c
from commerce import images
from commerce.commands.partners import SetPartnerTerms
from commerce.commands.studio import CAUSES, SLATE_BYTES_MAX, PutSlate
from commerce.errors import Conflict, Invalid
from commerce.leaving import station
from commerce.leaving.check import check_folder
from commerce.leaving.export import export_channel
from commerce.leaving.files import read_rows, write_manifest, write_rows
from commerce.proof.statement import keys_json, statement
from commerce.proof.verify import verify_statement
from commerce.store import tables
from tests.commerce.leaving.test_export import leave


@pytest.fixture
async def exported(money, tmp_path):
    await money.sold()
    await asyncio.to_thread(leave, money, tmp_path / "out")
    return tmp_path / "out"


def arrive(folder, home):
    home.mkdir(exist_ok=True)
    with station.station("", home, "t" * 32, 2_000_000_000_000) as at:
        name = station.arrive(at, folder).name
        with at.engine.connect() as connection:
            leaves = connection.execute(select(tables.log_leaf).where(tables.log_leaf.c.log == 2)).all()
        return name, leaves


async def test_the_new_log_begins_with_the_old_ones_last_signed_head(exported, tmp_path):
    name, leaves = await asyncio.to_thread(arrive, exported, tmp_path / "home")
    assert name == "Brand"
    assert [(leaf.position, leaf.kind) for leaf in leaves] == [(0, "import")]
    assert json.loads(leaves[0].body)["head"] == json.loads((exported / "proofs" / "head.json").read_text())
    with pytest.raises(Conflict):
        await asyncio.to_thread(arrive, exported, tmp_path / "home")


def merchants(home):
    with station.station("", home, "t" * 32, 1) as at, at.engine.connect() as connection:
        return connection.execute(select(tables.merchant)).all()


@pytest.mark.parametrize(
    ("spoil", "field"),
    [
        (lambda rows: rows[:-1], "orders.jsonl"),
        (lambda rows: [rows[0].replace('"state"', '"mood"')], "orders.jsonl"),
    ],
)
async def test_what_does_not_fit_is_named_and_nothing_stays(exported, tmp_path, spoil, field):
    file = exported / "tables" / "orders.jsonl"
    manifest = json.loads((exported / "manifest.json").read_text())
    file.write_text("".join(line + "\n" for line in spoil(file.read_text().splitlines())))
    about = {name: value for name, value in manifest.items() if name not in ("format", "files", "signature")}
    await asyncio.to_thread(write_manifest, exported, about, lambda message: message[:1])
    with pytest.raises(Invalid) as caught:
        await asyncio.to_thread(arrive, exported, tmp_path / "home")
    assert caught.value.field == field
    assert await asyncio.to_thread(merchants, tmp_path / "home") == []


async def test_another_kind_of_folder_is_refused(exported, tmp_path):
    about = {"kind": "channel", "rows": {}}
    await asyncio.to_thread(write_manifest, exported, about, lambda message: message[:1])
    with pytest.raises(Invalid):
        await asyncio.to_thread(arrive, exported, tmp_path / "home")


async def test_pictures_arrive_byte_for_byte(money, tmp_path):
    sizes = (b"\x00s", b"m\xff", b"large")
    await money.execute(c.PutImage(money.merchant, money.shop.product.product, sizes))
    await money.sold()
    await asyncio.to_thread(leave, money, tmp_path / "out")
    await asyncio.to_thread(arrive, tmp_path / "out", tmp_path / "home")

    def found():
        with station.station("", tmp_path / "home", "t" * 32, 1) as at, at.engine.connect() as connection:
            image, product = tables.image, tables.product
            url = connection.execute(select(product.c.image_url).where(product.c.image_url != "")).scalar_one()
            query = select(image.c.data).where(image.c.digest == images.parts(url)[0]).order_by(image.c.size)
            return tuple(connection.execute(query).scalars())

    assert await asyncio.to_thread(found) == sizes


def slates(home):
    with station.station("", home, "t" * 32, 1) as at, at.engine.connect() as connection:
        return list(connection.execute(select(tables.slate.c.data)).scalars())


async def test_the_largest_slates_leave_and_arrive(money, tmp_path):
    """Two in a row: as hex each is longer than half of what becomes Parquet at once."""
    largest = b"\x01" * SLATE_BYTES_MAX
    for cause in CAUSES:
        await money.execute(PutSlate(money.merchant, cause, "image/png", largest))
    await asyncio.to_thread(leave, money, tmp_path / "out")
    await asyncio.to_thread(arrive, tmp_path / "out", tmp_path / "home")
    assert await asyncio.to_thread(slates, tmp_path / "home") == [largest] * len(CAUSES)


def without(folder, table, column):
    """The export as it was before a table had the column; answers what stood there."""
    rows = list(read_rows(folder / "tables" / f"{table}.jsonl"))
    found = [row.pop(column) for row in rows]
    write_rows(folder / "tables" / f"{table}.jsonl", rows)
    manifest = json.loads((folder / "manifest.json").read_text())
    about = {name: value for name, value in manifest.items() if name not in ("format", "files", "signature")}
    write_manifest(folder, about, lambda message: message[:1])
    return found


async def test_a_column_that_came_later_has_its_default(money, tmp_path):
    await money.execute(SetPartnerTerms(money.merchant, 10))
    await asyncio.to_thread(leave, money, tmp_path / "out")
    terms = tables.partner_terms
    columns = (terms.c.approve_invited, tables.hook.c.handed)
    assert [str(column.server_default.arg) for column in columns] == ["true", "1"]  # both ways of saying it
    assert await asyncio.to_thread(without, tmp_path / "out", terms.name, "approve_invited") == [True]
    await asyncio.to_thread(arrive, tmp_path / "out", tmp_path / "home")

    def found():
        with station.station("", tmp_path / "home", "t" * 32, 1) as at, at.engine.connect() as connection:
            return connection.execute(select(terms.c.approve_invited)).scalar_one()

    assert await asyncio.to_thread(found) is True


def proofs(home, merchant, party):
    """A party's statement in the new place, and its own export there; both logs' heads are signed."""
    with station.station("", home, "t" * 32, 2_000_000_000_000) as at, at.reading() as reading:
        channel = party.partition(":")[2]
        export_channel(reading, merchant, channel, home / "own", at.signer.sign)
        keys = [bytes.fromhex(key["public"]) for key in keys_json(reading)]
        return statement(reading, merchant, party), keys, check_folder(home / "own", keys[0])


async def test_what_was_proven_before_is_still_proven_under_the_old_key(money, exported, tmp_path):
    public = await money.key()
    await asyncio.to_thread(arrive, exported, tmp_path / "home")
    found, keys, checked = await asyncio.to_thread(proofs, tmp_path / "home", money.merchant, money.a)
    assert found["log"] == 1
    assert (
        found["entries"]
        == json.loads((exported / "proofs" / f"{money.a.replace(':', '-')}.json").read_text())["entries"]
    )
    assert (verify_statement(found, public).wrong, keys[0]) == ([], public)
    assert verify_statement(found, keys[1]).wrong  # the new keeper vouches for nothing that was before him
    assert (checked.wrong, checked.statements) == ((), 1)
    assert checked.others == {keys[1].hex(): ("manifest.json",)}
