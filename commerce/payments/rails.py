"""Rails: what moves a merchant's own money to those who earned it. The ledger is book-keeping, a rail pays.

A rail is asked for a key before it is told to pay under it. Its limits are its own (`per_second`): a million payouts
take hours, so paying is a paced queue that goes on where it stopped (earning/payouts.py), never a part of a request.
"""

from __future__ import annotations

import asyncio
import csv
import fcntl
import io
import json
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from logging import getLogger
from pathlib import Path
from typing import Any, Protocol

from commerce.commands import Command
from commerce.commands.earning import BeginPayouts, RecordPayout
from commerce.earning.payees import Payee
from commerce.earning.payouts import Due, attempt_of
from commerce.errors import CommerceError, Invalid
from commerce.money import Money, to_decimal
from commerce.sheets import BOM, Mistake, exported

WHOM = ("party", "name", "holder", "account", "bank")
COLUMNS = ("key", *WHOM, "amount", "currency", "amount_minor", "outcome", "reference")
NEEDED = {"key", "outcome", "reference"}  # of a sheet that comes back
SHEET_BYTES_MAX = 10_000_000
BEGUN_MAX = 100  # at a time
TRIED_MAX = 10  # the same, on a rail that has answered about nothing
UNANSWERED_MAX = 10  # of one merchant: with so many that the rail gave no answer to, none of his more is begun
log = getLogger("fenbo.payments")


@dataclass(frozen=True, slots=True)
class Result:
    """What a rail says of a key: confirmed or failed, and its own reference."""

    outcome: str
    reference: str


class Rail(Protocol):
    """One way to pay."""

    @property
    def name(self) -> str:
        """The word in `payout.rail`."""
        ...

    @property
    def per_second(self) -> int:
        """How many calls it takes."""
        ...

    async def find(self, key: str) -> Result | None:
        """What became of a key; None: it has never heard of it."""
        ...

    async def pay(self, due: Due) -> Result:
        """Pays, once per key however often it is asked."""
        ...


class SandboxRail:
    """A bank without money: a file of what it was told, one line a key, synced before it answers.

    A line that a crash has cut short was never answered, so it is taken away before the next one.
    """

    name = "sandbox"
    per_second = 1_000

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known: dict[str, Result] = {}
        self._read_bytes = 0

    async def find(self, key: str) -> Result | None:
        """See the port."""
        return await asyncio.to_thread(self._find, key)

    async def pay(self, due: Due) -> Result:
        """Confirms whatever it is told."""
        return await asyncio.to_thread(self._pay, due)

    def _find(self, key: str) -> Result | None:
        """What was written since the last look is read too, by whomever."""
        if not self._file.exists():
            return None
        with self._file.open("rb") as file:
            file.seek(self._read_bytes)
            whole, _, _ = file.read().rpartition(b"\n")
        for found in map(json.loads, whole.splitlines()):
            self._known[found["key"]] = Result("confirmed", found["reference"])
        self._read_bytes += len(whole) + bool(whole)
        return self._known.get(key)

    def _pay(self, due: Due) -> Result:
        reference = f"sandbox-{due.key}"
        line = {"key": due.key, "party": due.party, "amount_minor": due.amount_minor, "reference": reference}
        with self._file.open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            known = self._find(due.key)
            if known is not None:
                return known
            file.truncate(self._read_bytes)
            file.write(json.dumps(line).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        return Result("confirmed", reference)


Execute = Callable[[Command[Any]], Awaitable[Any]]


async def always() -> bool:
    """For whoever is alone."""
    return True


Ask = Callable[[int], Awaitable[Sequence[Due]]]
May = Callable[[], Awaitable[bool]]


async def pay_all(rail: Rail, execute: Execute, ask: Ask, may: May = always) -> int:
    """Pays what is queued on a rail, at its pace, for as long as it may; answers how many.

    Begins with what a crash left half done. `ask`: what is under way after a place. What a rail breaks off stays as it
    is until the next time, and stops nobody else's: a few more are begun then, to see whether the rail is away. Of a
    merchant with many such none is begun until one of them has its answer.
    """
    paid, dry = 0, False
    waiting: set[str] = set()  # the keys that the rail gave no answer to, this time
    while True:
        known = len(waiting)
        more, stopped = await _pay_round(rail, execute, ask, may, waiting)
        paid += more
        was_dry, dry = dry, more == 0 and len(waiting) > known
        if stopped or (dry and was_dry):
            return paid
        # All that is being sent by now has been asked about, and has no answer.
        begin = BeginPayouts(rail.name, TRIED_MAX if dry else BEGUN_MAX, sending_max=UNANSWERED_MAX)
        if await execute(begin) == 0:
            return paid


async def _pay_round(rail: Rail, execute: Execute, ask: Ask, may: May, waiting: set[str]) -> tuple[int, bool]:
    """Once through what is under way, less `waiting`, which what fails joins; how many are paid, if it had to stop."""
    paid = after = 0
    while due := await ask(after):
        after = due[-1].place
        for each in due:
            if each.key in waiting:
                continue
            if not await may():
                return paid, True
            if await _pay_one(rail, execute, each):
                paid += 1
            else:
                waiting.add(each.key)
            await asyncio.sleep(1 / rail.per_second)
    return paid, False


async def _pay_one(rail: Rail, execute: Execute, due: Due) -> bool:
    try:
        result = await rail.find(due.key) or await rail.pay(due)
        await execute(RecordPayout(due.payout, result.outcome, result.reference, attempt=due.attempt))
    except (OSError, CommerceError):
        log.exception("payout %s waits", due.payout)
        return False
    return True


def sheet(due: Sequence[Due], names: Mapping[str, str], payees: Mapping[str, Payee]) -> str:
    """Payouts for the bank's own page, as CSV; outcome and reference are filled in by whoever paid them.

    By party: `names` are how people call them, `payees` where they want their money. `amount` is in the currency's own
    unit, as banks ask for it.
    """
    return exported(COLUMNS, (_cells(one, names.get(one.party, ""), payees.get(one.party)) for one in due))


def _cells(one: Due, name: str, payee: Payee | None) -> tuple[object, ...]:
    amount = to_decimal(Money(one.amount_minor, one.currency))
    account = ("", "", "") if payee is None else (payee.holder, payee.grouped, payee.bank)
    return one.key, one.party, name, *account, amount, one.currency, one.amount_minor, "", ""


def read_sheet(text: str) -> tuple[list[tuple[int, RecordPayout]], list[Mistake]]:
    """The outcomes of a sheet that came back, by their lines, and what is wrong with other rows.

    Rows without an outcome are left for the next time. Invalid when it is no such sheet at all.
    """
    if len(text) > SHEET_BYTES_MAX:
        raise Invalid("sheet", f"at most {SHEET_BYTES_MAX} bytes")
    try:
        reader = csv.DictReader(io.StringIO(text.removeprefix(BOM)))  # spreadsheets put one before it
        if not set(reader.fieldnames or ()) >= NEEDED:
            raise Invalid("sheet", f"its columns must be {', '.join(COLUMNS)}")
        rows = [(reader.line_num, row) for row in reader if (row["outcome"] or "").strip()]
    except csv.Error as error:
        raise Invalid("sheet", str(error)) from error
    outcomes, mistakes = list[tuple[int, RecordPayout]](), list[Mistake]()
    for line, row in rows:
        try:
            outcomes.append((line, _outcome(row)))
        except Invalid as error:
            mistakes.append(refused_row(line, error))
    return outcomes, mistakes


def _outcome(row: dict[str, str]) -> RecordPayout:
    payout, attempt = attempt_of((row["key"] or "").strip())
    outcome, reference = row["outcome"].strip().lower(), (row["reference"] or "").strip()
    return RecordPayout(payout, outcome, reference, attempt=attempt)


def refused_row(line: int, error: CommerceError) -> Mistake:
    """A row that was not taken. What is said of no other of its columns is said of its key: that names the payout."""
    return Mistake(line, error.field if error.field in NEEDED else "key", error.detail)
