"""How long whoever came by a sharer's link has watched: the half of an invite that the phone does not prove.

Nodes tell spans of presence in a room; what counts of them is the time in which there was something to watch - the
show while it was on, or its published replay. A viewer has one row, whose time up to `counted_until` is counted: the
same moment never counts twice, whether two windows, two nodes or a repeated command tell of it. Nothing is written
for whom nothing can be earned: nobody shared with him, he is decided, or has watched enough.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Select, Update, and_, bindparam, delete, or_, select, update

from commerce.commands import RecordWatch, Watched
from commerce.commission import Plan
from commerce.earning.invites import AGAIN, Seen, qualify
from commerce.earning.plans import plan_in_force
from commerce.show import current_show_row
from commerce.store import tables
from commerce.store.among import among
from commerce.store.bulk import Row, insert_rows
from commerce.store.reading import Connected
from commerce.store.unit import Unit
from commerce.visits import Person, Place, Tenant, find_persons, find_places

Windows = tuple[tuple[int, int], ...]
Known = list[tuple[Watched, Place, Person]]
FAR = 1 << 62
_watch = tables.watch


def record_watch(unit: Unit, command: RecordWatch) -> frozenset[tuple[str, str]]:
    """Adds up, and tries the invites of those who have watched long enough by it."""
    places = find_places(unit, {span.room for span in command.spans})
    spans = [(span, places[span.room]) for span in command.spans if span.room in places]
    persons = find_persons(unit, {(place.tenant.id, span.viewer) for span, place in spans})
    keyed = [(span, place, persons.get((place.tenant.id, span.viewer))) for span, place in spans]
    known: Known = [(span, place, person) for span, place, person in keyed if person is not None]
    tenants = {place.tenant.id: place.tenant for _, place, _ in known}
    plans = {key: plan_in_force(unit, key).plan for key in tenants}
    rows = _Rows(unit, [person.key for _, place, person in known if plans[place.tenant.id].invite_minor])
    shown = {key: _shown(unit, key) for key in tenants}
    counting: set[tuple[str, str]] = set()
    for span, place, person in known:
        if rows.add(span, (place.tenant, person.key), plans[place.tenant.id], shown[place.tenant.id]):
            counting.add((span.viewer, span.room))
    rows.write()
    for tenant, viewer in rows.ready:
        _try_again(unit, tenant, viewer)
    return frozenset((span.viewer, span.room) for span in command.spans) - counting


class _Rows:
    """The rows of a batch's viewers, as they are and as they become."""

    def __init__(self, unit: Unit, viewers: Collection[int]) -> None:
        self._unit = unit
        self._brought = _ask(unit, _select_brought(), viewers)
        self._sharers = _ask(unit, _select_sharers(), viewers)
        self._rows = find_watch(unit, self._brought | self._sharers)
        self._there, self._changed = set(self._rows), set[int]()
        self.ready: list[tuple[Tenant, int]] = []

    def add(self, span: Watched, whose: tuple[Tenant, int], plan: Plan, shown: Windows) -> bool:
        """Whether more of him is to be told."""
        tenant, viewer = whose
        brought, enough = viewer in self._brought, plan.invite_seconds * 1000
        row = self._rows.get(viewer) or fresh_row(self._unit, tenant.id, viewer)
        if (brought and row["watched_ms"] < enough) or (viewer in self._sharers and _moved(row, span)):
            self._rows[viewer] = row
            self._changed.add(viewer)
            _count(row, span, shown, self._unit.now)
        if brought and row["watched_ms"] >= enough and all(viewer != ready for _, ready in self.ready):
            self.ready.append((tenant, viewer))
        return brought and bool(row["watched_ms"] < enough)

    def write(self) -> None:
        """Those that changed."""
        changed = [self._rows[viewer] for viewer in sorted(self._changed)]
        write_watch(self._unit, [row for row in changed if row["viewer_id"] not in self._there], fresh=True)
        write_watch(self._unit, [row for row in changed if row["viewer_id"] in self._there], fresh=False)


def _count(row: Row, span: Watched, shown: Windows, now: int) -> None:
    until = min(span.until, now)  # a node whose clock is ahead gains nothing by it
    row["watched_ms"] += overlap(max(span.since, row["counted_until"]), until, shown)
    row["counted_until"] = max(row["counted_until"], until)
    row |= {"device": span.device or row["device"], "address": span.address or row["address"], "seen_at": now}


def _moved(row: Row, span: Watched) -> bool:
    """Whether a sharer is seen where he was not before."""
    return any(
        seen not in ("", known) for seen, known in ((span.device, row["device"]), (span.address, row["address"]))
    )


def overlap(since: int, until: int, windows: Iterable[tuple[int, int]]) -> int:
    """How much (ms) of a span lies in windows that do not overlap each other."""
    return sum(max(0, min(until, end) - max(since, begin)) for begin, end in windows)


def _shown(connected: Connected, merchant: int) -> Windows:
    """When there was something to watch in a merchant's rooms, of the show that they are about now."""
    show = current_show_row(connected, merchant)
    if show is None or show.began_at is None:
        return ()
    live = (show.began_at, FAR if show.ended_at is None else show.ended_at)
    return (live,) if show.replay_since is None else (live, (max(show.replay_since, live[1]), FAR))


def fresh_row(unit: Unit, merchant: int, viewer: int) -> Row:
    """Of somebody who has not watched."""
    row: Row = {"viewer_id": viewer, "merchant_id": merchant, "watched_ms": 0, "counted_until": 0}
    return row | {"device": "", "address": "", "seen_at": unit.now}


def find_watch(connected: Connected, viewers: Collection[int]) -> dict[int, Row]:
    """The rows that there are, by viewer, locked where rows can be."""
    query = select(_watch).where(among(_watch.c.viewer_id, "viewers")).order_by(_watch.c.viewer_id).with_for_update()
    rows = connected.connection.execute(query, {"viewers": sorted(viewers)}) if viewers else ()
    return {row.viewer_id: dict(row._mapping) for row in rows}


def write_watch(unit: Unit, rows: Sequence[Row], *, fresh: bool) -> None:
    """`fresh`: rows that are not there yet."""
    if fresh:
        insert_rows(unit.connection, _watch, list(rows))
    elif rows:
        unit.connection.execute(_changing(), [{f"new_{name}": value for name, value in row.items()} for row in rows])


@cache
def _changing() -> Update:
    names = ("watched_ms", "counted_until", "device", "address", "seen_at")
    whose = _watch.c.viewer_id == bindparam("new_viewer_id")
    return update(_watch).where(whose).values({name: bindparam(f"new_{name}") for name in names})


def note_sharer(unit: Unit, merchant: int, viewer: int, device: str, address: str) -> None:
    """Where somebody was when he passed a link on."""
    if not device and not address:
        return
    known = find_watch(unit, [viewer]).get(viewer)
    row = known or fresh_row(unit, merchant, viewer)
    row |= {"device": device or row["device"], "address": address or row["address"], "seen_at": unit.now}
    write_watch(unit, [row], fresh=known is None)


def merge_watch(unit: Unit, gone: int, stays: int) -> None:
    """Two viewers were one person: what either watched, he watched."""
    rows = find_watch(unit, [gone, stays])
    came = rows.get(gone)
    if came is None:
        return
    unit.connection.execute(delete(_watch).where(_watch.c.viewer_id == gone))
    row = rows.get(stays) or came | {"watched_ms": 0}
    row |= {"viewer_id": stays, "watched_ms": row["watched_ms"] + came["watched_ms"]}
    row["counted_until"] = max(row["counted_until"], came["counted_until"])
    write_watch(unit, [row], fresh=stays not in rows)


def _ask(connected: Connected, query: Select[*tuple[Any, ...]], viewers: Collection[int]) -> set[int]:
    if not viewers:
        return set()
    return set(connected.connection.execute(query, {"viewers": sorted(set(viewers))}).scalars())


@cache
def _select_brought() -> Select[*tuple[Any, ...]]:
    """Whom a sharer brought, and who has not been decided."""
    touch, newcomer = tables.touch, tables.newcomer
    undecided = or_(newcomer.c.viewer_id.is_(None), newcomer.c.outcome == AGAIN)
    brought = and_(touch.c.sharer_id.is_not(None), touch.c.counted_at.is_not(None))
    query = select(touch.c.viewer_id).outerjoin(newcomer, newcomer.c.viewer_id == touch.c.viewer_id)
    return query.where(among(touch.c.viewer_id, "viewers"), brought, undecided).distinct()


@cache
def _select_sharers() -> Select[*tuple[Any, ...]]:
    table = tables.link
    return select(table.c.sharer_id).where(among(table.c.sharer_id, "viewers")).distinct()


def _try_again(unit: Unit, tenant: Tenant, viewer: int) -> None:
    """Whoever logged in too early."""
    table = tables.newcomer
    columns = (table.c.identity, table.c.device, table.c.address)
    mine = (table.c.viewer_id == viewer, table.c.outcome == AGAIN, table.c.identity != "")  # "": he was erased since
    row = unit.connection.execute(select(*columns).where(*mine)).first()
    if row is not None:
        qualify(unit, tenant, viewer, Seen(*row))
