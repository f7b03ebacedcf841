"""Viewers that nobody is any more: who logs out leaves his viewer behind, and its cookie opens nothing from then on.

Nor does that of before a login (customers.renewal).
"""

from __future__ import annotations

from sqlalchemy import delete, insert, select

from commerce.commands import EndViewer
from commerce.customers.views import Ended
from commerce.store import tables
from commerce.store.reading import Connected, Reading
from commerce.store.unit import Unit
from commerce.visits import known_as

KEPT_MS = 400 * 86_400_000  # no cookie lasts longer (signaling.tokens)
ENDED_MAX = 1_000_000  # the latest; a node keeps them in memory
LOGINS_MAX = 20  # of one browser without a logout: one for each merchant
_table, _viewer = tables.ended_viewer, tables.viewer


def end_viewer(unit: Unit, command: EndViewer) -> bool:
    """Whether he is at an end now; a viewer of whom nothing is known has nothing to be kept from anybody."""
    if has_ended(unit, command.viewer):
        return True
    known = select(_viewer.c.id).where(known_as(command.viewer)).limit(1)
    if unit.connection.execute(known).first() is None:
        return False
    unit.connection.execute(delete(_table).where(_table.c.at <= unit.now - KEPT_MS))
    unit.connection.execute(insert(_table), {"viewer": command.viewer, "at": unit.now})
    return True


def ended_viewers(reading: Reading, since: int) -> tuple[Ended, ...]:
    """Those from then (ms) on."""
    query = select(_table.c.viewer, _table.c.at, _table.c.renewed.is_not(None)).where(_table.c.at >= since)
    rows = reading.connection.execute(query.order_by(_table.c.at.desc()).limit(ENDED_MAX))
    return tuple(Ended(viewer, at, bool(renewed)) for viewer, at, renewed in rows)


def since_then(connected: Connected, viewer: str) -> list[str]:
    """The viewer, and whom his browser became with each login since, the present one last."""
    found = [viewer]
    while len(found) < LOGINS_MAX:
        query = select(_table.c.renewed).where(_table.c.viewer == found[-1])
        fresh = connected.connection.execute(query).scalar()
        if fresh is None:
            break
        found.append(str(fresh))
    return found


def has_ended(connected: Connected, viewer: str) -> bool:
    """Whether nobody is this viewer any more."""
    return connected.connection.execute(select(_table.c.at).where(_table.c.viewer == viewer)).first() is not None
