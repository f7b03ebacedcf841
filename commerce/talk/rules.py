"""How rooms are talked in: slow mode, nobody speaks, every line waits. One row a room, and one for all rooms."""

from __future__ import annotations

from sqlalchemy import delete, insert, select

from commerce.commands import SetRule
from commerce.events import RulesChanged
from commerce.store import tables
from commerce.store.reading import Connected
from commerce.store.unit import Unit
from commerce.talk import views
from commerce.talk.acts import log, room_key


def set_rule(unit: Unit, command: SetRule) -> views.Rule:
    """The rule of one room, or that of all; a rule that asks for nothing leaves no row."""
    table, room = tables.chat_rule, room_key(unit, command.merchant, command.room)
    here = table.c.room_id.is_(None) if room is None else table.c.room_id == room
    unit.connection.execute(delete(table).where(table.c.merchant_id == command.merchant, here))
    rule = views.Rule(command.room, command.slow_seconds, bool(command.muted), bool(command.held))
    values = {"slow_seconds": rule.slow_seconds, "muted": rule.muted, "held": rule.held}
    if any(values.values()):
        row = {"id": unit.new_id(), "merchant_id": command.merchant, "room_id": room}
        unit.connection.execute(insert(table), row | values)
    log(unit, command.merchant, "rules", command.by, room, text=_said(rule))
    unit.tell(RulesChanged(command.merchant, command.room))
    return rule


def _said(rule: views.Rule) -> str:
    """`slow 10 s, muted`, for the log."""
    parts = (f"slow {rule.slow_seconds} s" if rule.slow_seconds else "", "muted" * rule.muted, "held" * rule.held)
    return ", ".join(part for part in parts if part) or "open"


def find_rules(connected: Connected, merchant: int) -> tuple[views.Rule, ...]:
    """All rules that ask for something; the one without a room is for all."""
    table, room = tables.chat_rule, tables.room
    query = (
        select(room.c.slug, table.c.slow_seconds, table.c.muted, table.c.held)
        .outerjoin(room, room.c.id == table.c.room_id)
        .where(table.c.merchant_id == merchant)
        .order_by(table.c.id)
    )
    return tuple(views.Rule(*row) for row in connected.connection.execute(query))
