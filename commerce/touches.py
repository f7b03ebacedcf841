"""Entries into rooms. One is *noted* when the page is asked for and *counts* when the page's socket says hello.

So a messenger's preview or a prefetching bot, which never opens the socket, brings nobody to anybody. Both are done a
batch at a time, since everybody comes in the minute before a show begins.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, Update, bindparam, exists, func, select, tuple_, update

from commerce import views
from commerce.binding import VISIT_MS, Held, find_held, settle_visits
from commerce.checks import storable
from commerce.commands import CountTouch, NameViewer, NoteTouch
from commerce.errors import CommerceError, NotFound
from commerce.proof.entry import Leaf, channel_party
from commerce.store import tables
from commerce.store.among import among
from commerce.store.bulk import insert_rows
from commerce.store.ids import public_id
from commerce.store.reading import AnyRow
from commerce.store.unit import Unit
from commerce.visits import Person, Place, ensure_persons, ensure_viewer, find_place, find_places

# Reloading a page is one visit, not hundreds: a touch of the same room, or by the same link, is not written again
# within this time, unless he was elsewhere in between: who brought him last is told by the newest touch.
REPEAT_MS = VISIT_MS
Act = Callable[[Unit, Sequence["Coming"]], list[views.Entry]]


@dataclass(frozen=True, slots=True)
class Coming:
    """A command of the batch: by its place there, a person at a room, by the link he gave if that holds there."""

    at: int
    place: Place
    person: Person
    link: AnyRow | None = None

    @property
    def key(self) -> tuple[int, int]:
        """(viewer, channel)."""
        return self.person.key, self.place.channel


def note_touches(unit: Unit, commands: Sequence[NoteTouch]) -> list[views.Entry | CommerceError]:
    """Notes entries; a code that is unknown, revoked or another room's is ignored: he enters as from the street."""
    links = _find_links(unit, {c.code for c in commands if isinstance(c.code, str) and storable(c.code)})
    comings = [
        Coming(coming.at, coming.place, coming.person, _holding(links, commands[coming.at].code, coming.place))
        for coming in _comings(unit, commands)
    ]
    return _in_waves(unit, len(commands), comings, _note)


def count_touches(unit: Unit, commands: Sequence[CountTouch]) -> list[views.Entry | CommerceError]:
    """The last noted touch counts from now on; whoever comes without one (a kept page) is noted and counted at once."""
    return _in_waves(unit, len(commands), _comings(unit, commands), _count)


def _comings(unit: Unit, commands: Sequence[NoteTouch | CountTouch]) -> list[Coming]:
    """Those at a room that is there."""
    places = find_places(unit, {command.room for command in commands})
    found = [
        (at, command.viewer, places[command.room]) for at, command in enumerate(commands) if command.room in places
    ]
    persons = ensure_persons(unit, {(place.tenant.id, viewer) for _, viewer, place in found})
    return [Coming(at, place, persons[place.tenant.id, viewer]) for at, viewer, place in found]


def _in_waves(unit: Unit, count: int, comings: Iterable[Coming], act: Act) -> list[views.Entry | CommerceError]:
    """Everybody's first coming at once, then everybody's second: what one did is there when his next is looked at."""
    answers: list[views.Entry | CommerceError] = [NotFound("room", "no such room") for _ in range(count)]
    waves: dict[int, list[Coming]] = {}
    before: Counter[int] = Counter()
    for coming in comings:
        waves.setdefault(before[coming.person.key], []).append(coming)
        before[coming.person.key] += 1
    for wave in waves.values():
        for coming, entry in zip(wave, act(unit, wave), strict=True):
            answers[coming.at] = entry
    return answers


def _note(unit: Unit, wave: Sequence[Coming]) -> list[views.Entry]:
    last = _find_last(unit, wave)
    by_link = _find_last_by_link(unit, [coming for coming in wave if coming.link is not None])
    publics, rows, again = [], [], []
    for coming in wave:
        known, link = last.get(coming.key), coming.link
        if known is not None and known.counted_at is None:
            again.append(_noted_again(unit, coming, known))
            publics.append(known.public_id)
            continue
        same = known if link is None else by_link.get((coming.person.key, link.id))
        if same is not None and not same.left and _is_same_visit(unit, same, coming.place):
            publics.append(same.public_id)
        else:
            rows.append(touch_row(unit, coming.place, coming.person.key, link, None))
            publics.append(rows[-1]["public_id"])
    insert_rows(unit.connection, tables.touch, rows)
    if again:
        unit.connection.execute(_noting_again(), again)
    held = find_held(unit, [coming.person.key for coming in wave])
    return [
        views.Entry(public, coming.place.channel_public, _whose(held.get(coming.person.key)))
        for public, coming in zip(publics, wave, strict=True)
    ]


def _count(unit: Unit, wave: Sequence[Coming]) -> list[views.Entry]:
    last = _find_last(unit, wave)
    publics, fresh, counted = [], [], list[tuple[Coming, AnyRow]]()
    for coming in wave:
        known = last.get(coming.key)
        if coming.place.channel_state != "active":  # whoever comes in is nobody's more than before
            publics.append("" if known is None else known.public_id)
        elif known is None or (known.counted_at is not None and not _is_same_visit(unit, known, coming.place)):
            fresh.append(touch_row(unit, coming.place, coming.person.key, None, unit.now))
            log_touch(unit, coming.place, fresh[-1], coming.person.public, None)
            publics.append(fresh[-1]["public_id"])
        else:
            publics.append(known.public_id)
            if known.counted_at is None:
                counted.append((coming, known))
    insert_rows(unit.connection, tables.touch, fresh)
    _count_noted(unit, counted)
    whose = settle_visits(unit, [(coming.place, coming.person) for coming in wave])
    return [
        views.Entry(public, coming.place.channel_public, whose[coming.person.key])
        for public, coming in zip(publics, wave, strict=True)
    ]


def _count_noted(unit: Unit, counted: Sequence[tuple[Coming, AnyRow]]) -> None:
    """They count in the show that is on now; a link that was revoked since brings nobody."""
    of_shows: dict[int | None, list[int]] = {}
    for coming, known in counted:
        of_shows.setdefault(coming.place.tenant.show, []).append(known.id)
        row = {"viewer_id": coming.person.key, "public_id": known.public_id, "counted_at": unit.now}
        link = known.link_id if known.revoked_at is None else None
        log_touch(unit, coming.place, row, coming.person.public, link)
    for show, touches in of_shows.items():
        unit.connection.execute(_counting(), {"touches": touches, "now": unit.now, "show": show})
    revoked = [known.id for _, known in counted if known.revoked_at is not None]
    if revoked:
        unit.connection.execute(_forgetting_link(), {"touches": revoked})


def _is_same_visit(unit: Unit, counted: AnyRow, place: Place) -> bool:
    """Whether whoever comes now is still in the visit of this touch: not when another show is on."""
    return bool(unit.now - counted.counted_at < REPEAT_MS and counted.show_id == place.tenant.show)


def _whose(held: Held | None) -> str | None:
    return None if held is None else held.channel_public


@cache
def _counting() -> Update:
    changed: dict[str, Any] = {"counted_at": bindparam("now"), "show_id": bindparam("show")}
    return update(tables.touch).where(among(tables.touch.c.id, "touches")).values(changed)


@cache
def _forgetting_link() -> Update:
    return update(tables.touch).where(among(tables.touch.c.id, "touches")).values(link_id=None, sharer_id=None)


def _find_links(unit: Unit, codes: Collection[str]) -> dict[str, AnyRow]:
    """Links that nobody has revoked, by their codes."""
    if not codes:
        return {}
    return {row.code: row for row in unit.connection.execute(_select_links(), {"codes": list(codes)})}


@cache
def _select_links() -> Select[*tuple[Any, ...]]:
    table = tables.link
    query = select(table.c.code, table.c.id, table.c.sharer_id, table.c.merchant_id, table.c.channel_id)
    return query.where(among(table.c.code, "codes"), table.c.revoked_at.is_(None))


def _holding(links: dict[str, AnyRow], code: object, place: Place) -> AnyRow | None:
    """The link of a code, if it is valid at this place."""
    link = links.get(code) if isinstance(code, str) else None
    holds = link is not None and (link.merchant_id, link.channel_id) == (place.tenant.id, place.channel)
    return link if holds else None


def _find_last(unit: Unit, wave: Sequence[Coming]) -> dict[tuple[int, int], AnyRow]:
    """The last touch of each in his room, noted or counted, by (viewer, channel)."""
    viewers, channels = {coming.person.key for coming in wave}, {coming.place.channel for coming in wave}
    given = {"viewers": list(viewers), "channels": list(channels)}
    return {(row.viewer_id, row.channel_id): row for row in unit.connection.execute(_select_last(), given)}


@cache
def _select_last() -> Select[*tuple[Any, ...]]:
    """Keys rise with time."""
    table = tables.touch
    mine = (among(table.c.viewer_id, "viewers"), among(table.c.channel_id, "channels"))
    return _of_touches(select(func.max(table.c.id)).where(*mine).group_by(table.c.viewer_id, table.c.channel_id))


def _find_last_by_link(unit: Unit, wave: Sequence[Coming]) -> dict[tuple[int, int], AnyRow]:
    """The last touch of each by his link, of those that count, by (viewer, link)."""
    viewers, links = {coming.person.key for coming in wave}, {coming.link.id for coming in wave if coming.link}
    if not links:
        return {}
    given = {"viewers": list(viewers), "links": list(links)}
    return {(row.viewer_id, row.link_id): row for row in unit.connection.execute(_select_last_by_link(), given)}


@cache
def _select_last_by_link() -> Select[*tuple[Any, ...]]:
    """A link leads to one channel, so the order in which its touches were noted is that in which they counted."""
    table = tables.touch
    mine = (among(table.c.viewer_id, "viewers"), among(table.c.link_id, "links"), table.c.counted_at.is_not(None))
    return _of_touches(select(func.max(table.c.id)).where(*mine).group_by(table.c.viewer_id, table.c.link_id))


def _of_touches(keys: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """`left`: whether a later one counts, of another room or by another link."""
    table, link, later = tables.touch, tables.link, tables.touch.alias("later")
    after = tuple_(later.c.counted_at, later.c.id) > tuple_(table.c.counted_at, table.c.id)
    left = exists().where(later.c.viewer_id == table.c.viewer_id, after).label("left")
    whose = (table.c.viewer_id, table.c.channel_id, table.c.link_id, table.c.sharer_id, link.c.revoked_at)
    query = select(*whose, table.c.id, table.c.public_id, table.c.show_id, table.c.noted_at, table.c.counted_at, left)
    return query.outerjoin(link, link.c.id == table.c.link_id).where(table.c.id.in_(keys))


def _noted_again(unit: Unit, coming: Coming, last: AnyRow) -> dict[str, Any]:
    """A second look before the first counted: the later link is the one that brought him.

    Without one it is still the visit of the first look's link, unless that was long ago or the link is revoked.
    """
    link, brought = coming.link, (None, None)
    if link is not None:
        brought = (link.id, link.sharer_id)
    elif last.revoked_at is None and unit.now - last.noted_at < REPEAT_MS:
        brought = (last.link_id, last.sharer_id)
    show = coming.place.tenant.show
    return {"touch": last.id, "now": unit.now, "show": show, "link": brought[0], "sharer": brought[1]}


@cache
def _noting_again() -> Update:
    changed: dict[str, Any] = {
        "noted_at": bindparam("now"),
        "show_id": bindparam("show"),
        "link_id": bindparam("link"),
        "sharer_id": bindparam("sharer"),
    }
    return update(tables.touch).where(tables.touch.c.id == bindparam("touch")).values(changed)


def touch_row(unit: Unit, place: Place, viewer: int, link: AnyRow | None, counted_at: int | None) -> dict[str, Any]:
    """A fresh touch."""
    return {
        "id": unit.new_id(),
        "merchant_id": place.tenant.id,
        "public_id": public_id(),
        "viewer_id": viewer,
        "channel_id": place.channel,
        "link_id": None if link is None else link.id,
        "sharer_id": None if link is None else link.sharer_id,
        "show_id": place.tenant.show,
        "noted_at": unit.now,
        "counted_at": counted_at,
    }


def log_touch(unit: Unit, place: Place, row: dict[str, Any], viewer: str, link: int | None) -> None:
    """A touch enters the log when it counts, before any order that it explains."""
    body = {"touch": row["public_id"], "viewer": viewer, "at": row["counted_at"], "link": link}
    party = channel_party(place.channel_public)
    unit.log(Leaf(place.tenant.id, party, "touch", body, place.tenant.rule_hash, row["viewer_id"]))


def name_viewer(unit: Unit, command: NameViewer) -> str:
    """The name he chats under with this merchant."""
    place = find_place(unit, command.room)
    viewer = ensure_viewer(unit, place.tenant.id, command.viewer)
    found = update(tables.viewer).where(tables.viewer.c.id == viewer).values(name=command.name)
    if unit.connection.execute(found).rowcount != 1:
        raise NotFound("viewer", "no such viewer")
    return command.name
