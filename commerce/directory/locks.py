"""The versions of a merchant's lock: the newest whose time has come is in force.

The first counts from the beginning, whatever the clock says: a node whose clock is behind has to know a rule as well.
"""

from __future__ import annotations

from sqlalchemy import BindParameter, ColumnElement, ScalarSelect, Select, insert, or_, select

from commerce.attribution import LockRule, LockVersion
from commerce.store import tables
from commerce.store.reading import AnyRow, Connected
from commerce.store.unit import Unit

FIRST = 1  # version of a merchant
_table = tables.lock_rule


def canonical_in_force(merchant: ColumnElement[int], now: BindParameter[int]) -> ScalarSelect[str]:
    """The lock in force as its canonical form, for a statement about merchants."""
    query = select(_table.c.canonical).where(_table.c.merchant_id == merchant, _has_come(now))
    return query.order_by(_table.c.version.desc()).limit(1).scalar_subquery()


def _has_come(now: BindParameter[int] | int) -> ColumnElement[bool]:
    return or_(_table.c.effective_at <= now, _table.c.version == FIRST)


def keep_lock(unit: Unit, merchant: int, found: LockVersion) -> None:
    """A version stays readable by its digest for ever."""
    row = {"id": unit.new_id(), "merchant_id": merchant, "version": found.version, "since": found.announced_at}
    rest = {"digest": found.digest, "canonical": found.rule.canonical(), "effective_at": found.effective_at}
    unit.connection.execute(insert(_table), row | rest)


def lock_in_force(connected: Connected, merchant: int) -> LockVersion:
    """The version that decides now."""
    query = _versions(merchant).where(_has_come(connected.now))
    return _version(connected.connection.execute(query.order_by(_table.c.version.desc()).limit(1)).one())


def locks_ahead(connected: Connected, merchant: int) -> tuple[LockVersion, ...]:
    """What is announced and will count, the next one first; a version that a later one overtook never does."""
    now = lock_in_force(connected, merchant).version
    query = _versions(merchant).where(_table.c.version > now).order_by(_table.c.version.desc())
    ahead = list[LockVersion]()
    for version in map(_version, connected.connection.execute(query)):
        if not ahead or version.effective_at < ahead[-1].effective_at:
            ahead.append(version)
    return tuple(reversed(ahead))


def _versions(merchant: int) -> Select[tuple[int, str, str, int, int]]:
    columns = (_table.c.version, _table.c.canonical, _table.c.digest, _table.c.since, _table.c.effective_at)
    return select(*columns).where(_table.c.merchant_id == merchant)


def _version(row: AnyRow) -> LockVersion:
    return LockVersion(row.version, LockRule.parse(row.canonical), row.digest, row.since, row.effective_at)
