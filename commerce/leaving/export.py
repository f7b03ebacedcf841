"""Export: every row of a merchant out of every table that has `merchant_id`, found from the metadata.

A table that comes later is exported without anybody remembering it. Only what means nothing elsewhere stays behind.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Boolean, Integer, LargeBinary, Select, Table, func, select

from commerce import images
from commerce.customers.portable import LEFT_OUT
from commerce.errors import CommerceError, NotFound
from commerce.leaving.files import Row, file_digest, has_parquet, write_manifest, write_parquet, write_rows
from commerce.leaving.proofs import proving, write_pieces
from commerce.proof.entry import channel_party
from commerce.proof.heads import last_head, signed_logs
from commerce.proof.statement import Under, keys_json, wholes
from commerce.store import tables
from commerce.store.reading import Connected, Reading
from commerce.store.tables import metadata

# Ended logins, codes for logging in, and facts on their way to this installation's own rooms.
LEFT_BEHIND = ("session", "login_code", "outbox")
PAGE = 200  # so few that rows are gone before the garbage collector looks at them a second time
MEDIA = (("room", "logo_url"), ("room", "cover_url"), ("product", "image_url"))
Progress = Callable[[str, int, int], None]
Open = Callable[[str, Row], Row]  # a table's row with what was sealed in it in the open


def silent(what: str, done: int, of: int) -> None:
    """Nobody watches."""


def as_it_is(_table: str, row: Row) -> Row:
    """For who has no keys: what is sealed stays so."""
    return row


def merchant_tables() -> list[Table]:
    """What is exported, parents before children."""
    return [
        table for table in metadata.sorted_tables if "merchant_id" in table.columns and table.name not in LEFT_BEHIND
    ]


def export_merchant(
    reading: Reading,
    merchant: int,
    folder: Path,
    sign: Callable[[bytes], bytes],
    progress: Progress = silent,
    *,
    open_row: Open = as_it_is,
) -> Row:
    """Writes the whole export into an empty folder; answers its manifest."""
    mine = select(tables.merchant).where(tables.merchant.c.id == merchant)
    row = reading.connection.execute(mine).first()
    if row is None:
        raise NotFound("merchant", "no such merchant")
    begin_folder(folder)
    rows = {"merchant": write_rows(folder / "tables" / "merchant.jsonl", _rows(reading, mine))}
    with ThreadPoolExecutor(1) as beside, proving(reading, merchant, folder / "proofs") as proofs:
        made, found = [], merchant_tables()
        for number, table in enumerate(found):
            progress(table.name, number, len(found))
            rows[str(table.name)] = export_table(folder, table, opened_rows(reading, table, merchant, open_row))
            made.append(beside.submit(_finish_table, folder, table))
        progress("proofs", len(found), len(found))
        _write_media(reading, merchant, folder)
        digests = {file: digest for each in made for file, digest in each.result().items()} | proofs()
    about = {"kind": "merchant", "merchant": row.public_id, "name": row.name, "at": reading.now, "rows": rows}
    about |= {"keys": keys_json(reading), "left_out": [f"{name}.sealed" for name in LEFT_OUT]}
    return write_manifest(folder, about, sign, digests)


def begin_folder(folder: Path) -> None:
    """Nothing is ever written over."""
    if folder.exists() and not folder.is_dir():
        raise CommerceError("folder", f"{folder} is no folder")
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise CommerceError("folder", f"{folder} must be empty")


def table_rows(connected: Connected, table: Table, merchant: int) -> Iterator[Row]:
    """All rows of a merchant, in the order of their keys, a page in memory at a time."""
    # With `+ 0` the database goes along the keys. Without it SQLite sorts what an index of the merchant's rows finds,
    # which of a million wide rows is a gigabyte on disk.
    mine = table.c.merchant_id + 0 == merchant if "id" in table.columns else table.c.merchant_id == merchant
    return _rows(connected, select(table).where(mine).order_by(*table.primary_key))


def opened_rows(connected: Connected, table: Table, merchant: int, open_row: Open) -> Iterator[Row]:
    """The same, as they are exported."""
    rows = table_rows(connected, table, merchant)
    return (open_row(table.name, row) for row in rows) if "sealed" in table.columns else rows


def export_table(folder: Path, table: Table, rows: Iterator[Row]) -> int:
    """As JSON lines; answers how many."""
    return write_rows(folder / "tables" / f"{table.name}.jsonl", rows)


def _finish_table(folder: Path, table: Table) -> dict[Path, str]:
    """Parquet beside its JSON lines, where pyarrow is; answers the digests of both."""
    lines = folder / "tables" / f"{table.name}.jsonl"
    files = [lines]
    if has_parquet():
        columns = {column.name: _kind(column.type) for column in table.columns}
        files.append(lines.with_suffix(".parquet"))
        write_parquet(files[-1], columns, lines)
    return {file: file_digest(file) for file in files}


def _kind(found: object) -> str:
    for kind, name in ((Boolean, "bool"), (BigInteger, "int"), (Integer, "int"), (LargeBinary, "bytes")):
        if isinstance(found, kind):
            return name
    return "text"


def _write_media(reading: Reading, merchant: int, folder: Path) -> None:
    """Addresses of all pictures, those that are kept here as files, and where the shows' recordings are (in data_dir,
    or in the bucket) if they were kept: whoever moves what is elsewhere fetches it.
    """
    urls: set[str] = set()
    for name, column in MEDIA:
        table = metadata.tables[name]
        query = select(table.c[column]).where(table.c.merchant_id == merchant, table.c[column] != "")
        urls.update(reading.connection.execute(query).scalars())
    _write_list(folder / "media.json", sorted(urls))
    _write_list(folder / "images.json", list(_write_images(reading, merchant, folder)))
    show = tables.show
    query = select(show.c.public_id, show.c.title, show.c.began_at, show.c.ended_at, show.c.replay_since)
    query = query.where(show.c.merchant_id == merchant, show.c.began_at.is_not(None)).order_by(show.c.id)
    rows = [dict(row._mapping) for row in reading.connection.execute(query)]
    _write_list(folder / "recordings.json", [row | {"folder": f"recordings/{row['public_id']}"} for row in rows])


def _write_images(reading: Reading, merchant: int, folder: Path) -> Iterator[Row]:
    """The pictures that were uploaded, in their largest size, for whoever wants files; one in memory at a time."""
    table = tables.image
    query = select(table.c.digest, table.c.data).where(table.c.merchant_id == merchant, table.c.size == images.SHOWN)
    for row in reading.connection.execute(query.order_by(table.c.id), execution_options={"yield_per": 1}):
        file = folder / "images" / f"{row.digest}.webp"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(row.data)
        yield {"url": images.address(row.digest), "file": file.relative_to(folder).as_posix()}


def _write_list(file: Path, found: list[Any]) -> None:
    file.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")


def export_channel(reading: Reading, merchant: int, channel: str, folder: Path, sign: Callable[[bytes], bytes]) -> Row:
    """A partner's own: his customers with their contact data, his orders, his lines, his statement. No other's row."""
    table = tables.channel
    query = select(table).where(table.c.merchant_id == merchant, table.c.public_id == channel)
    row = reading.connection.execute(query).first()
    if row is None:
        raise NotFound("channel", "no such channel")
    begin_folder(folder)
    rows = {
        name: write_rows(folder / f"{name}.jsonl", found)
        for name, found in _own(reading, merchant, row.id, channel).items()
    }
    _write_statements(reading, merchant, channel_party(channel), folder / "proofs")
    about = {"kind": "channel", "channel": channel, "name": row.name, "at": reading.now, "rows": rows}
    return write_manifest(folder, about | {"keys": keys_json(reading)}, sign)


def _write_statements(reading: Reading, merchant: int, party: str, folder: Path) -> None:
    """Of each log that has anything of the party, the newest first."""
    folder.mkdir()
    names = iter(["statement.json"])
    for log in signed_logs(reading, merchant):
        for _, pieces in wholes(Under(reading, merchant, *last_head(reading, merchant, log)), [party]):
            write_pieces(folder / next(names, f"statement-log-{log}.json"), pieces)


def _own(reading: Reading, merchant: int, channel: int, public: str) -> dict[str, Iterator[Row]]:
    order, line, earned = tables.orders, tables.order_line, tables.commission_line
    viewer, binding = tables.viewer, tables.binding
    last = select(func.max(order.c.id)).where(order.c.viewer_id == viewer.c.id, order.c.owner_channel_id == channel)
    customers = (
        select(
            viewer.c.public_id, viewer.c.name, binding.c.since, binding.c.valid_until, binding.c.state, order.c.contact
        )
        .select_from(binding.join(viewer, viewer.c.id == binding.c.viewer_id))
        .outerjoin(order, order.c.id == last.correlate(viewer).scalar_subquery())
        .where(binding.c.channel_id == channel)
        .order_by(binding.c.id)
    )
    mine = order.c.owner_channel_id == channel
    names = ("public_id", "state", "currency", "total_minor", "refunded_minor", "contact", "note", "created_at")
    orders = select(*(order.c[name] for name in names)).where(mine).order_by(order.c.id)
    details = ("sku_name", "product_name", "quantity", "price_minor", "amount_minor")
    lines = select(order.c.public_id.label("order"), *(line.c[name] for name in details))
    lines = lines.join(order, order.c.id == line.c.order_id).where(mine).order_by(line.c.id)
    kept = [column for column in earned.c if column.name not in ("id", "merchant_id", "order_id", "settlement_id")]
    commission = select(order.c.public_id.label("order"), *kept).outerjoin(order, order.c.id == earned.c.order_id)
    commission = commission.where(earned.c.merchant_id == merchant, earned.c.party == channel_party(public))
    commission = commission.order_by(earned.c.id)
    found: dict[str, Select[*tuple[Any, ...]]] = {"customers": customers, "orders": orders, "order_lines": lines}
    return {name: _rows(reading, query) for name, query in (found | {"commission": commission}).items()}


def _rows(connected: Connected, query: Select[*tuple[Any, ...]]) -> Iterator[Row]:
    found = connected.connection.execute(query, execution_options={"yield_per": PAGE})
    names = list(map(str, found.keys()))  # SQLAlchemy's are of a class of their own
    for page in found.partitions():
        for row in page:
            yield dict(zip(names, row, strict=True))
