"""A directory of backups, one file for each time; those older than their retention period are dropped.

Erasure deletes a person's salts from the store, but not from the backups of before: only when the last of these is gone
is nothing left (DECISIONS). Files of other names are nobody's business here.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

PATTERN = "fenbo-%Y%m%dT%H%M%SZ.sqlite3"
_NAME = re.compile(r"fenbo-\d{8}T\d{6}Z\.sqlite3")


def new_file(folder: Path, now: int) -> Path:
    """Where the backup of this moment (ms) goes."""
    return folder / _at(now).strftime(PATTERN)


def drop_old(folder: Path, now: int, days: int) -> list[Path]:
    """Deletes the backups of this directory that were made more than `days` ago, by their names; answers which."""
    oldest = _at(now) - timedelta(days=days)
    found = sorted(path for path in folder.iterdir() if (made := _made(path)) is not None and made < oldest)
    for path in found:
        path.unlink()
    return found


def _made(path: Path) -> datetime | None:
    if not (_NAME.fullmatch(path.name) and path.is_file()):
        return None
    try:
        return datetime.strptime(path.name, PATTERN).replace(tzinfo=UTC)
    except ValueError:  # the 31st of February: not one of ours
        return None


def _at(now: int) -> datetime:
    return datetime.fromtimestamp(now / 1000, UTC)
