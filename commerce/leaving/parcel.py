"""A partner's own export as one file: the folder that `fenbo export --channel` writes, and a sheet of his customers.

bundle/...       whole: `manifest.json` signs every file in it
customers.csv    the same customers, for people
"""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from commerce import sheets
from commerce.leaving.export import export_channel
from commerce.leaving.files import Row, read_rows
from commerce.store.reading import Reading
from commerce.times import aware

BUNDLE = "bundle"
COLUMNS = ("customer", "chat_name", "name", "phone", "address", "since", "state")


def channel_parcel(
    reading: Reading, merchant: int, channel: str, sign: Callable[[bytes], bytes]
) -> tuple[IO[bytes], tuple[str, ...]]:
    """A ZIP, open at its beginning and gone when it is closed, and whose data are in it (public ids). NotFound."""
    with tempfile.TemporaryDirectory(prefix="fenbo-parcel-") as place:
        folder = Path(place) / "out"
        export_channel(reading, merchant, channel, folder, sign)
        parcel, whose = tempfile.TemporaryFile(prefix="fenbo-parcel-"), dict[str, None]()  # noqa: SIM115 - handed out
        with zipfile.ZipFile(parcel, "w", zipfile.ZIP_DEFLATED) as packed:
            for file in sorted(path for path in folder.rglob("*") if path.is_file()):
                packed.write(file, f"{BUNDLE}/{file.relative_to(folder).as_posix()}")
            with packed.open("customers.csv", "w", force_zip64=True) as sheet:
                sheet.write((sheets.BOM + sheets.line(COLUMNS)).encode())
                for row in read_rows(folder / "customers.jsonl"):
                    whose[str(row["public_id"])] = None
                    sheet.write(customer_line(row).encode())
        parcel.seek(0)
    return parcel, tuple(whose)


def customer_line(row: Row) -> str:
    """For people: CSV, as spreadsheets open it; name, phone and address are of the customer's last order."""
    contact = json.loads(row["contact"] or "{}")
    said = [str(contact.get(name, "")) for name in ("name", "phone", "address")]
    since = aware(row["since"]).isoformat(timespec="seconds")
    return sheets.line((row["public_id"], row["name"], *said, since, row["state"]))
