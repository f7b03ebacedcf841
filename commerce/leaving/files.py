"""An export is a folder: `tables/NAME.jsonl` (and `.parquet`, with pyarrow), `media.json`,
`images.json` with `images/`, `recordings.json`, `proofs/`, `manifest.json`.

The manifest has the SHA-256 and the size of every other file and is signed with the log's key. Bytes stand as hex.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import orjson

from commerce.commands.studio import SLATE_BYTES_MAX
from commerce.errors import Invalid
from commerce.proof import shape

FORMAT = "fenbo export 1"
MANIFEST = "manifest.json"
CHUNK = 1 << 20
LINE_BYTES_MAX = 2 * SLATE_BYTES_MAX + CHUNK  # the largest that a row holds, as hex, and what stands around it
BLOCK = LINE_BYTES_MAX + CHUNK  # of what becomes Parquet at once: longer than any line
Row = dict[str, Any]
_ANY = partial(
    shape.fields,
    {
        "kind": shape.text,
        "files": partial(shape.items, partial(shape.fields, {"file": shape.text, "sha256": shape.digest})),
        "keys": partial(shape.optional, shape.keys),
    },
)
_OF_MERCHANT = partial(shape.fields, {"merchant": shape.text, "name": shape.text, "rows": shape.counts})


def write_rows(file: Path, rows: Iterable[Row]) -> int:
    """One JSON object a line; answers how many. Memory stays flat however many there are."""
    count = 0
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as out:
        for row in rows:
            out.write(orjson.dumps(row, _as_hex, orjson.OPT_APPEND_NEWLINE))
            count += 1
    return count


def _as_hex(value: object) -> str:
    """What JSON does not know: bytes."""
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(type(value).__name__)


def read_rows(file: Path) -> Iterator[Row]:
    """The objects of a file, one by one; Invalid names the line."""
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if len(line) > LINE_BYTES_MAX:
                raise Invalid(f"{file.name}:{number}", f"at most {LINE_BYTES_MAX} bytes")
            try:
                found = orjson.loads(line)
            except ValueError as error:
                raise Invalid(f"{file.name}:{number}", "is no JSON") from error
            if not isinstance(found, dict):
                raise Invalid(f"{file.name}:{number}", "must be an object")
            yield found


def has_parquet() -> bool:
    """Whether pyarrow is there (`pip install pyarrow`, or the extra `parquet`)."""
    return importlib.util.find_spec("pyarrow") is not None


def write_parquet(file: Path, columns: dict[str, str], lines: Path) -> None:
    """The rows of a file of JSON lines as Parquet; `columns` are name > "int", "text", "bool" or "bytes" (hex there,
    too). pyarrow reads the lines itself, outside the interpreter's lock: a tenth of what going over rows costs.
    """
    pa: Any = importlib.import_module("pyarrow")  # an extra
    parquet: Any = importlib.import_module("pyarrow.parquet")
    reading: Any = importlib.import_module("pyarrow.json")
    kinds = {"int": pa.int64(), "bool": pa.bool_(), "text": pa.string(), "bytes": pa.string()}
    schema = pa.schema([(name, kinds[kind]) for name, kind in columns.items()])
    known = reading.ParseOptions(explicit_schema=schema, unexpected_field_behavior="error")
    with parquet.ParquetWriter(file, schema) as writer:
        if lines.stat().st_size == 0:
            return
        with reading.open_json(lines, reading.ReadOptions(use_threads=False, block_size=BLOCK), known) as batches:
            for batch in batches:
                writer.write_batch(batch)


def file_digest(file: Path) -> str:
    """SHA-256, hex."""
    found = hashlib.sha256()
    with file.open("rb") as content:
        while chunk := content.read(CHUNK):
            found.update(chunk)
    return found.hexdigest()


def write_manifest(
    folder: Path, about: Row, sign: Callable[[bytes], bytes], digests: Mapping[Path, str] = MappingProxyType({})
) -> Row:
    """Names every file of the folder with its hash, last of all. `digests`: those that are known already."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / MANIFEST)
    hashed = {path: digests.get(path) or file_digest(path) for path in files}
    entries = [
        {"file": path.relative_to(folder).as_posix(), "bytes": path.stat().st_size, "sha256": digest}
        for path, digest in hashed.items()
    ]
    manifest = {"format": FORMAT, **about, "files": entries}
    manifest["signature"] = sign(manifest_bytes(manifest)).hex()
    (folder / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return manifest


def manifest_bytes(manifest: Row) -> bytes:
    """What the signature is over."""
    return orjson.dumps({name: value for name, value in manifest.items() if name != "signature"})


def _check_manifest(manifest: Row) -> None:
    """That it has what every manifest has, and a merchant's what an import needs."""
    try:
        _ANY(manifest)
        if manifest["kind"] == "merchant":
            _OF_MERCHANT(manifest)
    except shape.Malformed as error:
        raise Invalid(MANIFEST, str(error).removeprefix(".")) from None


def read_manifest(folder: Path) -> Row:
    """Checks that every file is there as it was written; Invalid names the first that is not."""
    try:
        manifest: Row = shape.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError) as error:
        raise Invalid(MANIFEST, "is missing or no JSON") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise Invalid(MANIFEST, f"is not a {FORMAT}")
    _check_manifest(manifest)
    named = {entry["file"]: entry for entry in manifest["files"]}
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {MANIFEST}
    for name in sorted({*named, *present}):
        if name not in named:
            raise Invalid(name, "is not in the manifest")
        if name not in present or file_digest(folder / name) != named[name]["sha256"]:
            raise Invalid(name, "is missing or was changed since the export")
    return manifest
