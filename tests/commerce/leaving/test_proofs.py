"""The proofs of an export are the same files whether they are made beside it or not."""

import asyncio
import multiprocessing

import pytest

from commerce.leaving import proofs
from commerce.leaving.check import check_folder
from tests.commerce.leaving.test_export import leave


def proven(manifest):
    return {each["file"]: each["sha256"] for each in manifest["files"] if each["file"].startswith("proofs/")}


async def test_many_leaves_are_proven_by_a_process_of_their_own(money, tmp_path, monkeypatch):
    await money.sold()
    here = await asyncio.to_thread(leave, money, tmp_path / "here")
    monkeypatch.setattr(proofs, "BESIDE_LEAVES", 1)
    monkeypatch.setattr(proofs, "write_proofs", None)  # of this process
    beside = await asyncio.to_thread(leave, money, tmp_path / "beside")
    assert len(proven(here)) > 2
    assert proven(beside) == proven(here)
    found = await asyncio.to_thread(check_folder, tmp_path / "beside", await money.key())
    assert found.wrong == ()
    assert multiprocessing.active_children() == []


async def test_what_goes_wrong_beside_is_told(money, tmp_path, monkeypatch):
    await money.sold()
    monkeypatch.setattr(proofs, "BESIDE_LEAVES", 1)
    monkeypatch.setattr(proofs, "_prove", _refused)
    with pytest.raises(PermissionError, match="proofs"):
        await asyncio.to_thread(leave, money, tmp_path / "out")
    assert not (tmp_path / "out" / "manifest.json").exists()
    assert multiprocessing.active_children() == []


def _refused(*_):
    raise PermissionError(13, "no place for it", "proofs")
