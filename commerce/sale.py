"""Flash sales: a SKU at a price of its own, in an announced window, to a total and so many to each buyer.

Before the window the SKU sells at its usual price; in it only in the sale, so once that is sold out nobody is charged
more than he was shown; after it as before. Units of orders that are cancelled or run out come back while it lasts.
Who is served is decided by the writer's queue: first come, first served, a batch at a time, the total's condition in
the statement that takes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, func, insert, select, update

from commerce import views
from commerce.commands import AnnounceSale, WithdrawSale
from commerce.errors import Conflict, NotFound
from commerce.events import ShelfChanged
from commerce.money import Money
from commerce.paging import Paging
from commerce.show import show_row
from commerce.store import tables
from commerce.store.among import among
from commerce.store.ids import public_id
from commerce.store.reading import AnyRow, Connected
from commerce.store.unit import Unit
from commerce.times import aware, to_ms

SALES_MAX = 200
_table = tables.flash_sale


@dataclass(slots=True)
class OpenSale:
    """A sale that is open in this batch; `left` goes down as its orders take from it."""

    id: int
    public: str
    price_minor: int
    left: int
    per_buyer_max: int | None
    taken: int = 0

    def take(self, quantity: int) -> None:
        """An order of the batch has it."""
        self.left -= quantity
        self.taken += quantity


def announce_sale(unit: Unit, command: AnnounceSale) -> views.Sale:
    """From now on every room counts down to it. Conflict: dearer than usual, more than there is, another sale then."""
    show = show_row(unit, command.merchant, command.show)
    sku = _sku(unit, command)
    starts_at, ends_at = to_ms(command.starts_at), to_ms(command.ends_at)
    if show.state == "ended":
        raise Conflict("show", "is over")
    if ends_at <= unit.now:
        raise Conflict("ends_at", "is past")
    if command.price_minor > sku.price_minor:
        raise Conflict("price", f"is more than the usual {sku.price_minor}")
    if command.quantity > sku.free:
        raise Conflict("quantity", f"only {sku.free} are free")
    other = select(_table.c.id).where(_table.c.sku_id == sku.id, _table.c.show_id == show.id)
    other = other.where(_table.c.withdrawn_at.is_(None), _table.c.starts_at < ends_at, _table.c.ends_at > starts_at)
    if unit.connection.execute(other).first() is not None:
        raise Conflict("starts_at", "there is a sale of this SKU in that time")
    row = {"id": unit.new_id(), "merchant_id": command.merchant, "public_id": public_id(), "show_id": show.id}
    row |= {"sku_id": sku.id, "price_minor": command.price_minor, "quantity": command.quantity, "taken": 0}
    row |= {"per_buyer_max": command.per_buyer_max, "starts_at": starts_at, "ends_at": ends_at, "withdrawn_at": None}
    unit.connection.execute(insert(_table), row | {"created_at": unit.now})
    return _announced(unit, row["id"])


def _sku(unit: Unit, command: AnnounceSale) -> AnyRow:
    """The SKU with what is free, locked: sales of it are announced one after the other."""
    sku, stock = tables.sku, tables.stock
    query = (
        select(sku.c.id, sku.c.price_minor, stock.c.free)
        .join(stock, stock.c.sku_id == sku.c.id)
        .where(sku.c.merchant_id == command.merchant, sku.c.public_id == command.sku, sku.c.removed_at.is_(None))
        .with_for_update(of=stock)
    )
    row = unit.connection.execute(query).first()
    if row is None:
        raise NotFound("sku", "no such SKU")
    return row


def withdraw_sale(unit: Unit, command: WithdrawSale) -> views.Sale:
    """Over at once; a second time changes nothing."""
    mine = (_table.c.merchant_id == command.merchant, _table.c.public_id == command.sale)
    key = unit.connection.execute(select(_table.c.id).where(*mine)).scalar()
    if key is None:
        raise NotFound("sale", "no such sale")
    change = update(_table).where(_table.c.id == key, _table.c.withdrawn_at.is_(None))
    unit.connection.execute(change.values(withdrawn_at=unit.now))
    return _announced(unit, key)


def _announced(unit: Unit, key: int) -> views.Sale:
    """All rooms get the shelf anew, with the sale or without it."""
    row = unit.connection.execute(_select_sales().where(_table.c.id == key)).one()
    unit.tell(ShelfChanged(row.merchant_id, row.show))
    return sale_view(row)


def _select_sales() -> Select[*tuple[Any, ...]]:
    sku, product, show = tables.sku, tables.product, tables.show
    named = (sku.c.public_id.label("sku"), sku.c.name.label("sku_name"), sku.c.currency)
    also = (product.c.name.label("product_name"), show.c.public_id.label("show"))
    query = select(_table, *named, *also).join(sku, sku.c.id == _table.c.sku_id)
    return query.join(product, product.c.id == sku.c.product_id).join(show, show.c.id == _table.c.show_id)


def sale_view(row: AnyRow) -> views.Sale:
    """A row of what find_sales selects."""
    return views.Sale(
        sale=row.public_id,
        show=row.show,
        sku=row.sku,
        sku_name=row.sku_name,
        product_name=row.product_name,
        price=Money(row.price_minor, row.currency),
        quantity=row.quantity,
        left=row.quantity - row.taken,
        per_buyer_max=row.per_buyer_max,
        starts_at=aware(row.starts_at),
        ends_at=aware(row.ends_at),
        withdrawn=row.withdrawn_at is not None,
    )


def find_sales(connected: Connected, merchant: int, page: Paging) -> tuple[views.Sale, ...]:
    """A page of the merchant's sales, the latest window first."""
    keys = (_table.c.starts_at, _table.c.id)
    query = _select_sales().where(_table.c.merchant_id == merchant, *page.after(*keys))
    rows = connected.connection.execute(query.order_by(*(key.desc() for key in keys)).limit(page.rows)).all()
    return tuple(map(sale_view, page.take(rows, lambda row: (row.starts_at, row.id))))


def find_coming(connected: Connected, merchant: int, show: int) -> dict[str, views.Sale]:
    """By SKU the sale of a show that is open, or comes next."""
    given = {"merchant": merchant, "show": show, "now": connected.now}
    return {row.sku: sale_view(row) for row in connected.connection.execute(_select_coming(), given)}


@cache
def _select_coming() -> Select[*tuple[Any, ...]]:
    now: BindParameter[int] = bindparam("now")
    mine = (_table.c.merchant_id == bindparam("merchant"), _table.c.show_id == bindparam("show"))
    query = _select_sales().where(*mine, _table.c.withdrawn_at.is_(None), _table.c.ends_at > now)
    return query.order_by(_table.c.starts_at.desc()).limit(SALES_MAX)


@cache
def _select_open() -> Select[*tuple[Any, ...]]:
    columns = (_table.c.sku_id, _table.c.id, _table.c.public_id, _table.c.price_minor)
    left = (_table.c.quantity - _table.c.taken).label("left")
    now: BindParameter[int] = bindparam("now")
    query = select(*columns, left, _table.c.per_buyer_max).where(_table.c.starts_at <= now, _table.c.ends_at > now)
    shows = among(_table.c.show_id, "shows")
    return query.where(shows, _table.c.withdrawn_at.is_(None), among(_table.c.sku_id, "skus"))


def find_open_sales(connected: Connected, skus: Collection[int], shows: Collection[int]) -> dict[int, OpenSale]:
    """By SKU's key. For a checkout the rows of stock are locked by now, and with them what is left of the sales."""
    if not skus or not shows:
        return {}
    given = {"skus": list(skus), "shows": list(shows), "now": connected.now}
    return {row[0]: OpenSale(*row[1:]) for row in connected.connection.execute(_select_open(), given)}


def find_bought_in_sales(unit: Unit, viewers: Collection[int], sales: Iterable[OpenSale]) -> dict[tuple[int, int], int]:
    """What each buyer holds or has bought in the sales that have a limit, by (viewer key, sale key)."""
    limited = [sale.id for sale in sales if sale.per_buyer_max is not None]
    if not limited or not viewers:
        return {}
    order, line = tables.orders, tables.order_line
    query = (
        select(order.c.viewer_id, line.c.sale_id, func.sum(line.c.quantity))
        .join(line, line.c.order_id == order.c.id)
        .where(line.c.sale_id.in_(limited), order.c.viewer_id.in_(viewers), order.c.state != "cancelled")
        .group_by(order.c.viewer_id, line.c.sale_id)
    )
    return {(viewer, sale): int(quantity) for viewer, sale, quantity in unit.connection.execute(query)}


def take_in_sale(unit: Unit, sale: OpenSale) -> None:
    """What the batch took, in one statement with its condition in it."""
    _move(unit, sale.id, sale.taken)
    sale.taken = 0


def release_from_sale(unit: Unit, sale: int, quantity: int) -> None:
    """Units of an order that was not paid."""
    _move(unit, sale, -quantity)


def _move(unit: Unit, sale: int, quantity: int) -> None:
    after = _table.c.taken + quantity
    change = update(_table).where(_table.c.id == sale, after >= 0, after <= _table.c.quantity).values(taken=after)
    if unit.connection.execute(change).rowcount != 1:
        raise Conflict("lines", "the sale changed meanwhile")
    row = unit.connection.execute(_select_sales().where(_table.c.id == sale)).one()
    unit.tell_sale(row.merchant_id, row.public_id, row.sku, row.quantity - row.taken)
