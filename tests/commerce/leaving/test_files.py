"""The folder of an export: hashes of every file, rows as they were."""

import json

import pytest
from pyarrow import parquet

from commerce.errors import Invalid
from commerce.leaving.files import (
    LINE_BYTES_MAX,
    file_digest,
    has_parquet,
    manifest_bytes,
    read_manifest,
    read_rows,
    write_manifest,
    write_parquet,
    write_rows,
)


@pytest.fixture
def folder(tmp_path):
    assert write_rows(tmp_path / "tables" / "a.jsonl", [{"id": 1, "name": "分"}, {"id": 2, "name": None}]) == 2
    write_manifest(tmp_path, {"kind": "test"}, lambda message: message[:4])
    return tmp_path


def test_what_was_written_reads_the_same(folder):
    manifest = read_manifest(folder)
    assert [entry["file"] for entry in manifest["files"]] == ["tables/a.jsonl"]
    assert manifest["files"][0]["sha256"] == file_digest(folder / "tables" / "a.jsonl")
    assert bytes.fromhex(manifest["signature"]) == manifest_bytes(manifest)[:4]
    assert list(read_rows(folder / "tables" / "a.jsonl")) == [{"id": 1, "name": "分"}, {"id": 2, "name": None}]


def test_a_changed_a_missing_and_an_added_file_are_named(folder):
    file = folder / "tables" / "a.jsonl"
    kept = file.read_text()
    for spoil, name in (
        (lambda: file.write_text(kept + "{}"), "tables/a.jsonl"),
        (file.unlink, "tables/a.jsonl"),
        (lambda: (file.write_text(kept), (folder / "b").touch()), "b"),
        (lambda: (folder / "manifest.json").write_text(json.dumps({"format": "x"})), "manifest.json"),
        ((folder / "manifest.json").unlink, "manifest.json"),
    ):
        spoil()
        with pytest.raises(Invalid) as caught:
            read_manifest(folder)
        assert caught.value.field == name


@pytest.mark.parametrize("line", ["{", "[]"])
def test_a_bad_line_is_named(tmp_path, line):
    (tmp_path / "a.jsonl").write_text("{}\n" + line + "\n")
    with pytest.raises(Invalid, match=r"a\.jsonl:2"):
        list(read_rows(tmp_path / "a.jsonl"))


def test_the_same_rows_as_parquet(tmp_path):
    assert has_parquet()
    rows = [{"id": at, "name": None if at % 2 else "分", "on": True, "hash": "00ff"} for at in range(3)]
    rows += [{"id": 3, "name": "2026-11-28 10:00:00", "on": False, "hash": "12"}]  # looks like a time, and is none
    columns, lines = {"id": "int", "name": "text", "on": "bool", "hash": "bytes"}, tmp_path / "a.jsonl"
    for expected in (rows, []):
        write_rows(lines, expected)
        write_parquet(tmp_path / "a.parquet", columns, lines)
        assert parquet.read_table(tmp_path / "a.parquet").to_pylist() == expected


def test_a_line_as_long_as_it_may_be_becomes_parquet(tmp_path):
    row, lines = {"id": 1, "name": "x" * (LINE_BYTES_MAX - 100)}, tmp_path / "a.jsonl"
    write_rows(lines, [row] * 2)
    write_parquet(tmp_path / "a.parquet", {"id": "int", "name": "text"}, lines)
    assert parquet.read_table(tmp_path / "a.parquet").num_rows == 2


OWN = {"kind": "merchant", "merchant": "m", "name": "Brand", "rows": {"orders": 1}}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"files": None}, "files must be a list"),
        ({"files": [1]}, "files[0] must be an object"),
        ({"files": [{"file": "a"}]}, "files[0].sha256 must be"),
        ({"kind": None}, "kind must be text"),
        ({"rows": None}, "rows must be an object"),
        ({"rows": {"orders": "1"}}, "rows.orders must be a whole number"),
        ({"keys": [7]}, "keys[0] must be an object"),
    ],
)
def test_a_manifest_of_another_shape_says_where(tmp_path, changes, said):
    manifest = write_manifest(tmp_path, OWN, lambda message: message[:4])
    assert read_manifest(tmp_path) == manifest
    (tmp_path / "manifest.json").write_text(json.dumps(manifest | changes))
    with pytest.raises(Invalid) as error:
        read_manifest(tmp_path)
    assert said in str(error.value)


@pytest.mark.parametrize("content", ["[1]", "[" * 200_000, "{}", "nothing", '{"format": NaN}'])
def test_what_is_no_manifest_is_said(tmp_path, content):
    (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(Invalid, match=r"manifest\.json"):
        read_manifest(tmp_path)
