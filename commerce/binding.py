"""Bindings and the touches behind them, between the store and the pure rules of attribution.py."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import Select, Update, bindparam, func, or_, select, update

from commerce.attribution import Binding, Decision, Situation, Touch, bind, decide, renew, valid_since
from commerce.events import ViewerBound
from commerce.order.states import PAID
from commerce.proof.entry import Leaf, channel_party
from commerce.store import tables
from commerce.store.among import among
from commerce.store.bulk import insert_rows
from commerce.store.reading import Connected
from commerce.store.unit import Unit
from commerce.visits import Person, Place, Tenant

BOUGHT = (*PAID, "refunded")
# A decision turns on the oldest or the newest touch. Of each kind this many are looked at, and kept with the order, so
# that whoever walks through thousands of rooms makes no order heavy.
TOUCHES_MAX = 16
VISIT_MS = 3_600_000
MERGED = "merged"  # the clause of a binding that came with another viewer
NO_WORDS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Held:
    """A viewer's active binding: its row, its terms, and its channel's public id."""

    id: int
    terms: Binding
    channel_public: str


@dataclass(slots=True)
class Entries:
    """What is known of a viewer's touches: those that can win him, oldest first, and when a partner brought him first.

    A channel that is suspended or closed wins nobody, yet who brought him is who brought him.
    """

    touches: list[Touch] = field(default_factory=list)
    brought_at: int | None = None

    def add(self, touch: Touch, house: int) -> None:
        """One that is newer than all before it."""
        self.touches.append(touch)
        if touch.channel != house and self.brought_at is None:
            self.brought_at = touch.at


VIEWERS = "viewers"  # their surrogate keys


@cache
def _select_held() -> Select[*tuple[Any, ...]]:
    table = tables.binding
    terms = (table.c.channel_id, table.c.since, table.c.valid_until, table.c.protected_until, table.c.show_id)
    return (
        select(table.c.viewer_id, table.c.id, tables.channel.c.public_id, *terms)
        .join(tables.channel, tables.channel.c.id == table.c.channel_id)
        .where(among(table.c.viewer_id, VIEWERS), table.c.state == "active")
    )


def find_held(connected: Connected, viewers: Collection[int]) -> dict[int, Held]:
    """The active bindings of these viewers (surrogate keys)."""
    rows = connected.connection.execute(_select_held(), {"viewers": list(viewers)})
    return {viewer: Held(key, Binding(*terms), public) for viewer, key, public, *terms in rows}


@cache
def _select_touches() -> Select[*tuple[Any, ...]]:
    """Active partners' oldest touches, too old or not, and newest, of any show; each room's last; others' first."""
    table = tables.touch
    viewer, channel, at = table.c.viewer_id, table.c.channel_id, table.c.counted_at
    brought = (channel != bindparam("house")).label("brought")
    wins = (tables.channel.c.state == "active").label("wins")
    valid, current = at > bindparam("since"), table.c.show_id.is_not_distinct_from(bindparam("show"))
    up, down = (at, table.c.id), (at.desc(), table.c.id.desc())
    alike = (viewer, brought.element, wins.element)
    ranked = (
        select(
            *(viewer, table.c.id, channel, at, table.c.show_id, brought, wins),
            func.row_number().over(partition_by=(*alike, valid), order_by=up).label("oldest"),
            func.row_number().over(partition_by=(*alike, current), order_by=down).label("newest"),
            func.row_number().over(partition_by=(viewer, channel), order_by=down).label("of_room"),
        )
        .join(tables.channel, tables.channel.c.id == channel)
        .where(among(viewer, VIEWERS), at.is_not(None))
        .subquery()
        .c
    )
    first_or_last = or_(ranked.oldest <= TOUCHES_MAX, ranked.newest <= TOUCHES_MAX)
    of_rooms = (ranked.of_room == 1) & among(ranked.channel_id, "rooms")
    can_win = ranked.wins & or_(ranked.brought & first_or_last, of_rooms)
    return (
        select(ranked.viewer_id, ranked.id, ranked.channel_id, ranked.counted_at, ranked.show_id, ranked.wins)
        .where(or_(can_win, ranked.brought & (ranked.oldest == 1)))
        .order_by(ranked.counted_at, ranked.id)
    )


def find_touches(
    connected: Connected, tenant: Tenant, viewers: Collection[int], rooms: Collection[int]
) -> dict[int, Entries]:
    """The touches that a decision can turn on, oldest first, 4 * TOUCHES_MAX and one of each of `rooms` (channels).

    A touch counts from the moment it was counted, so none is back-dated.
    """
    since = valid_since(tenant.rule, connected.now, tenant.zone)
    given = {"viewers": list(viewers), "rooms": list(rooms), "house": tenant.house, "show": tenant.show}
    found: dict[int, Entries] = {}
    rows = connected.connection.execute(_select_touches(), given | {"since": since})
    for viewer, key, channel, at, show, wins in rows:
        entries = found.setdefault(viewer, Entries())
        if wins:
            entries.add(Touch(key, channel, at, show), tenant.house)
        elif entries.brought_at is None:
            entries.brought_at = at
    return found


@cache
def _select_first_purchases() -> Select[*tuple[Any, ...]]:
    table = tables.orders
    return (
        select(table.c.viewer_id, func.min(table.c.created_at))
        .where(among(table.c.viewer_id, VIEWERS), table.c.state.in_(BOUGHT))
        .group_by(table.c.viewer_id)
    )


def find_first_purchases(connected: Connected, viewers: Collection[int]) -> dict[int, int]:
    """When each of these viewers placed the first order that he then paid, if he did."""
    rows = connected.connection.execute(_select_first_purchases(), {"viewers": list(viewers)})
    return {viewer: at for viewer, at in rows}  # noqa: C416 - a Row is no tuple to a type checker


def situation(
    tenant: Tenant,
    now: int,
    room_channel: int,
    *,
    held: Held | None,
    entries: Entries,
    first_purchase: int | None = None,
    own_channel: int | None = None,
) -> Situation:
    """What a decision looks at. He is returning when he bought before any partner brought him."""
    brought_at, touches = entries.brought_at, tuple(entries.touches)
    returning = first_purchase is not None and (brought_at is None or first_purchase < brought_at)
    terms = None if held is None else held.terms
    return Situation(now, tenant.house, room_channel, terms, touches, tenant.show, returning, own_channel)


def binding_row(unit: Unit, tenant: Tenant, viewer: int, decision: Decision, replaces: Held | None) -> dict[str, Any]:
    """The row of a binding that follows a decision."""
    assert decision.touch is not None
    terms = bind(tenant.rule, decision.touch, tenant.zone)
    return {
        "id": unit.new_id(),
        "merchant_id": tenant.id,
        "viewer_id": viewer,
        "channel_id": terms.channel,
        "show_id": terms.show,
        "touch_id": decision.touch.id,
        "replaces_id": None if replaces is None else replaces.id,
        "state": "active",
        "clause": decision.clause,
        "rule_hash": tenant.rule_hash,
        "since": terms.since,
        "valid_until": terms.valid_until,
        "protected_until": terms.protected_until,
        "ended_at": None,
    }


Visit = tuple[Place, Person]


def settle_visits(unit: Unit, visits: Sequence[Visit]) -> dict[int, str | None]:
    """After touches have counted, each of another person: binds, rebinds or renews as the rules say.

    Answers whose each is now, if anybody's, by viewer. A channel that is not active wins nobody.
    """
    held = find_held(unit, [person.key for _, person in visits])
    whose = {person.key: None if (now := held.get(person.key)) is None else now.channel_public for _, person in visits}
    open_ones = [visit for visit in visits if visit[0].channel_state == "active"]
    decisions = _decisions(unit, [visit for visit in open_ones if visit[0].tenant.rule.bind_on == "visit"], held)
    bound = []
    for place, person in open_ones:
        decision, before = decisions.get(person.key), held.get(person.key)
        if decision is not None and decision.binds:
            bound.append(Bound(place.tenant, person.key, person.public, decision, before))
        elif before is not None and before.terms.channel == place.channel:
            renew_held(unit, place.tenant, before, "visit")
    return whose | write_bindings(unit, bound)


def settle_login(unit: Unit, place: Place, person: Person) -> None:
    """After a login, where the rule binds by it: the viewer's touches so far decide."""
    if place.tenant.rule.bind_on != "login":
        return
    held = find_held(unit, [person.key])
    decision = _decisions(unit, [(place, person)], held)[person.key]
    if decision.binds:
        write_bindings(unit, [Bound(place.tenant, person.key, person.public, decision, held.get(person.key))])


def _decisions(unit: Unit, visits: Sequence[Visit], held: Mapping[int, Held]) -> dict[int, Decision]:
    """Whose each visitor is by all that is known of him now, by viewer."""
    found = {}
    for tenant in {place.tenant.id: place.tenant for place, _ in visits}.values():
        theirs = {person.key: place.channel for place, person in visits if place.tenant.id == tenant.id}
        entries, bought = find_touches(unit, tenant, theirs, ()), find_first_purchases(unit, theirs)
        for viewer, channel in theirs.items():
            looked_at = situation(
                *(tenant, unit.now, channel),
                held=held.get(viewer),
                entries=entries.get(viewer, Entries()),
                first_purchase=bought.get(viewer),
            )
            found[viewer] = decide(tenant.rule, looked_at, tenant.zone)
    return found


@dataclass(frozen=True, slots=True)
class Bound:
    """A viewer (key, public id) that a decision binds, in place of the binding that he had."""

    tenant: Tenant
    viewer: int
    viewer_public: str
    decision: Decision
    before: Held | None


def write_bindings(unit: Unit, bound: Sequence[Bound]) -> dict[int, str]:
    """New bindings in place of old ones, which are kept as superseded; answers the channels' public ids by viewer."""
    if not bound:
        return {}
    supersede(unit, [each.before.id for each in bound if each.before is not None])
    rows = [binding_row(unit, each.tenant, each.viewer, each.decision, each.before) for each in bound]
    insert_rows(unit.connection, tables.binding, rows)
    channels = list({each.decision.owner for each in bound})
    found = unit.connection.execute(_select_channels(), {"channels": channels})
    publics = {row.id: str(row.public_id) for row in found}
    for each, row in zip(bound, rows, strict=True):
        channel = publics[each.decision.owner]
        log_binding(unit, row, each.viewer_public, channel, each.before)
        lost = None if each.before is None else each.before.channel_public
        unit.tell(ViewerBound(each.tenant.id, each.viewer_public, channel, lost))
    return {each.viewer: publics[each.decision.owner] for each in bound}


@cache
def _select_channels() -> Select[*tuple[Any, ...]]:
    table = tables.channel
    return select(table.c.id, table.c.public_id).where(among(table.c.id, "channels"))


def log_binding(
    unit: Unit,
    row: dict[str, Any],
    viewer: str,
    channel: str,
    replaces: Held | None,
    *,
    why: Mapping[str, str] = NO_WORDS,
) -> None:
    """Both channels are told: the one that has him now, and the one that had him; `why` when somebody decided it."""
    ends = {name: row[name] for name in ("since", "valid_until", "protected_until")}
    body = {"viewer": viewer, "channel": channel, "clause": row["clause"], "binding": row["id"], **ends, **why}
    merchant, about = row["merchant_id"], row["viewer_id"]
    unit.log(Leaf(merchant, channel_party(channel), "bound", body, row["rule_hash"], about))
    if replaces is not None:
        lost = {"viewer": viewer, "binding": replaces.id, "clause": row["clause"], **why}
        unit.log(Leaf(merchant, channel_party(replaces.channel_public), "unbound", lost, row["rule_hash"], about))


def supersede(unit: Unit, bindings: Collection[int]) -> None:
    """Bindings that another one has replaced; nothing is deleted."""
    if bindings:
        unit.connection.execute(_superseding(), {"bindings": list(bindings), "now": unit.now})


@cache
def _superseding() -> Update:
    table = tables.binding
    ended: dict[str, Any] = {"state": "superseded", "ended_at": bindparam("now")}
    return update(table).where(among(table.c.id, "bindings")).values(ended)


def _is_later(before: Binding, renewed: Binding) -> bool:
    """Whether the ends move by more than a visit lasts: who reloads a page all the time renews once an hour."""
    ends = ((before.valid_until, renewed.valid_until), (before.protected_until, renewed.protected_until))
    return any(old != new and (old is None or new is None or new - old >= VISIT_MS) for old, new in ends)


def renew_held(unit: Unit, tenant: Tenant, held: Held, cause: str) -> None:
    """Moves the ends of a binding on, where the rule renews on this cause; its channel's log has the new ones."""
    renewed = renew(tenant.rule, held.terms, cause, unit.now, tenant.zone)
    if renewed is None or (cause == "visit" and not _is_later(held.terms, renewed)):
        return
    ends = {"valid_until": renewed.valid_until, "protected_until": renewed.protected_until}
    unit.connection.execute(update(tables.binding).where(tables.binding.c.id == held.id).values(ends))
    body = {"binding": held.id, "cause": cause, **ends}
    unit.log(Leaf(tenant.id, channel_party(held.channel_public), "renewed", body, tenant.rule_hash))
