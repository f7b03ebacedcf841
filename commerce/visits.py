"""Where a viewer stands: rooms by their slugs, viewers by their cookies, for one command or a whole batch.

A room decides the merchant, and the merchant decides which row of a viewer is meant: one browser has one row per
merchant, so that no tenant ever sees another's.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, select, text
from sqlalchemy.orm import aliased

from commerce.attribution import LockRule
from commerce.directory.locks import canonical_in_force
from commerce.errors import NotFound
from commerce.show import current_show_row
from commerce.store import tables
from commerce.store.among import among
from commerce.store.bulk import insert_rows
from commerce.store.reading import Connected
from commerce.store.unit import Unit

RULES_KEPT = 256  # rules that were read from their text; a batch of any merchant needs his


@dataclass(frozen=True, slots=True)
class Tenant:
    """What a batch needs to know of a merchant. `show` is the current show's key, public id and beginning (ms)."""

    id: int
    currency: str
    zone: ZoneInfo
    rule: LockRule
    rule_hash: str
    house: int
    show: int | None
    show_public: str | None
    show_began: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A room with its channel."""

    room: int
    slug: str
    channel: int
    channel_public: str
    channel_name: str
    channel_state: str
    tenant: Tenant


@cache
def _select_places() -> Select[*tuple[Any, ...]]:
    room, channel = tables.room, tables.channel
    return (
        select(
            room.c.id,
            room.c.slug,
            room.c.merchant_id,
            channel.c.id.label("channel"),
            channel.c.public_id,
            channel.c.name,
            channel.c.state,
        )
        .join(channel, channel.c.id == room.c.channel_id)
        .where(among(room.c.slug, "slugs"))
    )


def find_places(connected: Connected, slugs: Collection[str]) -> dict[str, Place]:
    """The rooms that exist, by slug."""
    rows = connected.connection.execute(_select_places(), {"slugs": list(slugs)}).all()
    tenants = {key: find_tenant(connected, key) for key in {row.merchant_id for row in rows}}
    return {
        row.slug: Place(row.id, row.slug, row.channel, row.public_id, row.name, row.state, tenants[row.merchant_id])
        for row in rows
    }


def find_place(connected: Connected, slug: str) -> Place:
    """One room; NotFound. Whoever changes what a Place says within a batch clears `places`."""
    found = connected.places.get(slug) or find_places(connected, [slug]).get(slug)
    if found is None:
        raise NotFound("room", "no such room")
    connected.places[slug] = found
    return found


@cache
def _select_tenant() -> Select[*tuple[Any, ...]]:
    table, house = tables.merchant, aliased(tables.channel, name="house")
    rule = canonical_in_force(table.c.id, bindparam("now"))
    return (
        select(table.c.currency, table.c.timezone, rule.label("lock"), house.c.id.label("house"))
        .join(house, and_(house.c.merchant_id == table.c.id, text("house.house")))  # as uq_channel_house says it
        .where(table.c.id == bindparam("merchant"))
    )


def find_tenant(connected: Connected, merchant: int) -> Tenant:
    """A merchant with its rule, its house and its current show."""
    row = connected.connection.execute(_select_tenant(), {"merchant": merchant, "now": connected.now}).one()
    show = current_show_row(connected, merchant)
    found = (None, None, None) if show is None else (show.id, show.public_id, show.began_at)
    return Tenant(merchant, row.currency, ZoneInfo(row.timezone), *_read_rule(row.lock), row.house, *found)


@lru_cache(RULES_KEPT)
def _read_rule(canonical: str) -> tuple[LockRule, str]:
    """The rule of a text, and its digest."""
    rule = LockRule.parse(canonical)
    return rule, rule.digest()


@dataclass(frozen=True, slots=True)
class Person:
    """Who a cookie stands for with one merchant: the key and public id of the viewer that has all that is his.

    That is the viewer of the cookie, or another of the same customer into which it was merged.
    """

    key: int
    public: str


@cache
def _select_viewers() -> Select[*tuple[Any, ...]]:
    table, same = tables.viewer, aliased(tables.viewer, name="same")
    person = (func.coalesce(same.c.id, table.c.id), func.coalesce(same.c.public_id, table.c.public_id))
    query = select(table.c.merchant_id, table.c.public_id, *person)
    query = query.outerjoin(same, same.c.id == table.c.same_as_id)
    return query.where(among(table.c.merchant_id, "merchants"), among(table.c.public_id, "viewers"))


def find_persons(connected: Connected, wanted: Collection[tuple[int, str]]) -> dict[tuple[int, str], Person]:
    """Who the viewers with a row are, by (merchant, public id)."""
    given = {"merchants": list({merchant for merchant, _ in wanted}), "viewers": list({public for _, public in wanted})}
    rows = connected.connection.execute(_select_viewers(), given)
    return {
        (merchant, public): Person(key, whose) for merchant, public, key, whose in rows if (merchant, public) in wanted
    }


def find_viewer(connected: Connected, merchant: int, viewer: str) -> int | None:
    """The key of who a viewer is with this merchant, if he has a row."""
    found = find_persons(connected, [(merchant, viewer)]).get((merchant, viewer))
    return None if found is None else found.key


def known_as(viewer: str) -> ColumnElement[bool]:
    """The rows of a viewer with all merchants, each through the index, which begins with the merchant."""
    merchants = select(tables.merchant.c.id)
    return and_(tables.viewer.c.merchant_id.in_(merchants), tables.viewer.c.public_id == viewer)


def viewer_row(unit: Unit, merchant: int, viewer: str) -> dict[str, Any]:
    """A fresh row."""
    return {
        "id": unit.new_id(),
        "merchant_id": merchant,
        "public_id": viewer,
        "customer_id": None,
        "same_as_id": None,
        "name": "",
        "created_at": unit.now,
    }


def ensure_persons(unit: Unit, wanted: Collection[tuple[int, str]]) -> dict[tuple[int, str], Person]:
    """Who viewers are, by (merchant, public id); the rows of those who are here for the first time are made."""
    found = find_persons(unit, wanted) if wanted else {}
    rows = [viewer_row(unit, *key) for key in sorted(set(wanted) - found.keys())]
    insert_rows(unit.connection, tables.viewer, rows)
    return found | {(row["merchant_id"], row["public_id"]): Person(row["id"], row["public_id"]) for row in rows}


def ensure_person(unit: Unit, merchant: int, viewer: str) -> Person:
    """Who a viewer is; his row is made when this is the first time."""
    return ensure_persons(unit, [(merchant, viewer)])[merchant, viewer]


def ensure_viewer(unit: Unit, merchant: int, viewer: str) -> int:
    """The key alone."""
    return ensure_person(unit, merchant, viewer).key


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody at the door of a room: its merchant (key), in which language it speaks, under which name he chats."""

    merchant: int
    language: str
    name: str | None


def find_arrival(connected: Connected, viewer: str, room: str) -> Arrival:
    """A viewer at a room, in one statement, since everybody comes at the same moment; NotFound names the room."""
    row = connected.connection.execute(_select_arrival(), {"viewer": viewer, "room": room}).first()
    if row is None:
        raise NotFound("room", "no such room")
    return Arrival(row.id, row.language, row.name or None)


@cache
def _select_arrival() -> Select[*tuple[Any, ...]]:
    """One row where there is such a room; a viewer that was merged into another has that one's name."""
    merchant, seen, same = tables.merchant, tables.viewer, aliased(tables.viewer, name="same")
    theirs = and_(seen.c.merchant_id == merchant.c.id, seen.c.public_id == bindparam("viewer"))
    name = case((same.c.id.is_(None), seen.c.name), else_=same.c.name).label("name")
    query = select(merchant.c.id, merchant.c.language, name).select_from(tables.room)
    query = query.join(merchant, merchant.c.id == tables.room.c.merchant_id)
    query = query.outerjoin(seen, theirs).outerjoin(same, same.c.id == seen.c.same_as_id)
    return query.where(tables.room.c.slug == bindparam("room"))
