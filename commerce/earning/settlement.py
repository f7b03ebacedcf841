"""Settlements: what matured in a period, party by party; reviewed, netted with what the party owes, then paid out.

prepared ──approve──> paying ──confirmed──> paid ──returned──> failed
                        └──failed──> failed ──retry──> paying        (nothing left to pay: paid at once)

What was netted for an attempt that failed, or came back, is owed again; the next attempt nets what is owed then.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import case, func, insert, select, update

from commerce.books import post
from commerce.commands.earning import (
    ApprovedMany,
    ApproveSettlement,
    ApproveSettlements,
    EndReceivable,
    PrepareSettlements,
)
from commerce.directory.merchants import find_merchant, zone
from commerce.earning.apart import still_owed
from commerce.earning.follow import keep_lines
from commerce.earning.plans import plan_in_force
from commerce.earning.told import BY_HAND, line_body
from commerce.errors import Forbidden, Invalid, NotFound, WrongState
from commerce.ledger import Transfer
from commerce.proof.entry import Leaf, sharer_party
from commerce.store import tables
from commerce.store.among import among
from commerce.store.bulk import Row, insert_rows
from commerce.store.ids import public_id
from commerce.store.reading import AnyRow
from commerce.store.unit import Unit
from commerce.times import to_ms


def prepare_settlements(unit: Unit, command: PrepareSettlements) -> int:
    """Takes the matured lines of the period that no settlement has yet."""
    until = _midnight(unit, command.merchant, command.until)
    if until > unit.now:
        raise Invalid("until", "the period is not over yet")
    by_party: dict[str, list[Row]] = {}
    for line in _matured(unit, command.merchant, until):
        by_party.setdefault(line["party"], []).append(line)
    for party in sorted(by_party):
        _prepare(unit, command, party, by_party[party], until)
    return len(by_party)


def _midnight(unit: Unit, merchant: int, day: date) -> int:
    """When the day begins at the merchant's."""
    local = datetime.combine(day, time(), zone("timezone", find_merchant(unit, merchant).timezone))
    return to_ms(local.astimezone(UTC))


def _matured(unit: Unit, merchant: int, until: int) -> list[Row]:
    table = tables.commission_line
    where = (table.c.merchant_id == merchant, table.c.state == "matured", table.c.matured_at < until)
    query = select(table).where(*where, table.c.settlement_id.is_(None)).order_by(table.c.id).with_for_update()
    return [dict(row._mapping) for row in unit.connection.execute(query)]


def _prepare(unit: Unit, command: PrepareSettlements, party: str, lines: list[Row], until: int) -> None:
    table, key, public = tables.settlement, unit.new_id(), public_id()
    mine = (table.c.merchant_id == command.merchant, table.c.party == party)
    start = unit.connection.execute(select(func.max(table.c.period_end)).where(*mine)).scalar() or 0
    if start >= until:
        raise Invalid("until", "is within a period that was settled")
    row = {"id": key, "merchant_id": command.merchant, "public_id": public, "party": party, "state": "prepared"}
    period = {"period_start": start, "period_end": until, "currency": lines[0]["currency"]}
    sums = {"gross_minor": still_owed(unit, lines), "netted_minor": 0}
    people = {"prepared_by": command.by, "approved_by": "", "created_at": unit.now, "changed_at": unit.now}
    unit.connection.execute(insert(table), row | period | sums | people)
    for line in lines:
        line["settlement_id"] = key
        line["version"] += 1
    keep_lines(unit, lines)


def locked_settlement(unit: Unit, *where: Any) -> AnyRow:
    """A settlement's row, held until the commit; NotFound."""
    row = unit.connection.execute(select(tables.settlement).where(*where).with_for_update()).first()
    if row is None:
        raise NotFound("settlement", "no such settlement")
    return row


def settled_lines(unit: Unit, settlement: int, *states: str) -> list[Row]:
    """The lines of a settlement that are in one of these states."""
    table = tables.commission_line
    where = (table.c.settlement_id == settlement, table.c.state.in_(states))
    query = select(table).where(*where).order_by(table.c.id).with_for_update()
    return [dict(row._mapping) for row in unit.connection.execute(query)]


def approve_settlement(unit: Unit, command: ApproveSettlement) -> str:
    """By another person than who prepared it, where the plan asks for four eyes."""
    table = tables.settlement
    mine = (table.c.merchant_id == command.merchant, table.c.public_id == command.settlement)
    found = locked_settlement(unit, *mine)
    if found.state != "prepared":
        raise WrongState("settlement", found.state, "approve")
    if plan_in_force(unit, command.merchant).plan.four_eyes and command.by == found.prepared_by:
        raise Forbidden("by", "another person than who prepared it has to approve")
    return _approve(unit, found, command.by, command.rail)


def approve_settlements(unit: Unit, command: ApproveSettlements) -> ApprovedMany:
    """As one by one: what the approver has prepared himself under four eyes is left to another person."""
    table = tables.settlement
    where = [table.c.merchant_id == command.merchant, table.c.state == "prepared"]
    if command.until is not None:
        where.append(table.c.period_end <= _midnight(unit, command.merchant, command.until))
    may = [*where]
    if plan_in_force(unit, command.merchant).plan.four_eyes:
        may.append(table.c.prepared_by != command.by)
    query = select(table).where(*may).order_by(table.c.id).limit(command.limit).with_for_update()
    rows = unit.connection.execute(query).all()
    for row in rows:
        _approve(unit, row, command.by, command.rail)
    counts = [select(func.count()).select_from(table).where(*wanted) for wanted in (where, may)]
    waiting, left = (unit.connection.execute(count).scalar_one() for count in counts)
    return ApprovedMany(len(rows), left, waiting - left)


def _approve(unit: Unit, found: AnyRow, by: str, rail: str) -> str:
    """Everything is counted again inside this transaction: what was refunded or held meanwhile is not paid."""
    table = tables.settlement
    lines = settled_lines(unit, found.id, "matured")
    gross = still_owed(unit, lines)
    netted = net_receivables(unit, found, gross, "1")
    state = "paying" if gross > netted else "paid"
    changes = {"gross_minor": gross, "netted_minor": netted, "state": state, "approved_by": by}
    unit.connection.execute(update(table).where(table.c.id == found.id).values(changes | {"changed_at": unit.now}))
    move_settled(unit, found, lines, state)
    if gross > netted:
        _queue(unit, found, gross - netted, rail)
    return state


def net_receivables(unit: Unit, found: AnyRow, gross: int, attempt: str) -> int:
    """What the party owes is taken from what it earned, the oldest first; answers how much. `attempt` of its payout."""
    table, left = tables.receivable, gross
    theirs = table.c.party.in_(names_of_one(unit, found.merchant_id, found.party))
    where = (table.c.merchant_id == found.merchant_id, theirs, table.c.state == "receivable")
    rows = unit.connection.execute(select(table).where(*where).order_by(table.c.id).with_for_update()).all()
    transfers = []
    for row in rows:
        part = min(left, row.amount_minor - row.settled_minor)
        if not part:
            break
        left -= part
        settle_receivable(unit, row, part, "offset")
        name = _net_name("net", row.public_id, found.public_id, attempt)
        transfers.append(Transfer(name, found.party, f"receivable:{row.party}", part, row.currency, "net"))
    post(unit, found.merchant_id, transfers)
    return gross - left


def names_of_one(unit: Unit, merchant: int, party: str) -> list[str]:
    """A party and what else it is called: a sharer who logged in is still who he was as a guest."""
    public, viewer = party.partition(":")[2], tables.viewer
    if sharer_party(public) != party:
        return [party]
    mine = select(func.coalesce(viewer.c.same_as_id, viewer.c.id)).where(viewer.c.merchant_id == merchant)
    key = unit.connection.execute(mine.where(viewer.c.public_id == public)).scalar()
    same = select(viewer.c.public_id).where((viewer.c.id == key) | (viewer.c.same_as_id == key))
    return [sharer_party(each) for each in unit.connection.execute(same).scalars()]


def settle_receivable(unit: Unit, row: AnyRow, part: int, how: str, reason: str = "") -> None:
    """So much of it is settled, or less than nothing is; the last part ends it, as `how`."""
    table, settled = tables.receivable, row.settled_minor + part
    state = how if settled == row.amount_minor else "receivable"
    changes = {"settled_minor": settled, "state": state, "version": row.version + 1, "reason": reason}
    unit.connection.execute(update(table).where(table.c.id == row.id).values(changes))
    body = {"receivable": row.public_id, "amount_minor": row.amount_minor, "settled_minor": settled, "state": state}
    body |= {"reason": BY_HAND} if reason else {}
    unit.log(Leaf(row.merchant_id, row.party, "receivable", body))


def give_back(unit: Unit, found: AnyRow, amount: int, attempt: str) -> None:
    """Of what a settlement netted for an attempt so much is owed again, the latest first."""
    table, left, transfers = tables.receivable, amount, []
    for public, netted, of in reversed(_netted_by(unit, found, attempt)):
        part = min(left, netted)
        if not part:
            break
        left -= part
        row = unit.connection.execute(select(table).where(table.c.public_id == public).with_for_update()).one()
        settled = row.settled_minor - part
        changes = {"settled_minor": settled, "state": "receivable", "version": row.version + 1}
        unit.connection.execute(update(table).where(table.c.id == row.id).values(changes))
        body = {"receivable": public, "amount_minor": row.amount_minor, "settled_minor": settled, "state": "receivable"}
        unit.log(Leaf(row.merchant_id, row.party, "receivable", body))
        name = _net_name("unnet", public, found.public_id, of)
        transfers.append(Transfer(name, f"receivable:{row.party}", found.party, part, row.currency, "net"))
    assert not left, "no more is given back than was netted"
    post(unit, found.merchant_id, transfers)


def _netted_by(unit: Unit, found: AnyRow, attempt: str) -> list[tuple[str, int, str]]:
    """Receivables (public ids), how much of each a settlement has netted for an attempt, in its order, and for which:
    what was corrected has netted anew what it had given back.
    """
    receivable, transfer = tables.receivable.c, tables.transfer.c
    names = names_of_one(unit, found.merchant_id, found.party)
    theirs = (receivable.merchant_id == found.merchant_id, receivable.party.in_(names))
    owed = unit.connection.execute(select(receivable.public_id).where(*theirs, receivable.settled_minor > 0)).scalars()
    of = [(public, each) for public in owed for each in (attempt, f"{attempt}:corrected")]
    by_name = {_net_name("net", public, found.public_id, each): (public, each) for public, each in of}
    back = {_net_name("unnet", public, found.public_id, each): (public, each) for public, each in of}
    query = select(transfer.name, transfer.amount_minor).where(among(transfer.name, "names")).order_by(transfer.id)
    query = query.where(transfer.merchant_id == found.merchant_id)
    rows = unit.connection.execute(query, {"names": [*by_name, *back]}).all()
    given = {back[name] for name, _ in rows if name in back}
    netted = [(*by_name[name], minor) for name, minor in rows if name in by_name and by_name[name] not in given]
    return [(public, minor, each) for public, each, minor in netted]


def _net_name(entry: str, receivable: str, settlement: str, attempt: str) -> str:
    return f"{entry}:{receivable}:{settlement}" + (f":{attempt}" if attempt != "1" else "")


def end_receivable(unit: Unit, command: EndReceivable) -> str:
    """Outside of any settlement: the money came, or is given up."""
    table = tables.receivable
    mine = (table.c.merchant_id == command.merchant, table.c.public_id == command.receivable)
    row = unit.connection.execute(select(table).where(*mine).with_for_update()).first()
    if row is None:
        raise NotFound("receivable", "no such receivable")
    if row.state != "receivable":
        raise WrongState("receivable", row.state, command.how)
    left = row.amount_minor - row.settled_minor
    settle_receivable(unit, row, left, command.how, command.reason)
    # Repaid money came in from outside; what is written off, the merchant's sales bear.
    debit = "clearing" if command.how == "repaid" else "sales"
    name = _ended_name(command.how, row.public_id, row.version)
    transfer = Transfer(name, debit, f"receivable:{row.party}", left, row.currency, command.how)
    post(unit, command.merchant, [transfer])
    return command.how


def claim_again(unit: Unit, lines: Sequence[Row]) -> None:
    """What was written off of lines whose money is not out is owed again: it is netted with that money."""
    table = tables.receivable
    query = select(table).where(among(table.c.line_id, "lines"), table.c.settled_minor > 0).order_by(table.c.id)
    rows = unit.connection.execute(query.with_for_update(), {"lines": [line["id"] for line in lines]}).all()
    for row in rows:
        if minor := written_off(unit, row):
            claim_part(unit, row, minor)


def claim_part(unit: Unit, row: AnyRow, minor: int) -> None:
    """So much of a receivable that was written off is owed again."""
    settle_receivable(unit, row, -minor, "written_off")
    name = _claimed_name(row.public_id, row.version)
    transfer = Transfer(name, f"receivable:{row.party}", "sales", minor, row.currency, "claimed")
    post(unit, row.merchant_id, [transfer])


def written_off(unit: Unit, row: AnyRow) -> int:
    """How much of a receivable is written off now. Its state does not say: a part may have been netted before, or
    given back since.
    """
    transfer, versions = tables.transfer.c, range(1, row.version + 1)
    names = [_ended_name("written_off", row.public_id, each) for each in versions]
    names += [_claimed_name(row.public_id, each) for each in versions]
    minor = case((transfer.entry == "claimed", -transfer.amount_minor), else_=transfer.amount_minor)
    query = select(func.coalesce(func.sum(minor), 0)).where(transfer.merchant_id == row.merchant_id)
    return int(unit.connection.execute(query.where(among(transfer.name, "names")), {"names": names}).scalar_one())


def _claimed_name(receivable: str, version: int) -> str:
    return f"claimed:{receivable}:{version}"


def _ended_name(how: str, receivable: str, version: int) -> str:
    """It may end, be claimed again, and end again: each has a name of its own."""
    return f"{how}:{receivable}" + (f":{version}" if version > 1 else "")


def move_settled(unit: Unit, found: AnyRow, lines: Sequence[Row], state: str) -> None:
    """The lines of a settlement go on together, and its party is told."""
    moved = list(lines)
    for line in moved:
        line |= {"state": state, "version": line["version"] + 1, "changed_at": unit.now}
    keep_lines(unit, moved)
    body = {
        "settlement": found.public_id,
        "period_start": found.period_start,
        "period_end": found.period_end,
        "state": state,
        "lines": [line_body(line) for line in moved],
    }
    unit.log(Leaf(found.merchant_id, found.party, "settlement", body))


def _queue(unit: Unit, found: AnyRow, amount: int, rail: str) -> None:
    public = public_id()
    row = {
        "id": unit.new_id(),
        "merchant_id": found.merchant_id,
        "public_id": public,
        "settlement_id": found.id,
        "party": found.party,
        "rail": rail,
        "amount_minor": amount,
        "currency": found.currency,
        "state": "queued",
        "attempts": 1,
        "reference": "",
        "created_at": unit.now,
        "changed_at": unit.now,
    }
    insert_rows(unit.connection, tables.payout, [row])
    post(unit, found.merchant_id, [in_transit(public, 1, found.party, amount, found.currency)])


def in_transit(payout: str, attempt: int, party: str, amount: int, currency: str) -> Transfer:
    """What is pending while a payout is under way."""
    return Transfer(f"payout:{payout}:{attempt}", party, "payout", amount, currency, "payout", pending=True)
