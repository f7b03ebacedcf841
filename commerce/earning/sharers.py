"""Who shares with success: the board of a merchant or a channel, and what a sharer sees of himself.

An invite counts in the show, and for the channel, whose link brought the newcomer; an order where its sale was shared.
Orders count while they are paid, less what was refunded, and not when the sharer bought himself. At a channel's desk
only what is the channel's counts: invites by its links, and orders of its customers that were shared by them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Subquery, func, literal, or_, select, union_all

from commerce.checks import choice, number
from commerce.directory.channels import channel_key
from commerce.directory.merchants import find_merchant, zone
from commerce.earning.figures import due
from commerce.earning.share_terms import ShareTerms, share_terms
from commerce.errors import Invalid
from commerce.links import visits_of
from commerce.money import Money
from commerce.order.states import PAID
from commerce.paging import Paging
from commerce.proof.entry import sharer_party
from commerce.show import show_row
from commerce.store import tables
from commerce.store.reading import Reading
from commerce.times import to_ms
from commerce.visits import find_place, find_viewer

DAYS, DAYS_MAX = 30, 92
LINKS_MAX = 50
# What a board is sorted by, then by what: so many columns of _board.
ORDERS = {"invites": ("invites", "orders"), "orders": ("orders", "invites"), "paid": ("paid", "orders")}


@dataclass(frozen=True, slots=True)
class Span:
    """What a board is about: a show (public id), or the last `days` days in the merchant's zone, today included."""

    show: str | None = None
    days: int | None = None

    def __post_init__(self) -> None:
        if self.days is not None:
            number("days", self.days, 1, DAYS_MAX)
            if self.show is not None:
                raise Invalid("days", "either a show or days")


@dataclass(frozen=True, slots=True)
class Sharer:
    """A row of the board; `sealed` is a customer's phone, None for a guest. `refused` are invites by their reason."""

    viewer: str
    name: str
    sealed: bytes | None
    invites: int
    orders: int
    paid: Money
    refused: dict[str, int]


def leaderboard(
    reading: Reading, merchant: int, span: Span, page: Paging, *, by: str = "invites", channel: str | None = None
) -> tuple[Sharer, ...]:
    """A page of the board, the best first; `channel`: of what is that channel's. NotFound, Invalid."""
    keys = ORDERS[choice("by", by, tuple(ORDERS))]
    key = None if channel is None else channel_key(reading, merchant, channel)
    limits = _Limits(merchant, key, *_when(reading, merchant, span))
    found = reading.connection.execute(_select_page(limits, keys, page)).all()
    rows = page.take(found, lambda row: (*(int(row._mapping[name]) for name in keys), row.sharer_id))
    refused = _refused(reading, limits, [row.sharer_id for row in rows])
    currency = find_merchant(reading, merchant).currency
    return tuple(
        Sharer(
            viewer=row.public_id,
            name=row.name,
            sealed=row.sealed,
            invites=int(row.invites),
            orders=int(row.orders),
            paid=Money(int(row.paid), currency),
            refused=refused.get(row.sharer_id, {}),
        )
        for row in rows
    )


@dataclass(frozen=True, slots=True)
class _Limits:
    """Keys of merchant and channel, and of the show or since when (ms)."""

    merchant: int
    channel: int | None
    show: int | None
    since: int

    def on(self, table: Any) -> list[ColumnElement[bool]]:
        """For a table that says where and when somebody shared."""
        found = [table.c.merchant_id == self.merchant]
        found.append(table.c.at >= self.since if self.show is None else table.c.show_id == self.show)
        return found if self.channel is None else [*found, table.c.channel_id == self.channel]


def _select_page(limits: _Limits, keys: tuple[str, ...], page: Paging) -> Select[*tuple[Any, ...]]:
    board, viewer, customer = _board(limits), tables.viewer, tables.customer
    sorted_by = (*(board.c[name] for name in keys), board.c.sharer_id)
    return (
        select(board, viewer.c.public_id, viewer.c.name, customer.c.sealed)
        .join(viewer, viewer.c.id == board.c.sharer_id)
        .outerjoin(customer, customer.c.id == viewer.c.customer_id)
        .where(*page.after(*sorted_by))
        .order_by(*(column.desc() for column in sorted_by))
        .limit(page.rows)
    )


def _when(reading: Reading, merchant: int, span: Span) -> tuple[int | None, int]:
    if span.show is not None:
        return int(show_row(reading, merchant, span.show).id), 0
    timezone = zone("timezone", find_merchant(reading, merchant).timezone)
    first = datetime.fromtimestamp(reading.now / 1000, timezone).date() - timedelta(days=(span.days or DAYS) - 1)
    return None, to_ms(datetime.combine(first, time(), timezone).astimezone(UTC))


def _board(limits: _Limits) -> Subquery:
    """One row for each sharer: sharer_id, invites, orders, paid (minor)."""
    both = union_all(_invited(limits), _shared(limits)).subquery("both")
    sums = (func.sum(both.c[name]).label(name) for name in ("invites", "orders", "paid"))
    return select(both.c.sharer_id, *sums).group_by(both.c.sharer_id).subquery("board")


def _invited(limits: _Limits) -> Select[*tuple[Any, ...]]:
    table, none = tables.newcomer, literal(0, Integer)
    counts = (func.count().label("invites"), none.label("orders"), none.label("paid"))
    query = select(table.c.sharer_id, *counts).where(*limits.on(table), table.c.outcome == "qualified")
    return query.group_by(table.c.sharer_id)


def _shared(limits: _Limits) -> Select[*tuple[Any, ...]]:
    """A sharer whom another of his browsers became is that one."""
    table, order, who = tables.assessment, tables.orders, tables.viewer
    person = func.coalesce(who.c.same_as_id, who.c.id)
    sums = (func.count().label("orders"), func.sum(order.c.total_minor - order.c.refunded_minor).label("paid"))
    query = (
        select(person.label("sharer_id"), literal(0, Integer).label("invites"), *sums)
        .select_from(table)
        .join(order, order.c.id == table.c.order_id)
        .join(who, who.c.id == table.c.sharer_id)
        .where(*limits.on(table), table.c.sharer_id.is_not(None), order.c.state.in_(PAID), order.c.viewer_id != person)
        .group_by(person)
    )
    return query if limits.channel is None else query.where(order.c.owner_channel_id == limits.channel)


def _refused(reading: Reading, limits: _Limits, sharers: list[int]) -> dict[int, dict[str, int]]:
    table = tables.newcomer
    query = select(table.c.sharer_id, table.c.outcome, func.count()).where(*limits.on(table))
    query = query.where(table.c.sharer_id.in_(sharers), table.c.outcome != "qualified")
    found: dict[int, dict[str, int]] = {}
    for sharer, outcome, count in reading.connection.execute(query.group_by(table.c.sharer_id, table.c.outcome)):
        found.setdefault(sharer, {})[outcome] = count
    return found


@dataclass(frozen=True, slots=True)
class OwnLink:
    """A link of his, where it leads, and how often it was followed."""

    code: str
    room: str
    channel: str
    clicks: int


@dataclass(frozen=True, slots=True)
class Sharing:
    """A sharer's own figures with a merchant. `invites` are by outcome; `earned` what he has of lines, by kind and
    state (`due`); `reward` is of one invite, None where the plan has none, after `seconds` of watching. `terms` are
    those in force, `lowered` those announced that pay less.
    """

    links: tuple[OwnLink, ...]
    clicks: int
    people: int
    invites: dict[str, int]
    orders: int
    paid: Money
    earned: dict[str, dict[str, Money]]
    owed: Money
    reward: Money | None
    seconds: int
    terms: ShareTerms
    lowered: tuple[ShareTerms, ...]


def own_sharing(reading: Reading, viewer: str, room: str) -> Sharing:
    """Of the merchant whose room it is; nothing of anybody else. NotFound for the room."""
    tenant = find_place(reading, room).tenant
    terms, lowered = share_terms(reading, tenant.id)
    person, who = find_viewer(reading, tenant.id, viewer) or 0, tables.viewer
    query = select(who.c.id, who.c.public_id).where(or_(who.c.id == person, who.c.same_as_id == person))
    keys, names = [], []
    for key, public in reading.connection.execute(query):
        keys.append(key)
        names.append(public)
    clicks, people, by_link = _clicks(reading, person)
    orders, paid = _orders(reading, keys)
    earned, owed = _earned(reading, tenant.id, names)
    return Sharing(
        links=_links(reading, person, by_link),
        clicks=clicks,
        people=people,
        invites=_invites(reading, person),
        orders=orders,
        paid=Money(paid, tenant.currency),
        earned={
            kind: {state: Money(minor, tenant.currency) for state, minor in by.items()} for kind, by in earned.items()
        },
        owed=Money(owed, tenant.currency),
        reward=Money(terms.invite_minor, tenant.currency) if terms.invite_minor else None,
        seconds=terms.invite_seconds,
        terms=terms,
        lowered=lowered,
    )


def _clicks(reading: Reading, person: int) -> tuple[int, int, dict[int | None, int]]:
    """Visits, of how many others, and by link."""
    table = tables.touch
    visit = visits_of(table.c.sharer_id == person, table.c.viewer_id != person)
    total = select(func.count(), func.count(func.distinct(visit.c.viewer_id))).where(visit.c.begins)
    clicks, people = reading.connection.execute(total).one()
    by_link = select(visit.c.link_id, func.count()).where(visit.c.begins).group_by(visit.c.link_id)
    return clicks, people, {link: count for link, count in reading.connection.execute(by_link)}  # noqa: C416


def _links(reading: Reading, person: int, clicks: dict[int | None, int]) -> tuple[OwnLink, ...]:
    link, room, channel = tables.link, tables.room, tables.channel
    query = (
        select(link.c.id, link.c.code, room.c.slug, channel.c.name)
        .join(channel, channel.c.id == link.c.channel_id)
        .join(room, room.c.channel_id == channel.c.id)
        .where(link.c.sharer_id == person, link.c.revoked_at.is_(None))
        .order_by(link.c.id.desc())
        .limit(LINKS_MAX)
    )
    rows = reading.connection.execute(query)
    return tuple(OwnLink(code, slug, name, clicks.get(key, 0)) for key, code, slug, name in rows)


def _invites(reading: Reading, person: int) -> dict[str, int]:
    table = tables.newcomer
    query = select(table.c.outcome, func.count()).where(table.c.sharer_id == person).group_by(table.c.outcome)
    return {outcome: count for outcome, count in reading.connection.execute(query)}  # noqa: C416 - rows are no tuples


def _orders(reading: Reading, keys: list[int]) -> tuple[int, int]:
    table, order = tables.assessment, tables.orders
    paid = func.coalesce(func.sum(order.c.total_minor - order.c.refunded_minor), 0)
    query = select(func.count(), paid).select_from(table).join(order, order.c.id == table.c.order_id)
    query = query.where(table.c.sharer_id.in_(keys), order.c.state.in_(PAID), order.c.viewer_id.not_in(keys))
    count, minor = reading.connection.execute(query).one()
    return count, int(minor)


def _earned(reading: Reading, merchant: int, names: Iterable[str]) -> tuple[dict[str, dict[str, int]], int]:
    parties, owing = [sharer_party(name) for name in names], tables.receivable.c
    found: dict[str, dict[str, int]] = {}
    for (kind, state), minor in due(reading, merchant, ("kind", "state"), parties).items():
        found.setdefault(kind, {})[state] = minor
    owed = select(func.coalesce(func.sum(owing.amount_minor - owing.settled_minor), 0))
    owed = owed.where(owing.merchant_id == merchant, owing.party.in_(parties), owing.state == "receivable")
    return found, int(reading.connection.execute(owed).scalar_one())
