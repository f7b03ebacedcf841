"""The verbs about a whole store: audit, backup, restore, migrate-store, reconcile. Each says what it found and did."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from commerce import backups, upkeep
from commerce.audit import Finding
from commerce.payments.bills import read_provider_bill
from commerce.payments.reconcile import differences, report
from commerce.sheets import BOM
from config.settings import Settings

NOT_CLEAN = 1


def audit(settings: Settings, _known: Namespace) -> int:
    """0 when the store is clean, 1 with a line for each thing that is not."""
    return _report(upkeep.audit_store(settings.database.url, settings.data_dir, _now()))


def backup(settings: Settings, known: Namespace) -> int:
    """0 when what was written is clean. In a directory, those whose time is over go, once there is a new one."""
    now = _now()
    file = backups.new_file(known.file, now) if known.file.is_dir() else known.file
    with _Bar() as bar:
        found = upkeep.back_up(settings.database.url, settings.data_dir, file, now, bar.show)
    _say(f"{file}: {file.stat().st_size} bytes. It holds keys wrapped with the master secret: keep that too.")
    if known.file.is_dir() and not found:
        for old in backups.drop_old(known.file, now, settings.database.backup_days):
            _say(f"{old}: dropped, older than {settings.database.backup_days} days")
    return _report(found)


def restore(settings: Settings, known: Namespace) -> int:
    """0 when what was restored is clean."""
    with _Bar() as bar:
        found = upkeep.restore(known.file, settings.database.url, settings.data_dir, _now(), bar.show)
    _say(f"restored from {known.file}; start with the master secret of that time")
    return _report(found)


def move(settings: Settings, known: Namespace) -> int:
    """0 when every table arrived as it left, and is clean there."""
    with _Bar() as bar:
        moved = upkeep.move_store(settings.data_dir / upkeep.FILE_NAME, known.target, bar.show)
    for name, content in moved.items():
        _say(f"{name:20} {content.rows:>10} rows  {content.digest[:16]}")
    _say("now set database.url to the new store")
    return _report(upkeep.audit_store(known.target, settings.data_dir, _now()))


def reconcile(settings: Settings, known: Namespace) -> int:
    """0 when the provider's bill and the books agree; else 1, and the differences as CSV."""
    billed, mistakes = read_provider_bill(known.provider, known.bill.read_bytes())
    for mistake in mistakes:
        _say(f"line {mistake.line}, {mistake.column}: {mistake.detail}")
    if mistakes:
        return NOT_CLEAN
    ours = upkeep.booked_in(settings.database.url, settings.data_dir, known.merchant, known.provider, _days(known))
    found = differences(billed, ours)
    sys.stdout.write(report(found).removeprefix(BOM))
    return NOT_CLEAN if found else 0


def _days(known: Namespace) -> tuple[int, int]:
    """From the first day's beginning to the last one's end, UTC, in ms."""
    first, last = (datetime.fromisoformat(day).replace(tzinfo=UTC) for day in (known.since, known.until))
    return int(first.timestamp() * 1000), int((last + timedelta(days=1)).timestamp() * 1000)


def _report(found: Sequence[Finding]) -> int:
    for finding in found:
        _say(f"{finding.check}: {finding.table} {finding.key}: {finding.detail}")
    _say("the audit found nothing" if not found else f"the audit found {len(found)}")
    return NOT_CLEAN if found else 0


def _now() -> int:
    return int(time.time() * 1000)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


class _Bar:
    """Rows copied, table by table, on standard error and only for people."""

    def __init__(self) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed} rows"))
        self._progress = Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty())
        self._task = self._progress.add_task("", total=None)

    def __enter__(self) -> _Bar:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, table: str, rows: int) -> None:
        self._progress.update(self._task, description=table, completed=rows)
