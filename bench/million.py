"""A merchant with a million paid orders over thirty thousand channels, made in minutes.

Orders are placed by the checkout's own function, so attribution, commission and log are the real ones; they are paid a
batch at a time, as paying each of them would have done it. `fenbo audit` finds nothing wrong with the result.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, select, update

from commerce import commands as c
from commerce import views
from commerce.books import post
from commerce.catalog import create_product
from commerce.commands.earning import SetPlan
from commerce.commission import Plan, Rate
from commerce.directory.bulk import create_channels
from commerce.directory.merchants import create_merchant
from commerce.earning.plans import set_plan
from commerce.earning.told import log_order
from commerce.ledger import Transfer
from commerce.order.place import place_orders
from commerce.proof.entry import channel_party
from commerce.proof.log import write_log
from commerce.shelf import set_shelf
from commerce.show import create_show
from commerce.stock import Move, move
from commerce.store import tables
from commerce.store.bulk import Row, insert_rows
from commerce.store.ids import IdBlocks, public_id
from commerce.store.unit import Unit

CHANNELS_AT_ONCE = 1_000
BATCH = 2_000
OF_THE_LARGEST = 200  # every so many orders, one is the largest channel's
ORDERS_PER_BUYER = 10
HOLD_MS = 900_000
CONTACT = views.Contact("Li Wei", "13800000000", "1 Harbour Street")
PLAN = Plan((Rate(ppm=100_000),), cap_ppm=300_000)
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Brand:
    """Who sells: surrogate keys, and the public id of what he sells."""

    merchant: int
    sku_key: int
    sku: str
    channels: int


class Maker:
    """Fills a store, a committed batch at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._ids = IdBlocks()

    def units(self) -> Iterator[Unit]:
        """One transaction after the other, each with what it logged."""
        with self._engine.connect() as connection:
            while True:
                unit = Unit(connection, self._ids, int(time.time() * 1000), HOLD_MS)
                yield unit
                write_log(unit)
                connection.commit()

    def fill(self, channels: int, orders: int, progress: Progress = print) -> Brand:
        """The brand with so many channels besides its house, and so many paid orders over them."""
        units = self.units()
        brand = _open(next(units), channels, orders)
        for first in range(0, channels, CHANNELS_AT_ONCE):
            last = min(channels, first + CHANNELS_AT_ONCE)
            stores = tuple(c.NewChannel(f"Store {number}", _room(number)) for number in range(first, last))
            create_channels(next(units), c.CreateChannels(brand.merchant, stores))
        for first in range(0, orders, BATCH):
            _sell(next(units), brand, range(first, min(orders, first + BATCH)))
            progress(min(orders, first + BATCH))
        next(units)  # commits the last batch
        units.close()
        return brand


def _open(unit: Unit, channels: int, orders: int) -> Brand:
    merchant = create_merchant(unit, c.CreateMerchant("Brand", "house"))
    set_plan(unit, SetPlan(merchant.id, PLAN))
    product = create_product(unit, c.CreateProduct(merchant.id, "Tea", (c.NewSku("100 g", 9_900, orders),)))
    show = create_show(unit, c.CreateShow(merchant.id, "Friday"))
    set_shelf(unit, c.SetShelf(merchant.id, show.show, (c.ShelfEntry(product.product),)))
    sku = product.skus[0].sku
    key = unit.connection.execute(select(tables.sku.c.id).where(tables.sku.c.public_id == sku)).scalar_one()
    return Brand(merchant.id, int(key), sku, channels)


def _room(number: int) -> str:
    return f"store-{number}"


def _sell(unit: Unit, brand: Brand, numbers: range) -> None:
    """These orders, placed and paid."""
    before = unit.new_id()
    for placed in place_orders(unit, [_order(brand, number) for number in numbers]):
        assert isinstance(placed, views.Order), placed
    _pay(unit, brand, before)


def _order(brand: Brand, number: int) -> c.PlaceOrder:
    """Buyers come back to the channel whose they are; those of the largest one are its alone."""
    largest = number % OF_THE_LARGEST == 0
    buyer = number // OF_THE_LARGEST if largest else number // ORDERS_PER_BUYER
    channel = 0 if largest else 1 + buyer % (brand.channels - 1)
    viewer = f"{'l' if largest else 'b'}{buyer:015d}"
    return c.PlaceOrder(viewer, _room(channel), f"order-{number:08d}", CONTACT, (c.Wanted(brand.sku, 1),))


def _pay(unit: Unit, brand: Brand, before: int) -> None:
    """What paying does (order.changes.apply, earning.follow), for all orders with a key above `before`."""
    order, payment, line = tables.orders, tables.payment, tables.commission_line
    owner = tables.channel.c.public_id.label("owner")
    query = select(order, owner).join(tables.channel, tables.channel.c.id == order.c.owner_channel_id)
    orders = unit.connection.execute(query.where(order.c.id > before).order_by(order.c.id)).all()
    found = unit.connection.execute(select(line).where(line.c.order_id > before).order_by(line.c.id))
    lines: dict[int, list[Row]] = {}
    for row in found:
        lines.setdefault(row.order_id, []).append(dict(row._mapping) | {"state": "frozen", "version": 2})
    now = {"changed_at": unit.now}
    paid = now | {"state": "paid"}
    unit.connection.execute(update(order).where(order.c.id > before).values(paid | {"expires_at": None}))
    unit.connection.execute(update(payment).where(payment.c.order_id > before).values(paid))
    frozen = now | {"state": "frozen", "version": 2}
    unit.connection.execute(update(line).where(line.c.order_id > before).values(frozen))
    assert move(unit, brand.sku_key, len(orders), Move.PAY) is not None
    transfers = []
    for row in orders:
        transfers += _transfers(row.public_id, row.total_minor, row.currency, lines[row.id])
        body = {"order": row.public_id, "event": "paid", "state": "paid", "total_minor": row.total_minor}
        body |= {"refunded_minor": 0, "currency": row.currency}
        log_order(unit, (brand.merchant, channel_party(row.owner)), body, lines[row.id], row.rule_hash)
    post(unit, brand.merchant, transfers)
    _keep_notices(unit, brand, [row.id for row in orders], before)


def _transfers(order: str, total_minor: int, currency: str, lines: list[Row]) -> Iterator[Transfer]:
    yield Transfer(f"sale:{order}", "clearing", "sales", total_minor, currency, "sale")
    for line in lines:
        if line["amount_minor"]:
            name = f"commission:{line['public_id']}"
            yield Transfer(name, "sales", line["party"], line["amount_minor"], currency, "commission")


def _keep_notices(unit: Unit, brand: Brand, orders: list[int], before: int) -> None:
    payment = tables.payment
    query = select(payment.c.id).where(payment.c.order_id > before).order_by(payment.c.order_id)
    payments = unit.connection.execute(query).scalars().all()
    about = {"merchant_id": brand.merchant, "at": unit.now}
    event = {"event": "paid", "state": "paid", "detail": ""}
    events = [about | event | {"id": unit.new_id(), "order_id": order} for order in orders]
    insert_rows(unit.connection, tables.order_event, events)
    notice = {"provider": "sandbox", "outcome": "paid"}
    notices = [about | notice | {"id": unit.new_id(), "payment_id": key, "notice": public_id()} for key in payments]
    insert_rows(unit.connection, tables.payment_notice, notices)


def folder_bytes(folder: Path) -> int:
    """Of all files in it."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
