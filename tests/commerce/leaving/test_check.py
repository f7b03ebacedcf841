"""A folder that was handed out, checked offline: whatever is changed, left out, put in or signed by another shows."""

import asyncio
import json

import pytest

from commerce.leaving import station
from commerce.leaving.check import NOT_SIGNED, check_folder, check_statement
from commerce.leaving.files import MANIFEST, write_manifest
from commerce.proof.statement import keys_json
from commerce.store.reading import Reading


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
    assert (other.wrong, other.statements) == ((NOT_SIGNED,), 0)
    (files,) = other.others.values()
    assert len(files) == found.statements + 1


@pytest.mark.parametrize("how", ["a row", "a file more", "a file less", "a name in the manifest", "no manifest"])
async def test_whatever_is_spoilt_shows(exported, tmp_path, how):
    folder, public = exported
    await asyncio.to_thread(spoil, folder, how)
    assert (await asyncio.to_thread(check_folder, folder, public)).wrong


@pytest.fixture
async def moved(exported, money, tmp_path):
    """The export of a merchant who moved; the key of before, the key of now."""
    old_folder, old = exported

    def move():
        with station.station("", tmp_path / "home", "t" * 32, 2_000_000_000_000) as at:
            station.arrive(at, old_folder)
            station.leave(at, money.shop.merchant.merchant, None, tmp_path / "again")
            with at.engine.connect() as connection:
                keys = [bytes.fromhex(key["public"]) for key in keys_json(Reading(connection, 0))]
        assert keys[0] == old
        return tmp_path / "again", *keys

    return await asyncio.to_thread(move)


def statements(folder):
    return tuple(f"proofs/{found.name}" for found in sorted((folder / "proofs").glob("*-*.json")))


async def test_of_who_moved_each_key_proves_its_part_and_both_prove_all(moved):
    folder, old, new = moved
    before, now = (
        [f"proofs/log-1/{file.name}" for file in sorted((folder / "proofs" / "log-1").glob("*-*"))],
        statements(folder),
    )
    assert before
    assert now
    for given, hold, others in (
        ((old, new), len(before) + len(now), {}),
        ((new, old), len(before) + len(now), {}),
        ((old,), len(before), {new.hex(): (MANIFEST, *now)}),
        ((new,), len(now), {old.hex(): tuple(before)}),
    ):
        found = await asyncio.to_thread(check_folder, folder, *given)
        assert (found.wrong, found.statements) == ((), hold)
        assert {key: set(files) for key, files in found.others.items()} == {k: set(v) for k, v in others.items()}


def signed_anew(folder):
    """What was changed is in the manifest, under a signature of nobody's."""
    manifest = json.loads((folder / MANIFEST).read_text())
    about = {name: value for name, value in manifest.items() if name not in ("format", "files", "signature")}
    write_manifest(folder, about, lambda message: message[:1])


async def test_what_is_wrong_is_wrong_under_another_key_too(moved):
    folder, old, new = moved
    name = statements(folder)[0]
    found = json.loads(await asyncio.to_thread((folder / name).read_text))
    assert not check_statement(found, [old]).given
    assert check_statement(found, [old, new]) == check_statement(found, [new])
    found["entries"][0]["kind"] = "forged"
    assert check_statement(found, [old]).report.wrong
    assert check_statement([found], [old]).report.wrong
    await asyncio.to_thread((folder / name).write_text, json.dumps(found))
    await asyncio.to_thread(signed_anew, folder)
    checked = await asyncio.to_thread(check_folder, folder, old)
    assert checked.wrong[0] == NOT_SIGNED
    assert any(wrong.startswith(name) for wrong in checked.wrong)
