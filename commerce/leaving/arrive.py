"""Import: an export becomes a merchant of a fresh installation, on either database, row by row as it was.

The private keys of the old log stay behind, so its last signed head becomes the first entry of a new one: the old
history is kept, and still verifies under the old public key, and the new history says what it follows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Connection, LargeBinary, Table, func, insert, select, update

from commerce.directory.channels import channel_key
from commerce.errors import Conflict, Invalid
from commerce.leaving.export import Progress, merchant_tables, silent
from commerce.leaving.files import Row, read_manifest, read_rows
from commerce.proof.entry import Leaf, channel_party
from commerce.proof.log import begin_log, write_log
from commerce.proof.signing import keep_keys
from commerce.store import tables
from commerce.store.bulk import insert_rows
from commerce.store.ids import IdBlocks
from commerce.store.transfer import in_any_order
from commerce.store.unit import Unit

PAGE = 1_000
TRUE = ("1", "true")  # as a column's default may be written


Close = Callable[[str, Row, str], Row]  # a table's row with what was in the open sealed here; the merchant's public id


def _as_it_is(_table: str, row: Row, _merchant: str) -> Row:
    return row


def _closed(close_row: Close, table: str, merchant: str, row: Row) -> Row:
    return close_row(table, row, merchant)


def import_merchant(
    connection: Connection, folder: Path, now: int, progress: Progress = silent, close_row: Close = _as_it_is
) -> str:
    """Everything or nothing (the caller's transaction); answers the merchant's name.

    Conflict when the installation has merchants already: keys of rows are kept, so it has to be a fresh one.
    """
    manifest = read_manifest(folder)
    if manifest["kind"] != "merchant":
        raise Invalid("manifest.json", "is not the export of a merchant")
    if connection.execute(select(tables.merchant.c.id)).first() is not None:
        raise Conflict("installation", "has merchants already: import into a fresh one")
    found = [tables.merchant, *merchant_tables()]
    unknown = set(manifest["rows"]) - {table.name for table in found}
    if unknown:
        raise Invalid("manifest.json", f"has tables that this version does not know: {', '.join(sorted(unknown))}")
    highest, merchant = 0, str(manifest["merchant"])
    with in_any_order(connection):
        for number, table in enumerate(found):
            progress(table.name, number, len(found))
            close = partial(_closed, close_row, table.name, merchant)
            highest = max(highest, _fill(connection, table, folder, manifest["rows"].get(table.name, 0), close))
    _set_keys(connection, highest)
    keep_keys(connection, manifest.get("keys", []))
    _begin_anew(connection, folder, now)
    return str(manifest["name"])


def _fill(connection: Connection, table: Table, folder: Path, expected: int, close: Callable[[Row], Row]) -> int:
    """The rows of one table; answers the highest surrogate key of them."""
    file = folder / "tables" / f"{table.name}.jsonl"
    count = highest = 0
    for page in _pages(file) if expected else ():
        rows = [close(_row(table, found, file.name)) for found in page]
        insert_rows(connection, table, rows)
        count += len(rows)
        highest = max(highest, *(int(row.get("id", 0)) for row in rows))
    if count != expected:
        raise Invalid(file.name, f"has {count} rows, the manifest says {expected}")
    return highest


def _pages(file: Path) -> Iterator[list[Row]]:
    page: list[Row] = []
    for row in read_rows(file):
        page.append(row)
        if len(page) == PAGE:
            yield page
            page = []
    if page:
        yield page


def _row(table: Table, found: Row, name: str) -> Row:
    """Columns that came later than the export have their defaults; unknown ones are an error."""
    unknown = set(found) - set(table.columns.keys())
    if unknown:
        raise Invalid(name, f"unknown column {sorted(unknown)[0]}")
    row: dict[str, Any] = {}
    for column in table.columns:
        value = found.get(column.name)
        if value is None and column.name not in found and column.server_default is not None:
            value = getattr(column.server_default, "arg", "")
            value = str(value) in TRUE if isinstance(column.type, Boolean) else value
        row[column.name] = bytes.fromhex(value) if isinstance(column.type, LargeBinary) and value is not None else value
    return row


def _set_keys(connection: Connection, highest: int) -> None:
    """New rows get keys above all that came."""
    table = tables.id_block
    last = connection.execute(select(func.max(table.c.next))).scalar()
    if last is None:
        connection.execute(insert(table).values(name="id", next=highest + 1))
    else:
        connection.execute(update(table).values(next=max(last, highest + 1)))


def _begin_anew(connection: Connection, folder: Path, now: int) -> None:
    """A new log after the old one, whose first leaf is the old one's last signed head."""
    merchant = connection.execute(select(tables.merchant.c.id)).scalar_one()
    table = tables.log_sequencer
    old = connection.execute(select(func.max(table.c.log)).where(table.c.merchant_id == merchant)).scalar() or 0
    unit = Unit(connection, IdBlocks(), now, 0)
    begin_log(unit, merchant, old + 1)
    file = folder / "proofs" / "head.json"
    head = json.loads(file.read_text("utf-8")) if file.exists() else {}
    house = channel_key(unit, merchant, None)
    public = connection.execute(select(tables.channel.c.public_id).where(tables.channel.c.id == house)).scalar_one()
    unit.log(Leaf(merchant, channel_party(str(public)), "import", {"head": head}))
    write_log(unit)
