"""How long which personal data are kept, done by the clock. What is due stands in the store, so a restart forgets
nothing; each step looks at a page of rows within one commit, and what was erased is in the access log.

chat      questions and held lines go; of acts and appeals what was said and by whom
touches   those that no binding rests on, and what the log says of them (its commitments stay, and every proof holds);
          how long and where somebody watched; old_touches.py
contacts  name, phone, address and note of orders that ended so long ago and are not looked into (a case, a dispute, a
          hold); who applied to be a partner and was refused
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Table, and_, delete, insert, or_, select, update

from commerce.cases.rows import without_open_case
from commerce.commands.guarding import ApplyRetention, SetRetention
from commerce.earning.waiting import UNDECIDED
from commerce.privacy.access import CLOCK, note_access
from commerce.privacy.holdings import NO_CONTACT, NOBODY
from commerce.privacy.legal import held_names, held_orders, held_persons
from commerce.privacy.old_touches import sweep_touches
from commerce.store import tables
from commerce.store.reading import AnyRow, Reading
from commerce.store.unit import Unit

EVERY_MS = 3_600_000
DAY_MS = 86_400_000
KINDS = ("chat_days", "touch_days", "contact_days")
ENDED = ("finished", "cancelled", "refunded")
_rule, _order = tables.retention, tables.orders


def set_retention(unit: Unit, command: SetRetention) -> None:
    """Counts from the clock's next look on."""
    values = {name: getattr(command, name) for name in KINDS} | {"changed_at": unit.now, "next_at": unit.now}
    mine = _rule.c.merchant_id == command.merchant
    if unit.connection.execute(update(_rule).where(mine).values(values)).rowcount == 0:
        unit.connection.execute(insert(_rule), {"merchant_id": command.merchant} | values)
    said = [f"{name}={getattr(command, name)}" for name in KINDS]
    note_access(unit, command.merchant, command.by, ("ruled", "retention"), said)


def find_retention(reading: Reading, merchant: int) -> dict[str, int | None]:
    """Days of each kind; None where nothing was set."""
    row = reading.connection.execute(select(_rule).where(_rule.c.merchant_id == merchant)).first()
    return {name: None if row is None else row._mapping[name] for name in KINDS}


def retention_is_due(reading: Reading) -> bool:
    """Whether the clock has to look at any merchant's."""
    query = select(_rule.c.merchant_id).where(_rule.c.next_at <= reading.now).limit(1)
    return reading.connection.execute(query).first() is not None


def apply_retention(unit: Unit, command: ApplyRetention) -> int:
    """A page for each merchant whose time has come, of the first kind of which anything is old enough; answers how many
    rows were looked at. Call again until 0.
    """
    query = select(_rule).where(_rule.c.next_at <= unit.now).order_by(_rule.c.merchant_id)
    total = 0
    for rule in unit.connection.execute(query.with_for_update(skip_locked=True)).all():
        looked = next(filter(None, _pages(unit, rule, command.limit)), 0)
        total += looked
        if not looked:
            later = update(_rule).where(_rule.c.merchant_id == rule.merchant_id)
            unit.connection.execute(later.values(next_at=unit.now + EVERY_MS))
    return total


def _pages(unit: Unit, rule: AnyRow, limit: int) -> Iterator[int]:
    """How many rows each kind's page had, the kinds that are found without a walk first: the others wait for them."""
    merchant, old = rule.merchant_id, {name: unit.now - (rule._mapping[name] or 0) * DAY_MS for name in KINDS}
    if rule.touch_days is not None:
        gone, looked = sweep_touches(unit, rule, old["touch_days"], limit)
        _note_gone(unit, merchant, "touch", gone)
        yield looked
    if rule.chat_days is not None:
        yield _note_gone(unit, merchant, "chat", _sweep_talk(unit, merchant, old["chat_days"], limit))
    if rule.contact_days is not None:
        yield _note_gone(unit, merchant, "contact", _sweep_contacts(unit, merchant, old["contact_days"], limit))
    if rule.touch_days is not None:
        yield _erase_watch(unit, merchant, old["touch_days"], limit)


def _note_gone(unit: Unit, merchant: int, what: str, gone: list[str]) -> int:
    if gone:
        note_access(unit, merchant, CLOCK, ("erased", what), gone)
    return len(gone)


def _sweep_contacts(unit: Unit, merchant: int, before: int, limit: int) -> list[str]:
    query = select(_order.c.id, _order.c.public_id).where(
        _order.c.merchant_id == merchant,
        _order.c.state.in_(ENDED),
        _order.c.changed_at < before,
        or_(_order.c.contact != NOBODY, _order.c.note != ""),
        without_open_case(),
        *_not_looked_into(),
        _order.c.id.not_in(held_orders(merchant)),
        _order.c.viewer_id.not_in(held_persons(merchant)),
    )
    rows = unit.connection.execute(query.order_by(_order.c.id).limit(limit)).all()
    changed = update(_order).where(_order.c.id.in_([row.id for row in rows]))
    unit.connection.execute(changed.values(NO_CONTACT))
    return [row.public_id for row in rows] + _sweep_applicants(unit, merchant, before, limit)


def _not_looked_into() -> tuple[ColumnElement[bool], ...]:
    """Of orders: those of which no commission is held, and that no open dispute is about, nor about their buyer."""
    line, dispute = tables.commission_line.c, tables.dispute.c
    held = select(line.id).where(line.order_id == _order.c.id, line.state == "held")
    about = or_(dispute.order_id.is_(None), dispute.order_id == _order.c.id)
    open_ = select(dispute.id).where(dispute.viewer_id == _order.c.viewer_id, about, dispute.state.in_(UNDECIDED))
    return tuple(~found.correlate(_order).exists() for found in (held, open_))


def _sweep_applicants(unit: Unit, merchant: int, before: int, limit: int) -> list[str]:
    table = tables.application
    where = and_(table.c.state == "refused", table.c.changed_at < before, table.c.sealed.is_not(None))
    keys, found = _page(unit, table, merchant, where, limit)
    unit.connection.execute(update(table).where(table.c.id.in_(keys)).values(sealed=None))
    return found


def _erase_watch(unit: Unit, merchant: int, before: int, limit: int) -> int:
    table = tables.watch
    where = (
        table.c.merchant_id == merchant,
        table.c.seen_at < before,
        table.c.viewer_id.not_in(held_persons(merchant)),
    )
    old = select(table.c.viewer_id).where(*where).limit(limit)
    return int(unit.connection.execute(delete(table).where(table.c.viewer_id.in_(old))).rowcount)


def _sweep_talk(unit: Unit, merchant: int, before: int, limit: int) -> list[str]:
    held = held_names(merchant)
    gone: list[str] = []
    for table in (tables.question, tables.held_line):
        where = and_(table.c.at < before, table.c.viewer.not_in(held))
        keys, found = _page(unit, table, merchant, where, limit)
        unit.connection.execute(delete(table).where(table.c.id.in_(keys)))
        gone += found
    act = tables.act
    said = and_(act.c.at < before, or_(act.c.text != "", act.c.name != "", act.c.viewer != ""))
    keys, found = _page(unit, act, merchant, and_(said, act.c.viewer.not_in(held)), limit)
    unit.connection.execute(update(act).where(act.c.id.in_(keys)).values(text="", name="", viewer=""))
    return gone + found + _sweep_appeals(unit, merchant, before, limit)


def _sweep_appeals(unit: Unit, merchant: int, before: int, limit: int) -> list[str]:
    appeal, restriction = tables.appeal, tables.restriction
    mine = (restriction.c.merchant_id == merchant, restriction.c.viewer.in_(held_names(merchant)))
    theirs = select(restriction.c.id).where(*mine)
    where = and_(appeal.c.decided_at < before, appeal.c.text != "", appeal.c.restriction_id.not_in(theirs))
    keys, found = _page(unit, appeal, merchant, where, limit)
    unit.connection.execute(update(appeal).where(appeal.c.id.in_(keys)).values(text="", answer=""))
    return found


def _page(
    unit: Unit, table: Table, merchant: int, where: ColumnElement[bool], limit: int
) -> tuple[list[int], list[str]]:
    query = select(table.c.id, table.c.public_id).where(table.c.merchant_id == merchant, where)
    rows = unit.connection.execute(query.order_by(table.c.id).limit(limit)).all()
    return [row.id for row in rows], [row.public_id for row in rows]
