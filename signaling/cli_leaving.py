"""The verbs of leaving and of proof: export, import, farewell, verify, log-key."""

from __future__ import annotations

import re
import sys
import time
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from commerce.errors import Invalid
from commerce.leaving import station
from commerce.leaving.check import check_folder, check_statement, is_signed
from commerce.leaving.files import read_manifest
from commerce.money import Money, to_decimal
from commerce.proof import shape
from commerce.proof.signing import KEY_BYTES
from commerce.proof.verify import Report, compare
from config.settings import Settings

DOES_NOT_HOLD = 1
SOME_UNDER_ANOTHER_KEY = 3  # 2 is wrong usage
TWO_KEYS = (
    "A merchant who moved to another installation has a key of before and one of now: give both, "
    "--key ONE --key OTHER. Ask the merchant for the one you do not have; never take it from what you check."
)
KEY = re.compile(f"[0-9A-Fa-f]{{{2 * KEY_BYTES}}}")


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
    given = [_key(each) for each in known.key]
    if known.statement.is_dir():
        return _check_folder(known.statement, given)
    found = _read(known.statement)
    under = check_statement(found, given)
    wrong = list(under.report.wrong)
    if not under.given:
        wrong.append(
            f"the head is not signed by the given key, nor by one that follows from it, but by {under.key.hex()}"
        )
    if known.head is not None:
        proof = [] if known.proof is None else _read(known.proof).get("hashes")
        wrong += compare(found, _read(known.head), proof, under.key)
    for line in wrong:
        _say(f"WRONG: {line}")
    if not under.given:
        _say(TWO_KEYS)
    if wrong:
        return DOES_NOT_HOLD
    _show(under.report, compared=known.head is not None)
    return 0


def _show(report: Report, *, compared: bool) -> None:
    """What a statement that holds says."""
    _say(f"{report.party}: {report.entries} entries hold, {report.erased} erased")
    if report.upto is not None:
        seq, at = report.upto
        _say(f"up to entry {seq} of {_moment(at)}; whether later ones were left out, it does not show")
    elif report.signed_at is not None:
        _say(f"up to {_moment(report.signed_at)}, when the log was signed, nothing was left out")
    if compared:
        _say("both heads are of one history")
    for currency, states in sorted(report.figures.items()):
        for state, minor in sorted(states.items()):
            _say(f"  {state:12} {to_decimal(Money(minor, currency)):>15} {currency}")


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(" ", "seconds")


def _check_folder(folder: Path, given: list[bytes]) -> int:
    """SOME_UNDER_ANOTHER_KEY when nothing is wrong, but not all of it is proven by the keys that were given."""
    found = check_folder(folder, *given)
    for line in found.wrong:
        _say(f"WRONG: {line}")
    for key, names in found.others.items():
        for line in _by_folder(names):
            _say(f"UNDER ANOTHER KEY, {key}: {line}")
    if found.others:
        _say(f"{folder}: {found.statements} statements hold; what is under another key is not proven by what was given")
        _say(TWO_KEYS)
    if found.wrong:
        return DOES_NOT_HOLD
    if found.others:
        return SOME_UNDER_ANOTHER_KEY
    _say(f"{folder}: signed and whole, {found.files} files; {found.statements} statements hold")
    return 0


def _by_folder(names: Sequence[str]) -> Iterator[str]:
    """A log has as many statements as the merchant has partners: those of a folder in one line."""
    for folder, some in groupby(names, lambda name: Path(name).parent.as_posix()):
        files = list(some)
        yield files[0] if len(files) == 1 else f"{len(files)} statements in {folder}"


def _key(given: str) -> bytes:
    """64 hex digits, or a file that holds them."""
    try:
        found = given if KEY.fullmatch(given) else Path(given).read_text("ascii").strip()
    except (OSError, ValueError):
        found = ""
    if not KEY.fullmatch(found):
        raise Invalid("key", "must be 64 hex digits, or a file with them")
    return bytes.fromhex(found)


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
