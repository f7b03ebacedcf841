"""The verbs of leaving and of proof: export, import, farewell, verify, log-key."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from commerce.errors import Invalid
from commerce.leaving import station
from commerce.leaving.check import check_folder, is_signed
from commerce.leaving.files import read_manifest
from commerce.money import Money, to_decimal
from commerce.proof import shape
from commerce.proof.signing import KEY_BYTES
from commerce.proof.verify import compare, verify_statement
from config.settings import Settings

DOES_NOT_HOLD = 1
KEY_DIGITS = 2 * KEY_BYTES


@contextmanager
def _opened(settings: Settings) -> Iterator[station.Station]:
    with station.station(settings.database.url, settings.data_dir, settings.secret, int(time.time() * 1000)) as found:
        yield found


def export(settings: Settings, known: Namespace) -> int:
    """A folder with everything of a merchant, or of one of its channels."""
    with _opened(settings) as at, _Bar() as bar:
        manifest = station.leave(at, known.merchant, known.channel, known.folder, bar.show)
    _say(f"{known.folder}: {len(manifest['files'])} files, {sum(manifest['rows'].values())} rows")
    return 0


def arrive(settings: Settings, known: Namespace) -> int:
    """An export into this fresh installation."""
    if known.key is not None and not is_signed(read_manifest(known.folder), _key(known.key)):
        raise Invalid("manifest.json", "is not signed by this key, nor by one after it")
    with _opened(settings) as at, _Bar() as bar:
        found = station.arrive(at, known.folder, bar.show)
    _say(f"{found.name} is here; stream keys and logins are the ones it had")
    if found.unhanded:
        _say(f"webhooks: {found.unhanded} are signed with secrets of this installation now, which no receiver has yet:")
        _say("  make new ones in HQ, under Programs, and hand them to the receivers")
    if found.off:
        _say(f"payment providers and restreams: {found.off} are off until their credentials are entered again in HQ")
    return 0


def farewell(settings: Settings, known: Namespace) -> int:
    """A folder for every merchant and every channel."""
    with _opened(settings) as at, _Bar() as bar:
        manifest = station.say_farewell(at, known.folder, bar.show)
    _say(f"{known.folder}: {len(manifest['merchants'])} merchants, {len(manifest['files'])} files")
    return 0


def log_key(settings: Settings, known: Namespace) -> int:
    """The public key that statements are checked with: partners get it from you, not from the statement."""
    with _opened(settings) as at:
        _say(station.log_key(at, rotate=known.rotate))
    return 0


def verify(known: Namespace) -> int:
    """0 when all of it holds. Needs no store and no network."""
    public = _key(known.key)
    if known.statement.is_dir():
        return _check_folder(known.statement, public)
    found = _read(known.statement)
    report = verify_statement(found, public)
    wrong = list(report.wrong)
    if known.head is not None:
        proof = [] if known.proof is None else _read(known.proof).get("hashes")
        wrong += compare(found, _read(known.head), proof, public)
    for line in wrong:
        _say(f"WRONG: {line}")
    if wrong:
        return DOES_NOT_HOLD
    _say(f"{report.party}: {report.entries} entries hold, {report.erased} erased")
    if report.upto is not None:
        seq, at = report.upto
        moment = datetime.fromtimestamp(at / 1000, UTC).isoformat(" ", "seconds")
        _say(f"up to entry {seq} of {moment}; whether later ones were left out, it does not show")
    if known.head is not None:
        _say("both heads are of one history")
    for currency, states in sorted(report.figures.items()):
        for state, minor in sorted(states.items()):
            _say(f"  {state:12} {to_decimal(Money(minor, currency)):>15} {currency}")
    return 0


def _check_folder(folder: Path, public: bytes) -> int:
    found = check_folder(folder, public)
    for line in found.wrong:
        _say(f"WRONG: {line}")
    if found.wrong:
        return DOES_NOT_HOLD
    _say(f"{folder}: signed and whole, {found.files} files; {found.statements} statements hold")
    return 0


def _key(given: str) -> bytes:
    """64 hex digits, or a file that holds them."""
    try:
        public = bytes.fromhex((given if len(given) == KEY_DIGITS else Path(given).read_text("ascii")).strip())
    except (OSError, ValueError) as error:
        raise Invalid("key", "must be 64 hex digits, or a file with them") from error
    if len(public) != KEY_BYTES:
        raise Invalid("key", "must be 64 hex digits, or a file with them")
    return public


def _read(file: Path) -> dict[str, Any]:
    try:
        found = shape.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        raise Invalid(str(file), "cannot be read as JSON") from error
    if not isinstance(found, dict):
        raise Invalid(str(file), "must be an object")
    return found


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


class _Bar:
    """Which table is under way, on standard error and only for people."""

    def __init__(self) -> None:
        self._progress = Progress(console=Console(stderr=True), disable=not sys.stderr.isatty())
        self._task = self._progress.add_task("", total=None)

    def __enter__(self) -> _Bar:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, what: str, done: int, of: int) -> None:
        self._progress.update(self._task, description=what, completed=done, total=of)
