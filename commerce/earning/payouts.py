"""Payouts under way. `sending` is durable before a rail hears of a payout, and the key it is sent under never changes
within an attempt: so after a crash the rail is asked first, and is never told twice.

    queued ──begin──> sending ──confirmed──> confirmed ──returned──> returned
       └<─────retry────── failed <──failed──────┘                       │
       ├───────stop─────────^                                           │
       └<─────retry─────────────────────────────────────────────────────┘

A hold stops what no rail has heard of; another attempt pays what it leaves. A `failed` that was said by mistake can be
taken back, for as long as nothing has followed from it. A `returned` cannot: a sheet that says `confirmed` is as likely
the one from before. Whoever said it by mistake pays again, and confirms the new attempt with the reference of the old.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, func, insert, literal, or_, select, text, update

from commerce.books import post
from commerce.commands.earning import BeginPayouts, HoldRail, RecordPayout, RetryPayout
from commerce.earning.apart import still_owed
from commerce.earning.settlement import (
    claim_again,
    give_back,
    in_transit,
    locked_settlement,
    move_settled,
    net_receivables,
    settled_lines,
)
from commerce.errors import Conflict, Invalid, NotFound, WrongState
from commerce.ledger import Transfer
from commerce.partners.holding import hold_waiting
from commerce.proof.entry import Leaf, channel_party
from commerce.store import tables
from commerce.store.among import among
from commerce.store.bulk import Row
from commerce.store.reading import AnyRow, Connected, Reading
from commerce.store.unit import Unit

SENT_MAX = 1_000
ATTEMPT_DIGITS_MAX = 9
_OPEN = text("state IN ('queued', 'sending')")  # as ix_payout_open says it


@dataclass(frozen=True, slots=True)
class Due:
    """A payout as a rail sees it. `key` is what makes it one, however often it is sent."""

    payout: str
    key: str
    party: str
    amount_minor: int
    currency: str
    place: int  # in the queue: later ones have higher ones

    @property
    def attempt(self) -> int:
        return attempt_of(self.key)[1]


def attempt_of(key: str) -> tuple[str, int]:
    """The payout and the attempt that a key is of; Invalid."""
    payout, _, number = key.rpartition("-")
    if not (number.isascii() and number.isdigit() and len(number) <= ATTEMPT_DIGITS_MAX):
        raise Invalid("key", "must be as the sheet had it")
    return payout, int(number)


def sending(connected: Connected, rail: str, merchant: int | None = None, after: int = 0) -> tuple[Due, ...]:
    """What may or may not have reached the rail, the oldest first, at most 1,000; of one merchant, if named.

    `after`: the place of the last one known, so that all can be gone through.
    """
    table = tables.payout
    query = select(table).where(table.c.rail == rail, table.c.state == "sending").order_by(table.c.id)
    query = query.where(table.c.id > after) if after else query
    query = query if merchant is None else query.where(table.c.merchant_id == merchant)
    return tuple(
        Due(row.public_id, f"{row.public_id}-{row.attempts}", row.party, row.amount_minor, row.currency, row.id)
        for row in connected.connection.execute(query.limit(SENT_MAX))
    )


def names_of(connected: Connected, merchant: int, due: Collection[Due]) -> dict[str, str]:
    """How people call the parties of payouts: channels by their names, sharers by those they chat under."""
    found: dict[str, str] = {}
    publics = [each.party.partition(":")[2] for each in due]
    for kind, table in (("channel", tables.channel), ("sharer", tables.viewer)):
        query = select(table.c.public_id, table.c.name).where(table.c.merchant_id == merchant)
        rows = connected.connection.execute(query.where(among(table.c.public_id, "publics")), {"publics": publics})
        found |= {f"{kind}:{public}": name for public, name in rows}
    return found


def begin_payouts(unit: Unit, command: BeginPayouts) -> int:
    """Each payout is begun by one node only; those of suspended channels wait."""
    table = tables.payout
    query = select(table).where(table.c.rail == command.rail, table.c.state == "queued", ~_is_suspended())
    query = query.order_by(table.c.id)
    query = query if command.merchant is None else query.where(table.c.merchant_id == command.merchant)
    if command.sending_max is not None:
        query = query.where(table.c.merchant_id.not_in(_with_sending(command.rail, command.sending_max)))
    rows = unit.connection.execute(query.limit(command.limit).with_for_update(skip_locked=True)).all()
    for row in rows:
        _set(unit, row, state="sending")
    return len(rows)


def _with_sending(rail: str, many: int) -> Select[int]:
    """The merchants with so many being sent on a rail."""
    table = tables.payout
    query = select(table.c.merchant_id).where(table.c.rail == rail, table.c.state == "sending", _OPEN)
    return query.group_by(table.c.merchant_id).having(func.count() >= many)


def hold_rail(unit: Unit, command: HoldRail) -> bool:
    """One node pays on a rail at a time, so that its pace is kept; what dies lets go when its time is over."""
    table = tables.rail_hold
    free = or_(table.c.holder == command.holder, table.c.until <= unit.now)
    values = {"holder": command.holder, "until": unit.now + command.hold_ms}
    if unit.connection.execute(update(table).where(table.c.rail == command.rail, free).values(values)).rowcount:
        return True
    if unit.connection.execute(select(table.c.rail).where(table.c.rail == command.rail)).first() is not None:
        return False
    unit.connection.execute(insert(table), {"rail": command.rail} | values)
    return True


def payouts_wait(reading: Reading, rail: str) -> bool:
    """Whether anything is to be paid on a rail; a look at an index that is mostly empty."""
    table = tables.payout
    may_go = or_(table.c.state == "sending", ~_is_suspended())
    query = select(table.c.id).where(table.c.rail == rail, _OPEN, may_go).limit(1)
    return reading.connection.execute(query).first() is not None


def _is_suspended() -> ColumnElement[bool]:
    """Whether a payout's party is a channel that is suspended now."""
    payout, channel = tables.payout.c, tables.channel.c
    named = literal(channel_party("")) + channel.public_id == payout.party
    query = select(channel.id).where(channel.merchant_id == payout.merchant_id, channel.state == "suspended", named)
    return query.exists()


def _set(unit: Unit, row: AnyRow, **changes: Any) -> None:
    """Writes it and tells the party: the row as it was, with these changes."""
    table = tables.payout
    unit.connection.execute(update(table).where(table.c.id == row.id).values(changes | {"changed_at": unit.now}))
    now = {name: changes.get(name, getattr(row, name)) for name in ("amount_minor", "currency", "state", "reference")}
    unit.log(Leaf(row.merchant_id, row.party, "payout", {"payout": row.public_id} | now))


def _locked(unit: Unit, *where: ColumnElement[bool]) -> AnyRow:
    row = unit.connection.execute(select(tables.payout).where(*where).with_for_update()).first()
    if row is None:
        raise NotFound("payout", "no such payout")
    return row


def record_payout(unit: Unit, command: RecordPayout) -> str:
    """The pending transfer is posted or voided, the lines are paid or payable again, all in one commit."""
    where = [tables.payout.c.public_id == command.payout]
    row = _locked(
        unit, *where if command.merchant is None else (*where, tables.payout.c.merchant_id == command.merchant)
    )
    if command.attempt not in (None, row.attempts):
        return _late(row, command)
    if row.state == command.outcome:
        return str(row.state)
    if (row.state, command.outcome) == ("failed", "confirmed") and command.attempt is not None:
        return _correct(unit, row, command)
    if (row.state, command.outcome) == ("returned", "confirmed"):
        raise Conflict("payout", f"{row.public_id} was returned since: another attempt pays it")
    if command.outcome == "returned" and row.state in ("sending", "confirmed"):
        return _return(unit, row, command)
    if row.state != "sending":
        raise WrongState("payout", row.state, command.outcome)
    _hear(unit, row, command)
    return command.outcome


def _hear(unit: Unit, row: AnyRow, command: RecordPayout) -> None:
    """The bank's yes or no to what it has."""
    pending = in_transit(row.public_id, row.attempts, row.party, row.amount_minor, row.currency)
    ended = replace(pending, id=f"{pending.id}:{command.outcome}", pending=False, resolves=pending.id)
    found = locked_settlement(unit, tables.settlement.c.id == row.settlement_id)
    lines = settled_lines(unit, found.id, "paying")
    if command.outcome == "confirmed":
        post(unit, row.merchant_id, [ended, _left(row)])
        _end(unit, found, lines, "paid", state="paid")
    else:
        post(unit, row.merchant_id, [replace(ended, void=True)])
        _fail(unit, row, found, lines)
    _set(unit, row, state=command.outcome, reference=command.reference or row.reference)


def _return(unit: Unit, row: AnyRow, command: RecordPayout) -> str:
    """It was paid, and came back: the books have it go out and come in, and it is owed as after a failure."""
    if row.state == "sending":  # that it was paid, nobody has said
        _hear(unit, row, replace(command, outcome="confirmed"))
    found = locked_settlement(unit, tables.settlement.c.id == row.settlement_id)
    name, amount = f"{row.public_id}:{row.attempts}", (row.amount_minor, row.currency, "returned")
    came = Transfer(f"back:{name}", "clearing", "payout", *amount)
    post(unit, row.merchant_id, [came, Transfer(f"returned:{name}", "payout", row.party, *amount)])
    _fail(unit, row, found, settled_lines(unit, found.id, "paid"))
    _set(unit, row, state="returned", reference=command.reference or row.reference)
    return "returned"


def _correct(unit: Unit, row: AnyRow, command: RecordPayout) -> str:
    """The bank has paid it after all. Conflict if that fits no more: then a person has to see to the difference."""
    pending = in_transit(row.public_id, row.attempts, row.party, row.amount_minor, row.currency)
    void = select(tables.transfer.c.id).where(tables.transfer.c.merchant_id == row.merchant_id)
    if unit.connection.execute(void.where(tables.transfer.c.name == f"{pending.id}:failed")).first() is None:
        raise Conflict("payout", f"{row.public_id} was stopped before it was sent")
    found = locked_settlement(unit, tables.settlement.c.id == row.settlement_id)
    if found.state != "failed":
        raise Conflict("payout", f"the settlement of {row.public_id} has ended without it since it failed")
    lines = settled_lines(unit, found.id, "payable")
    gross = still_owed(unit, lines)
    netted = net_receivables(unit, found, max(0, gross - row.amount_minor), f"{row.attempts}:corrected")
    if gross - netted != row.amount_minor:
        raise Conflict(
            "payout",
            "since it failed something was refunded, held or netted elsewhere: "
            f"{gross - netted} of {row.amount_minor} minor units are owed now",
        )
    paid = replace(pending, id=f"{pending.id}:corrected", pending=False)
    post(unit, row.merchant_id, [paid, _left(row)])
    _end(unit, found, lines, "paid", state="paid", gross_minor=gross, netted_minor=netted)
    _set(unit, row, state="confirmed", reference=command.reference or row.reference)
    return "confirmed"


def _left(row: AnyRow) -> Transfer:
    """The money is out; of one that came back, another attempt takes it out again."""
    name = f"left:{row.public_id}" + (f":{row.attempts}" if row.attempts > 1 else "")
    return Transfer(name, "payout", "clearing", row.amount_minor, row.currency, "payout")


def _late(row: AnyRow, command: RecordPayout) -> str:
    """A word on another attempt than the one under way. An earlier one failed or came back, or there would be no later:
    no news.
    """
    if command.attempt is not None and command.attempt < row.attempts and command.outcome != "confirmed":
        return str(row.state)
    raise Conflict("payout", f"{command.payout} is at attempt {row.attempts}, and this is said of {command.attempt}")


def _fail(unit: Unit, row: AnyRow, found: AnyRow, lines: Sequence[Row]) -> None:
    """The money is here: what was netted for it is owed again, and what was given up of it is no loss any more."""
    claim_again(unit, lines)
    give_back(unit, found, found.netted_minor, str(row.attempts))
    _end(unit, found, lines, "payable", state="failed", netted_minor=0)
    hold_waiting(unit, lines)


def _end(unit: Unit, found: AnyRow, lines: Sequence[Row], lines_are: str, **changes: Any) -> None:
    """The settlement with these changes, and its lines."""
    table = tables.settlement
    unit.connection.execute(update(table).where(table.c.id == found.id).values(changes | {"changed_at": unit.now}))
    move_settled(unit, found, lines, lines_are)


def stop_payouts(unit: Unit, merchant: int, whose: ColumnElement[bool]) -> Sequence[AnyRow]:
    """Those that no rail has heard of fail, and their lines are payable; answers their rows as they were."""
    table = tables.payout
    query = select(table).where(table.c.merchant_id == merchant, table.c.state == "queued", whose)
    rows = unit.connection.execute(query.order_by(table.c.id).with_for_update()).all()
    for row in rows:
        pending = in_transit(row.public_id, row.attempts, row.party, row.amount_minor, row.currency)
        stopped = replace(pending, id=f"{pending.id}:stopped", pending=False, resolves=pending.id, void=True)
        post(unit, merchant, [stopped])
        found = locked_settlement(unit, tables.settlement.c.id == row.settlement_id)
        _fail(unit, row, found, settled_lines(unit, found.id, "paying"))
        _set(unit, row, state="failed")
    return rows


def with_lines_of(orders: Collection[int]) -> ColumnElement[bool]:
    """Whether a payout has lines of these orders (keys)."""
    line = tables.commission_line.c
    theirs = select(line.settlement_id).where(line.order_id.in_(orders), line.state == "paying")
    return tables.payout.c.settlement_id.in_(theirs)


def go_on(unit: Unit, merchant: int, stopped: Iterable[AnyRow]) -> None:
    """What was stopped, with what is left of it; where that is nothing, the settlement has ended."""
    for payout in stopped:
        retry_payout(unit, RetryPayout(merchant, payout.public_id))


def retry_payout(unit: Unit, command: RetryPayout) -> str:
    """Another attempt under another key, of what is left: a line may have been refunded or held since, and all that
    the party owes by now is netted with it first.

    `failed` or `returned` again: nothing is left, so its settlement has ended without it.
    """
    table = tables.payout
    row = _locked(unit, table.c.merchant_id == command.merchant, table.c.public_id == command.payout)
    if row.state not in ("failed", "returned"):
        raise WrongState("payout", row.state, "retry")
    found = locked_settlement(unit, tables.settlement.c.id == row.settlement_id)
    if found.state != "failed":
        raise WrongState("settlement", found.state, "retry")
    lines, attempts = settled_lines(unit, found.id, "payable"), row.attempts + 1
    gross = still_owed(unit, lines)
    netted = net_receivables(unit, found, gross, str(attempts))
    amount, state = gross - netted, "paying" if gross > netted else "paid"
    _end(unit, found, lines, state, state=state, gross_minor=gross, netted_minor=netted)
    if not amount:
        return str(row.state)
    post(unit, row.merchant_id, [in_transit(row.public_id, attempts, row.party, amount, row.currency)])
    _set(unit, row, state="queued", attempts=attempts, amount_minor=amount)
    return "queued"
