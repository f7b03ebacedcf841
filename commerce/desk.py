"""What a partner sees at his desk: his customers (masked), his orders, what he earns. Never another channel's row."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, or_, select

from commerce import views
from commerce.checks import choice
from commerce.directory.channels import channel_key, find_channel
from commerce.earning.apart import owed_now
from commerce.earning.figures import due
from commerce.money import Money
from commerce.order.record import page_of_orders
from commerce.order.states import PAID
from commerce.paging import Paging
from commerce.proof.entry import channel_party
from commerce.sheets import masked
from commerce.store import tables
from commerce.store.reading import Reading
from commerce.visits import find_viewer

NEW_MS = 86_400_000
SETTLEMENT_STATES = ("prepared", "paying", "paid", "failed")
# Of its payout, and what they are called beside it.
PAYOUT_COLUMNS = (("public_id", "payout"), ("state", "payout_state"), ("attempts", "attempt"))


@dataclass(frozen=True, slots=True)
class Desk:
    """A channel's figures. `customers_new`: of the last 24 hours; `earned`: what it has of lines, by state (`due`)."""

    channel: views.Channel
    customers: int
    customers_new: int
    orders: int
    paid: Money
    earned: dict[str, Money]
    owed: Money


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer of the channel; name and phone of his last order, masked."""

    viewer: str
    since: int
    name: str
    phone: str
    orders: int


def desk(reading: Reading, merchant: int, channel: str) -> Desk:
    """A channel's own figures; NotFound for another merchant's."""
    found, key = find_channel(reading, merchant, channel), channel_key(reading, merchant, channel)
    binding, order = tables.binding.c, tables.orders.c
    mine = (binding.channel_id == key, *_valid(reading))
    fresh = func.count().filter(binding.since >= reading.now - NEW_MS)
    customers, new = reading.connection.execute(select(func.count(), fresh).where(*mine)).one()
    paid = func.coalesce(func.sum(order.total_minor - order.refunded_minor).filter(order.state.in_(PAID)), 0)
    orders, minor = reading.connection.execute(select(func.count(), paid).where(order.owner_channel_id == key)).one()
    party, currency = channel_party(channel), _currency(reading, merchant)
    owing = tables.receivable.c
    owed = select(func.coalesce(func.sum(owing.amount_minor - owing.settled_minor), 0))
    owed = owed.where(owing.merchant_id == merchant, owing.party == party)
    return Desk(
        channel=found,
        customers=customers,
        customers_new=new,
        orders=orders,
        paid=Money(int(minor), currency),
        earned={state: Money(had, currency) for (state,), had in due(reading, merchant, parties=[party]).items()},
        owed=Money(int(reading.connection.execute(owed).scalar_one()), currency),
    )


def _valid(reading: Reading) -> tuple[ColumnElement[bool], ...]:
    """Bindings that no other replaced and that are not over."""
    binding = tables.binding.c
    return binding.state == "active", or_(binding.valid_until.is_(None), binding.valid_until > reading.now)


def _currency(reading: Reading, merchant: int) -> str:
    query = select(tables.merchant.c.currency).where(tables.merchant.c.id == merchant)
    return str(reading.connection.execute(query).scalar_one())


def desk_customers(reading: Reading, merchant: int, channel: str, page: Paging | None = None) -> tuple[Customer, ...]:
    """A page of the channel's customers, the latest first."""
    page = page or Paging()
    key = channel_key(reading, merchant, channel)
    binding, viewer, order = tables.binding.c, tables.viewer.c, tables.orders
    mine = order.alias("mine")
    last = select(func.max(mine.c.id)).where(mine.c.viewer_id == viewer.id, mine.c.owner_channel_id == key)
    count = select(func.count()).where(order.c.viewer_id == viewer.id, order.c.owner_channel_id == key)
    query = (
        select(viewer.public_id, binding.since, count.scalar_subquery(), mine.c.contact, binding.id)
        .select_from(tables.binding.join(tables.viewer, viewer.id == binding.viewer_id))
        .outerjoin(mine, mine.c.id == last.correlate(tables.viewer).scalar_subquery())
        .where(binding.channel_id == key, *_valid(reading), *page.after(binding.id))
        .order_by(binding.id.desc())
        .limit(page.rows)
    )
    found = []
    rows = page.take(reading.connection.execute(query).all(), lambda row: (row.id,))
    for public, since, orders, contact, _ in rows:
        shown = views.Contact("", "", "") if contact is None else masked(views.Contact(**json.loads(contact)))
        found.append(Customer(public, since, shown.name, shown.phone, orders))
    return tuple(found)


def desk_orders(reading: Reading, merchant: int, channel: str, page: Paging | None = None) -> tuple[views.Order, ...]:
    """A page of the orders of the channel's customers, the latest first; contacts are not masked here."""
    key = channel_key(reading, merchant, channel)
    return page_of_orders(reading, page or Paging(), tables.orders.c.owner_channel_id == key)


def knows(reading: Reading, merchant: int, channel: str, viewer: str) -> bool:
    """Whether a viewer is, or was, the channel's customer, or ordered as such."""
    key, person = channel_key(reading, merchant, channel), find_viewer(reading, merchant, viewer)
    for table, whose in ((tables.binding, "channel_id"), (tables.orders, "owner_channel_id")):
        query = select(table.c.id).where(table.c.viewer_id == person, table.c[whose] == key).limit(1)
        if reading.connection.execute(query).first() is not None:
            return True
    return False


def owns(reading: Reading, merchant: int, channel: str, order: str) -> bool:
    """Whether an order is a customer's of the channel, or was placed in its room."""
    key, table = channel_key(reading, merchant, channel), tables.orders
    query = select(table.c.owner_channel_id, table.c.room_channel_id)
    row = reading.connection.execute(query.where(table.c.merchant_id == merchant, table.c.public_id == order)).first()
    return row is not None and key in tuple(row)


def settlements(
    reading: Reading,
    merchant: int,
    party: str | None = None,
    page: Paging | None = None,
    *,
    only: str | None = None,
    state: str | None = None,
) -> tuple[dict[str, object], ...]:
    """A page of the settlements with their payouts, the latest first; `only` that one; those in a `state`.

    One that is under review has what its lines come to now: some may have been refunded or held since.
    """
    page = page or Paging()
    table, payout = tables.settlement, tables.payout
    names = ("party", "state", "currency", "netted_minor", "period_start", "period_end", "prepared_by", "approved_by")
    query = (
        select(table.c.public_id.label("settlement"), *(table.c[name] for name in names))
        .add_columns(case((table.c.state == "prepared", owed_now()), else_=table.c.gross_minor).label("gross_minor"))
        .add_columns(*(payout.c[name].label(label) for name, label in PAYOUT_COLUMNS), payout.c.reference)
        .outerjoin(payout, payout.c.settlement_id == table.c.id)
        .where(table.c.merchant_id == merchant, *page.after(table.c.id))
        .order_by(table.c.id.desc())
        .limit(page.rows)
    )
    query = query if party is None else query.where(table.c.party == party)
    query = query if only is None else query.where(table.c.public_id == only)
    query = query if state is None else query.where(table.c.state == choice("state", state, SETTLEMENT_STATES))
    rows = page.take(reading.connection.execute(query.add_columns(table.c.id)).all(), lambda row: (row.id,))
    return tuple({name: value for name, value in row._mapping.items() if name != "id"} for row in rows)
