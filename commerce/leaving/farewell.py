"""The last day: for every merchant its export, and for every party a page that opens in a browser, offline, with its
statement and the checks inside. Signed as a whole, so that what is handed out can be told from what was made up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from sqlalchemy import select

from commerce.canonical import json_text
from commerce.leaving.export import Open, Progress, as_it_is, begin_folder, export_channel, export_merchant, silent
from commerce.leaving.files import CHUNK, Row, write_manifest
from commerce.money import DIGITS
from commerce.proof.statement import keys_json
from commerce.store import tables
from commerce.store.reading import Reading

HERE = Path(__file__).parent


def verify_page(statement: Iterable[str] = ("null",)) -> Iterator[str]:
    """The page that checks statements in pieces, with one inside it (its JSON in pieces) or without."""
    page, script = ((HERE / name).read_text("utf-8") for name in ("verify.html", "verify.js"))
    page = page.replace("<!--digits-->", json_text(dict(DIGITS))).replace("<!--script-->", script)
    before, after = page.split("<!--statement-->")
    yield before
    # "</" would end the script element; in JSON, and in no other place of it, "<" may be written so.
    yield from (piece.replace("<", "\\u003c") for piece in statement)
    yield after


def _write_page(page: Path, statement: Path) -> None:
    """A statement of any size, a piece in memory at a time."""
    page.parent.mkdir(exist_ok=True)
    with statement.open(encoding="utf-8", newline="") as read, page.open("w", encoding="utf-8", newline="") as out:
        out.writelines(verify_page(iter(partial(read.read, CHUNK), "")))


def farewell(
    reading: Reading,
    folder: Path,
    sign: Callable[[bytes], bytes],
    progress: Progress = silent,
    *,
    open_row: Open = as_it_is,
) -> Row:
    """Everything for everybody, into an empty folder."""
    begin_folder(folder)
    merchant, channel = tables.merchant, tables.channel
    names = {}
    for row in reading.connection.execute(select(merchant).order_by(merchant.c.id)).all():
        place = folder / row.public_id
        export_merchant(reading, row.id, place / "export", sign, progress, open_row=open_row)
        names[row.public_id] = row.name
        proofs = place / "export" / "proofs"
        for file in sorted(proofs.rglob("*-*.json")):
            name = "-".join((file.stem, *file.relative_to(proofs).parts[:-1]))  # an older log's says which: a-log-1
            _write_page(place / "statements" / f"{name}.html", file)
        query = select(channel.c.public_id).where(channel.c.merchant_id == row.id, channel.c.house.is_(False))
        publics = reading.connection.execute(query.order_by(channel.c.id)).scalars().all()
        for number, public in enumerate(publics):
            progress(f"channels of {row.name}", number, len(publics))
            export_channel(reading, row.id, public, place / "channels" / public, sign)
    (folder / "verify.html").write_text("".join(verify_page()), "utf-8")
    about = {"kind": "farewell", "at": reading.now, "merchants": names, "rows": {}, "keys": keys_json(reading)}
    return write_manifest(folder, about, sign)
