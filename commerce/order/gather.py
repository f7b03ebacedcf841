"""Everything a batch of checkouts needs to know, loaded in a fixed number of statements however many they are."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import Select, TextClause, and_, func, select, text

from commerce.attribution import is_valid
from commerce.binding import Entries, Held, find_first_purchases, find_held, find_touches
from commerce.canonical import json_text
from commerce.commands import PlaceOrder, Wanted
from commerce.commission import Plan
from commerce.earning.assess import Node
from commerce.earning.ties import find_nodes, find_plans, find_ties
from commerce.hiding import find_hidden
from commerce.sale import OpenSale, find_bought_in_sales, find_open_sales
from commerce.store import tables
from commerce.store.among import among
from commerce.store.unit import Unit
from commerce.visits import Place, Tenant, find_persons, find_places


@dataclass(slots=True)
class Goods:
    """A SKU for sale. `free` goes down as orders of the batch take from it; `taken` is what they took.

    While a flash sale of it is open, `price_minor` is the sale's.
    """

    id: int
    public: str
    merchant: int
    product: int
    name: str
    product_name: str
    product_public: str
    price_minor: int
    currency: str
    per_buyer_max: int | None
    per_order_max: int | None
    on_sale: bool
    free: int
    taken: int = 0
    sale: OpenSale | None = None


@dataclass(slots=True)
class Buyer:
    """A viewer and what decides whose he is. `id` is None until his row is to be written.

    `works_for` is the channel he is staff of, `sharer` (key, public id) who brought him last during this show, and
    `shared_in` the channel (key) whose link that was.
    """

    public: str
    id: int | None
    held: Held | None = None
    entries: Entries = field(default_factory=Entries)
    first_purchase: int | None = None
    works_for: int | None = None
    sharer: tuple[int, str] | None = None
    shared_in: int | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """An order placed before under the same key."""

    id: int
    digest: str


@dataclass(frozen=True, slots=True)
class Gathered:
    """The answers. Carts by (viewer key, room key); bought quantities by viewer key and SKU key, or sale key.

    `on_shelf` has (merchant, product) keys, `pinned` (public id, name) of what is shown now by merchant.
    """

    places: dict[str, Place]
    buyers: dict[tuple[int, str], Buyer]
    goods: dict[str, Goods]
    on_shelf: set[tuple[int, int]]
    pinned: dict[int, tuple[tuple[str, str], ...]]
    hidden: set[tuple[int, int]]
    earlier: dict[tuple[int, str], Earlier]
    carts: dict[tuple[int, int], list[Wanted]]
    bought: dict[tuple[int, int], int]
    bought_in_sale: dict[tuple[int, int], int]
    channels: dict[int, Node]
    plans: dict[int, tuple[Plan, str]]


def gather(unit: Unit, commands: Sequence[PlaceOrder]) -> Gathered:
    """Loads it all; rows of stock are locked, in the order of their keys so that two nodes never wait in a ring."""
    places = find_places(unit, {command.room for command in commands})
    wanted = {(places[c.room].tenant.id, c.viewer) for c in commands if c.room in places}
    buyers = _find_buyers(unit, wanted, places.values())
    known = [buyer.id for buyer in buyers.values() if buyer.id is not None]
    carts = _find_carts(unit, known) if any(command.lines is None for command in commands) else {}
    lines = itertools.chain(*(command.lines or () for command in commands), *carts.values())
    tenants = {place.tenant.id: place.tenant for place in places.values()}
    goods = _find_goods(unit, {line.sku for line in lines}, tenants.values())
    owners = {place.channel for place in places.values()}
    owners |= {tenant.house for tenant in tenants.values()}
    owners |= {touch.channel for buyer in buyers.values() for touch in buyer.entries.touches}
    owners |= {buyer.held.terms.channel for buyer in buyers.values() if buyer.held is not None}
    find_ties(unit, tenants.values(), buyers.values())
    owners |= {buyer.works_for for buyer in buyers.values() if buyer.works_for is not None}
    plans = find_plans(unit, tenants.values())
    return Gathered(
        places,
        buyers,
        goods,
        *_find_shelves(unit, tenants.values()),
        find_hidden(unit, {place.channel for place in places.values()}),
        _find_earlier(unit, buyers, places, commands),
        carts,
        _find_bought(unit, known, goods),
        find_bought_in_sales(unit, known, filter(None, (item.sale for item in goods.values()))),
        find_nodes(unit, owners, tenants.values(), plans),
        plans,
    )


def _find_buyers(unit: Unit, wanted: set[tuple[int, str]], places: Collection[Place]) -> dict[tuple[int, str], Buyer]:
    """By (merchant, cookie); viewers that are one customer are one buyer."""
    persons = find_persons(unit, wanted) if wanted else {}
    buyers = {key: Buyer(key[1], None) for key in wanted if key not in persons}
    if not persons:
        return buyers
    keys = {(key[0], person.public): person.key for key, person in persons.items()}
    held = find_held(unit, keys.values())
    # Under a binding the touches decide nothing most of the time, but they are inputs of the decision all the same.
    entries = _find_touches(unit, keys, places)
    unbound = [key for key in keys.values() if key not in held or not is_valid(held[key].terms, unit.now)]
    purchases = find_first_purchases(unit, unbound) if unbound else {}
    known = {
        viewer: Buyer(public, viewer, held.get(viewer), entries.get(viewer, Entries()), purchases.get(viewer))
        for (_, public), viewer in keys.items()
    }
    return buyers | {key: known[person.key] for key, person in persons.items()}


def _find_touches(unit: Unit, keys: dict[tuple[int, str], int], places: Collection[Place]) -> dict[int, Entries]:
    found: dict[int, Entries] = {}
    for tenant in {place.tenant.id: place.tenant for place in places}.values():
        viewers = [viewer for (merchant, _), viewer in keys.items() if merchant == tenant.id]
        rooms = {place.channel for place in places if place.tenant.id == tenant.id}
        if viewers:
            found |= find_touches(unit, tenant, viewers, rooms)
    return found


def _find_earlier(
    unit: Unit,
    buyers: dict[tuple[int, str], Buyer],
    places: dict[str, Place],
    commands: Sequence[PlaceOrder],
) -> dict[tuple[int, str], Earlier]:
    pairs = []
    for command in commands:
        place = places.get(command.room)
        buyer = None if place is None else buyers[place.tenant.id, command.viewer]
        if buyer is not None and buyer.id is not None:
            pairs.append((buyer.id, command.client_order_id))
    if not pairs:
        return {}
    rows = unit.connection.execute(_select_earlier(unit.connection.dialect.name), {"pairs": json_text(pairs)})
    return {(viewer, client): Earlier(order, digest) for viewer, client, order, digest in rows}


EARLIER = """
    SELECT earlier.viewer_id, earlier.client_order_id, earlier.id, earlier.body_digest
    FROM json_each(:pairs) AS pair CROSS JOIN orders AS earlier
    ON earlier.viewer_id = json_extract(pair.value, '$[0]')
    AND earlier.client_order_id = json_extract(pair.value, '$[1]')
"""
EARLIER_POSTGRESQL = """
    SELECT earlier.viewer_id, earlier.client_order_id, earlier.id, earlier.body_digest
    FROM json_array_elements(CAST(:pairs AS json)) AS pair(value) CROSS JOIN LATERAL (
        SELECT * FROM orders WHERE viewer_id = CAST(pair.value->>0 AS bigint) AND client_order_id = pair.value->>1
        OFFSET 0
    ) AS earlier
"""


@cache
def _select_earlier(dialect: str) -> TextClause:
    """Pair by pair through the unique index. Of `(viewer_id, client_order_id) IN (...)` SQLite makes a walk through
    all orders that there are, and of a join PostgreSQL may make one."""
    return text(EARLIER_POSTGRESQL if dialect == "postgresql" else EARLIER)


def _find_carts(unit: Unit, viewers: list[int]) -> dict[tuple[int, int], list[Wanted]]:
    line, sku = tables.cart_line, tables.sku
    query = (
        select(line.c.viewer_id, line.c.room_id, sku.c.public_id, line.c.quantity)
        .join(sku, sku.c.id == line.c.sku_id)
        .where(line.c.viewer_id.in_(viewers))
        .order_by(line.c.sku_id)
    )
    found: dict[tuple[int, int], list[Wanted]] = {}
    for viewer, room, public, quantity in unit.connection.execute(query):
        found.setdefault((viewer, room), []).append(Wanted(public, quantity))
    return found


@cache
def _select_goods() -> Select[*tuple[Any, ...]]:
    """Columns in the order of Goods."""
    sku, product, stock = tables.sku, tables.product, tables.stock
    return (
        select(
            sku.c.id,
            sku.c.public_id,
            sku.c.merchant_id,
            sku.c.product_id,
            sku.c.name,
            product.c.name.label("product_name"),
            product.c.public_id.label("product_public"),
            sku.c.price_minor,
            sku.c.currency,
            sku.c.per_buyer_max,
            sku.c.per_order_max,
            and_(product.c.off_sale_at.is_(None), sku.c.removed_at.is_(None)).label("on_sale"),
            stock.c.free,
        )
        .join(product, product.c.id == sku.c.product_id)
        .join(stock, stock.c.sku_id == sku.c.id)
        .where(among(sku.c.public_id, "skus"))
        .order_by(stock.c.sku_id)
        .with_for_update(of=stock)
    )


def _find_goods(unit: Unit, skus: Collection[str], tenants: Collection[Tenant]) -> dict[str, Goods]:
    if not skus:
        return {}
    rows = unit.connection.execute(_select_goods(), {"skus": list(skus)})
    found = {row.public_id: Goods(*row) for row in rows}
    _open_sales(unit, found.values(), tenants)
    return found


def _open_sales(unit: Unit, goods: Collection[Goods], tenants: Collection[Tenant]) -> None:
    """Goods in a sale that is open have its price."""
    shows = [tenant.show for tenant in tenants if tenant.show is not None]
    sales = find_open_sales(unit, [item.id for item in goods], shows)
    for item in goods:
        item.sale = sales.get(item.id)
        if item.sale is not None:
            item.price_minor = item.sale.price_minor


@cache
def _select_shelves() -> Select[*tuple[Any, ...]]:
    table = tables.shelf
    shows = among(table.c.show_id, "shows")
    names = (tables.product.c.public_id, tables.product.c.name)
    query = select(table.c.merchant_id, table.c.product_id, table.c.pinned, *names)
    return query.join(tables.product, tables.product.c.id == table.c.product_id).where(shows).order_by(table.c.position)


def _find_shelves(
    unit: Unit, tenants: Collection[Tenant]
) -> tuple[set[tuple[int, int]], dict[int, tuple[tuple[str, str], ...]]]:
    """What is on the shelves, and what of it is pinned."""
    shows = [tenant.show for tenant in tenants if tenant.show is not None]
    rows = unit.connection.execute(_select_shelves(), {"shows": shows}).all() if shows else []
    pinned: dict[int, tuple[tuple[str, str], ...]] = {}
    for row in rows:
        if row.pinned:
            pinned[row.merchant_id] = (*pinned.get(row.merchant_id, ()), (row.public_id, row.name))
    return {(row.merchant_id, row.product_id) for row in rows}, pinned


def _find_bought(unit: Unit, viewers: list[int], goods: dict[str, Goods]) -> dict[tuple[int, int], int]:
    """What each buyer holds or has bought already, of the SKUs that have a limit."""
    limited = [item.id for item in goods.values() if item.per_buyer_max is not None]
    if not limited or not viewers:
        return {}
    order, line = tables.orders, tables.order_line
    query = (
        select(order.c.viewer_id, line.c.sku_id, func.sum(line.c.quantity))
        .join(line, line.c.order_id == order.c.id)
        .where(order.c.viewer_id.in_(viewers), line.c.sku_id.in_(limited), order.c.state != "cancelled")
        .group_by(order.c.viewer_id, line.c.sku_id)
    )
    return {(viewer, sku): int(quantity) for viewer, sku, quantity in unit.connection.execute(query)}
