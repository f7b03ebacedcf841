"""Bindings and the touches behind them, between the store and the pure rules of attribution.py."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, func, select, update

from commerce.attribution import Binding, Decision, Situation, Touch, bind, decide, renew
from commerce.events import ViewerBound
from commerce.order.states import PAID
from commerce.store import tables
from commerce.store.bulk import insert_rows
from commerce.store.reading import Connected
from commerce.store.unit import Unit
from commerce.visits import Place, Tenant

BOUGHT = (*PAID, "refunded")


@dataclass(frozen=True, slots=True)
class Held:
    """A viewer's active binding: its row, its terms, and its channel's public id."""

    id: int
    terms: Binding
    channel_public: str


_viewers: BindParameter[int] = bindparam("viewers", expanding=True)


@cache
def _select_held() -> Select[*tuple[Any, ...]]:
    table = tables.binding
    terms = (table.c.channel_id, table.c.since, table.c.valid_until, table.c.protected_until, table.c.show_id)
    return (
        select(table.c.viewer_id, table.c.id, tables.channel.c.public_id, *terms)
        .join(tables.channel, tables.channel.c.id == table.c.channel_id)
        .where(table.c.viewer_id.in_(_viewers), table.c.state == "active")
    )


def find_held(connected: Connected, viewers: Collection[int]) -> dict[int, Held]:
    """The active bindings of these viewers (surrogate keys)."""
    rows = connected.connection.execute(_select_held(), {"viewers": list(viewers)})
    return {viewer: Held(key, Binding(*terms), public) for viewer, key, public, *terms in rows}


@cache
def _select_touches() -> Select[*tuple[Any, ...]]:
    table = tables.touch
    return (
        select(table.c.viewer_id, table.c.id, table.c.channel_id, table.c.counted_at, table.c.show_id)
        .where(table.c.viewer_id.in_(_viewers), table.c.counted_at.is_not(None))
        .order_by(table.c.counted_at, table.c.id)
    )


def find_touches(connected: Connected, viewers: Collection[int]) -> dict[int, list[Touch]]:
    """The touches that count, oldest first. A touch counts from the moment it was counted, so none is back-dated."""
    found: dict[int, list[Touch]] = {}
    rows = connected.connection.execute(_select_touches(), {"viewers": list(viewers)})
    for viewer, key, channel, at, show in rows:
        found.setdefault(viewer, []).append(Touch(key, channel, at, show))
    return found


@cache
def _select_first_purchases() -> Select[*tuple[Any, ...]]:
    table = tables.orders
    return (
        select(table.c.viewer_id, func.min(table.c.created_at))
        .where(table.c.viewer_id.in_(_viewers), table.c.state.in_(BOUGHT))
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
    touches: Collection[Touch],
    first_purchase: int | None = None,
) -> Situation:
    """What a decision looks at. He is returning when he bought before any partner brought him."""
    brought = [touch.at for touch in touches if touch.channel != tenant.house]
    returning = first_purchase is not None and (not brought or first_purchase < min(brought))
    terms = None if held is None else held.terms
    return Situation(now, tenant.house, room_channel, terms, tuple(touches), tenant.show, returning)


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
    }


def settle_visit(unit: Unit, place: Place, viewer: int, viewer_public: str) -> str | None:
    """After a touch has counted: binds, rebinds or renews as the rule says. Answers whose he is now, if anybody's."""
    tenant = place.tenant
    held = find_held(unit, [viewer]).get(viewer)
    if tenant.rule.bind_on == "visit":
        touches = find_touches(unit, [viewer]).get(viewer, [])
        bought = find_first_purchases(unit, [viewer]).get(viewer)
        found = situation(tenant, unit.now, place.channel, held=held, touches=touches, first_purchase=bought)
        decision = decide(tenant.rule, found, tenant.zone)
        if decision.binds:
            return write_binding(unit, tenant, (viewer, viewer_public), decision, held)
    if held is not None and held.terms.channel == place.channel:
        renew_held(unit, tenant, held, "visit")
    return None if held is None else held.channel_public


def write_binding(unit: Unit, tenant: Tenant, viewer: tuple[int, str], decision: Decision, held: Held | None) -> str:
    """The new binding of a viewer (key, public id) in place of the old one, which is kept as superseded.

    Answers the channel's public id.
    """
    key, viewer_public = viewer
    if held is not None:
        supersede(unit, [held.id])
    insert_rows(unit.connection, tables.binding, [binding_row(unit, tenant, key, decision, held)])
    query = select(tables.channel.c.public_id).where(tables.channel.c.id == decision.owner)
    channel = str(unit.connection.execute(query).scalar_one())
    unit.tell(ViewerBound(tenant.id, viewer_public, channel, None if held is None else held.channel_public))
    return channel


def supersede(unit: Unit, bindings: Collection[int]) -> None:
    """Bindings that another one has replaced; nothing is deleted."""
    table = tables.binding
    unit.connection.execute(update(table).where(table.c.id.in_(bindings)).values(state="superseded"))


def renew_held(unit: Unit, tenant: Tenant, held: Held, cause: str) -> None:
    """Moves the ends of a binding on, where the rule renews on this cause."""
    renewed = renew(tenant.rule, held.terms, cause, unit.now, tenant.zone)
    if renewed is None:
        return
    ends = {"valid_until": renewed.valid_until, "protected_until": renewed.protected_until}
    unit.connection.execute(update(tables.binding).where(tables.binding.c.id == held.id).values(ends))
