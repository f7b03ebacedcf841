"""A browser is another viewer once it has logged in, so that whoever knows the cookie of before knows nobody.

Otherwise a cookie that somebody planted in another's browser beforehand would hold what that one logs in to. The new
viewer is the same person with every merchant that knew the old one: as if both had logged in as one customer (merging),
but that nothing has to move.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, insert, or_, select, update

from commerce.events import RestrictionChanged
from commerce.programs.answers import viewer_caller
from commerce.store import tables
from commerce.store.bulk import insert_rows
from commerce.store.ids import public_id
from commerce.store.unit import Unit
from commerce.visits import known_as, viewer_row

_ended, _viewer, _restriction = tables.ended_viewer, tables.viewer, tables.restriction


def renew_viewer(unit: Unit, viewer: str, fresh: str) -> None:
    """`viewer`, of whom the store has at least one row, is at an end, and `fresh` is who he was."""
    rows = []
    for row in unit.connection.execute(select(_viewer).where(known_as(viewer))).all():
        person = {"same_as_id": row.same_as_id or row.id, "customer_id": row.customer_id}
        rows.append(viewer_row(unit, row.merchant_id, fresh) | person)
    insert_rows(unit.connection, tables.viewer, rows)
    _restrict_too(unit, [row["merchant_id"] for row in rows], viewer, fresh)
    table = tables.answered
    posted = update(table).where(table.c.caller == viewer_caller(viewer))
    unit.connection.execute(posted.values(caller=viewer_caller(fresh)))
    unit.connection.execute(insert(_ended), {"viewer": viewer, "at": unit.now, "renewed": fresh})


def _restrict_too(unit: Unit, merchants: list[int], viewer: str, fresh: str) -> None:
    """Nobody gets rid of a mute by logging in. The old viewer's stays as well: it hides what he said."""
    table = _restriction
    holds = and_(table.c.lifted_at.is_(None), or_(table.c.ends_at.is_(None), table.c.ends_at > unit.now))
    query = select(table, tables.room.c.slug).outerjoin(tables.room, tables.room.c.id == table.c.room_id)
    found = unit.connection.execute(
        query.where(table.c.merchant_id.in_(merchants), table.c.viewer == viewer, holds)
    ).all()
    for row in found:
        copied: dict[str, Any] = {column.name: row._mapping[column.name] for column in table.columns}
        copied |= {"id": unit.new_id(), "public_id": public_id(), "viewer": fresh}
        unit.connection.execute(insert(table), copied)
        unit.tell(RestrictionChanged(row.merchant_id, fresh, row.slug, False))
