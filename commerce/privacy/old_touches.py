"""Touches that were kept long enough, and what the log says of them: a page of each, on from where the last one ended.

Those that a binding rests on stay with their leaves, so that why somebody is whose he is is told the same for ever, and
so do a held person's. In time that is most of what is old, and nobody goes through all of it once an hour with the
writer waiting: how far a merchant's sweep has come stands in the store. It begins anew when a hold is lifted.

A touch is as old as its last moment. One that was noted long ago and counted lately (a page that stayed open) is passed
by; it goes when its leaf, which is of the moment it counted, is old as well.
"""

from __future__ import annotations

import json
from itertools import takewhile

from sqlalchemy import case, delete, func, select, tuple_, update

from commerce.privacy.legal import held_persons
from commerce.store import tables
from commerce.store.reading import AnyRow
from commerce.store.unit import Unit

LEAVES_EACH = 4  # so many leaves are looked at for each row that may go: they are of all kinds, and in one order
_touch, _leaf, _rule, _binding = tables.touch, tables.log_leaf, tables.retention, tables.binding


def sweep_touches(unit: Unit, rule: AnyRow, before: int, limit: int) -> tuple[list[str], int]:
    """The public ids of touches that went, and how many rows were looked at, of at most `limit` touches: 0 at the end.

    A leaf goes with its touch, whose row is first: leaves are looked at once no touch before `before` (ms) is left to.
    """
    rows = _old_touches(unit, rule, before, limit)
    gone = _erase(unit, rule.merchant_id, before, [row.public_id for row in rows])
    if rows:
        _note(unit, rule, touch_at=rows[-1].noted_at, touch_id=rows[-1].id)
    if len(rows) == limit:
        return gone, len(rows)
    more, leaves = _sweep_leaves(unit, rule, before, limit * LEAVES_EACH)
    return gone + more, len(rows) + leaves


def _old_touches(unit: Unit, rule: AnyRow, before: int, limit: int) -> list[AnyRow]:
    beyond = tuple_(_touch.c.noted_at, _touch.c.id) > tuple_(rule.touch_at, rule.touch_id)
    query = select(_touch.c.id, _touch.c.public_id, _touch.c.noted_at)
    query = query.where(_touch.c.merchant_id == rule.merchant_id, beyond, _touch.c.noted_at < before)
    return list(unit.connection.execute(query.order_by(_touch.c.noted_at, _touch.c.id).limit(limit)))


def _erase(unit: Unit, merchant: int, before: int, touches: list[str]) -> list[str]:
    """Those that no binding rests on, of persons who are not held; answers which they were."""
    query = select(_touch.c.id, _touch.c.public_id).where(
        _touch.c.public_id.in_(touches),
        func.coalesce(_touch.c.counted_at, _touch.c.noted_at) < before,
        ~select(_binding.c.id).where(_binding.c.touch_id == _touch.c.id).exists(),
        _touch.c.viewer_id.not_in(held_persons(merchant)),
    )
    gone = unit.connection.execute(query.order_by(_touch.c.id)).all()
    unit.connection.execute(delete(_touch).where(_touch.c.id.in_([row.id for row in gone])))
    return [row.public_id for row in gone]


def _sweep_leaves(unit: Unit, rule: AnyRow, before: int, limit: int) -> tuple[list[str], int]:
    """Of touches that are there no more; answers which went only now, and how many leaves were looked at."""
    found = list(takewhile(lambda row: row.at < before, _next_leaves(unit, rule, limit)))
    said = {(row.log, row.position): json.loads(row.body)["touch"] for row in found if row.body is not None}
    late = _erase(unit, rule.merchant_id, before, list(said.values()))
    query = select(_touch.c.public_id).where(_touch.c.public_id.in_(said.values()))
    there = set(unit.connection.execute(query).scalars())
    erased = update(_leaf).values(salt=None, body=None, viewer_id=None).where(_leaf.c.merchant_id == rule.merchant_id)
    for log in {log for log, _ in said}:
        gone = [position for (of, position), touch in said.items() if of == log and touch not in there]
        unit.connection.execute(erased.where(_leaf.c.log == log, _leaf.c.position.in_(gone)))
    if found:
        _note(unit, rule, leaf_log=found[-1].log, leaf_position=found[-1].position)
    return late, len(found)


def _next_leaves(unit: Unit, rule: AnyRow, limit: int) -> list[AnyRow]:
    """Of all kinds, in their order, which is that of time; bodies of touches alone."""
    body = case((_leaf.c.kind == "touch", _leaf.c.body)).label("body")
    beyond = tuple_(_leaf.c.log, _leaf.c.position) > tuple_(rule.leaf_log, rule.leaf_position)
    query = select(_leaf.c.log, _leaf.c.position, _leaf.c.at, body).where(
        _leaf.c.merchant_id == rule.merchant_id, beyond
    )
    return list(unit.connection.execute(query.order_by(_leaf.c.log, _leaf.c.position).limit(limit)))


def _note(unit: Unit, rule: AnyRow, **come_to: int) -> None:
    unit.connection.execute(update(_rule).where(_rule.c.merchant_id == rule.merchant_id).values(come_to))
