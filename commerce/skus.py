"""The SKUs of a product: added, changed, and taken out of the catalogue.

One that is taken out is archived, never deleted: orders, books and flash sales of the past still name it. It goes only
when nothing of it is reserved and no flash sale of it is on or comes, and a product keeps at least one.
"""

from __future__ import annotations

from sqlalchemy import func, insert, select, update

from commerce import views
from commerce.commands import ChangeProduct, NewSku, SkuChange
from commerce.commands.selling import SKUS_MAX
from commerce.directory.merchants import find_merchant
from commerce.errors import Conflict, NotFound
from commerce.store import tables
from commerce.store.ids import public_id
from commerce.store.unit import Unit

_table = tables.sku


def add_sku(unit: Unit, merchant: views.Merchant, product: int, position: int, sku: NewSku) -> None:
    """A SKU and the books of its stock."""
    key = unit.new_id()
    row = {
        "id": key,
        "merchant_id": merchant.id,
        "product_id": product,
        "public_id": public_id(),
        "name": sku.name,
        "position": position,
        "price_minor": sku.price_minor,
        "currency": merchant.currency,
        "per_buyer_max": sku.per_buyer_max,
        "per_order_max": sku.per_order_max,
        "removed_at": None,
    }
    unit.connection.execute(insert(_table), row)
    books = {"sku_id": key, "merchant_id": merchant.id, "received": sku.stock, "free": sku.stock}
    unit.connection.execute(insert(tables.stock), books | {"reserved": 0, "sold": 0})


def change_skus(unit: Unit, product: int, command: ChangeProduct) -> None:
    """All that a change of a product (by its key, its row locked) says of its SKUs."""
    for at, sku in enumerate(command.skus):
        _change(unit, product, at, sku)
    for at, public in enumerate(command.removed_skus):
        _remove(unit, product, f"removed_skus[{at}]", public)
    if command.new_skus:
        _add(unit, product, command)
    if command.removed_skus and not _count(unit, product):
        raise Conflict("removed_skus", "a product keeps at least one SKU: take the product off sale instead")


def _add(unit: Unit, product: int, command: ChangeProduct) -> None:
    merchant = find_merchant(unit, command.merchant)
    if _count(unit, product) + len(command.new_skus) > SKUS_MAX:
        raise Conflict("new_skus", f"a product has at most {SKUS_MAX} SKUs")
    last = select(func.max(_table.c.position)).where(_table.c.product_id == product)
    position = unit.connection.execute(last).scalar_one() + 1
    for at, sku in enumerate(command.new_skus):
        add_sku(unit, merchant, product, position + at, sku)


def _count(unit: Unit, product: int) -> int:
    query = select(func.count()).where(_table.c.product_id == product, _table.c.removed_at.is_(None))
    return int(unit.connection.execute(query).scalar_one())


def _change(unit: Unit, product: int, at: int, change: SkuChange) -> None:
    key = _key(unit, product, f"skus[{at}].sku", change.sku)
    changes: dict[str, object] = {} if change.name is None else {"name": change.name}
    if change.price_minor is not None:
        dearest = _dearest_sale(unit, key)
        if dearest is not None and change.price_minor < dearest:
            raise Conflict(f"skus[{at}].price", f"a flash sale of it costs {dearest}: end that first")
        changes["price_minor"] = change.price_minor
    for limit in ("per_buyer_max", "per_order_max"):
        if (found := getattr(change, limit)) is not None:
            changes[limit] = found or None
    if changes:
        unit.connection.execute(update(_table).where(_table.c.id == key).values(changes))


def _remove(unit: Unit, product: int, field: str, public: str) -> None:
    """Its row of stock is locked first, as a checkout's is: no order comes in between."""
    key = _key(unit, product, field, public)
    stock = tables.stock
    query = select(stock.c.reserved).where(stock.c.sku_id == key).with_for_update()
    reserved = unit.connection.execute(query).scalar_one()
    if reserved:
        raise Conflict(field, f"{reserved} are reserved for orders that are not paid yet")
    if _dearest_sale(unit, key) is not None:
        raise Conflict(field, "there is a flash sale of it: end that first")
    unit.connection.execute(update(_table).where(_table.c.id == key).values(removed_at=unit.now))


def _key(unit: Unit, product: int, field: str, public: str) -> int:
    mine = (_table.c.product_id == product, _table.c.public_id == public, _table.c.removed_at.is_(None))
    key = unit.connection.execute(select(_table.c.id).where(*mine)).scalar()
    if key is None:
        raise NotFound(field, "no such SKU of this product")
    return int(key)


def _dearest_sale(unit: Unit, sku: int) -> int | None:
    """Of the flash sales that are announced; those are never dearer than usual."""
    sale = tables.flash_sale
    coming = (sale.c.sku_id == sku, sale.c.withdrawn_at.is_(None), sale.c.ends_at > unit.now)
    return unit.connection.execute(select(func.max(sale.c.price_minor)).where(*coming)).scalar()
