"""A folder that was handed out, checked offline: whatever is changed, left out, put in or signed by another shows."""

import asyncio
import json

import pytest

from commerce.leaving import station
from commerce.leaving.check import check_folder
from commerce.leaving.files import MANIFEST


@pytest.fixture
async def exported(money, tmp_path):
    await money.sold()

    def leave():
        with station.station(money.shop.url, tmp_path, "s" * 32, int(money.shop.clock() * 1000)) as at:
            station.leave(at, money.shop.merchant.merchant, None, tmp_path / "out")

    await asyncio.to_thread(leave)
    return tmp_path / "out", await money.key()


def spoil(folder, how):
    manifest = folder / MANIFEST
    statement = next((folder / "proofs").glob("channel-*.json"))
    changes = {
        "a row": lambda: (folder / "tables" / "orders.jsonl").write_text("{}"),
        "a file more": lambda: (folder / "more").write_text(""),
        "a file less": statement.unlink,
        "a name in the manifest": lambda: manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"at": 0})),
        "no manifest": manifest.unlink,
    }
    changes[how]()


async def test_it_is_whole_and_signed_and_its_statements_hold(exported):
    folder, public = exported
    found = await asyncio.to_thread(check_folder, folder, public)
    assert (found.wrong, found.statements) == ((), len(list((folder / "proofs").glob("*-*.json"))))
    other = await asyncio.to_thread(check_folder, folder, b"\x01" * 32)
    assert any("not signed by this key" in wrong for wrong in other.wrong)


@pytest.mark.parametrize("how", ["a row", "a file more", "a file less", "a name in the manifest", "no manifest"])
async def test_whatever_is_spoilt_shows(exported, tmp_path, how):
    folder, public = exported
    await asyncio.to_thread(spoil, folder, how)
    assert (await asyncio.to_thread(check_folder, folder, public)).wrong
