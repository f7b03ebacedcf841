"""The rows of a batch of orders: made from what was decided, written table by table in one statement each."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from sqlalchemy import bindparam, delete

from commerce.attribution import Decision
from commerce.binding import Held, supersede
from commerce.canonical import json_text
from commerce.commands import PlaceOrder
from commerce.earning.assess import Assessed
from commerce.earning.assess import line_row as earned_row
from commerce.earning.told import log_order
from commerce.errors import Conflict
from commerce.order.evidence import Evidence, to_json
from commerce.order.gather import Buyer, Goods
from commerce.proof.entry import channel_party
from commerce.sale import take_in_sale
from commerce.stock import Move, move
from commerce.store import tables
from commerce.store.bulk import Row, insert_rows
from commerce.store.unit import Unit
from commerce.visits import Place

PROVIDER = "sandbox"


@dataclass(slots=True)  # not frozen: setting fields of a frozen one takes four times as long, and here are many
class Placing:
    """An order that stands. `order` and `viewer` are surrogate keys, the others the outside's ids."""

    command: PlaceOrder
    place: Place
    buyer: Buyer
    viewer: int
    lines: list[tuple[Goods, int]]
    total_minor: int
    digest: str
    order: int
    public: str
    payment: str
    decision: Decision
    inputs: str
    owner: str
    earned: Assessed
    evidence: Evidence
    now: int
    expires_at: int


@dataclass(slots=True)
class Rows:
    """What is to be written, in the order in which rows refer to each other."""

    viewers: list[Row] = field(default_factory=list)
    touches: list[Row] = field(default_factory=list)
    superseded: list[int] = field(default_factory=list)
    bindings: list[Row] = field(default_factory=list)
    goods: dict[int, Goods] = field(default_factory=dict)
    orders: list[Row] = field(default_factory=list)
    lines: list[Row] = field(default_factory=list)
    payments: list[Row] = field(default_factory=list)
    assessments: list[Row] = field(default_factory=list)
    earned: list[Row] = field(default_factory=list)
    carts: list[Row] = field(default_factory=list)

    def bind(self, row: Row, replaces: Held | None, now: int) -> None:
        """A new binding; the one it replaces may be another new one of the same batch."""
        if replaces is not None:
            earlier = next((known for known in self.bindings if known["id"] == replaces.id), None)
            if earlier is None:
                self.superseded.append(replaces.id)
            else:
                earlier |= {"state": "superseded", "ended_at": now}
        self.bindings.append(row)

    def add(self, unit: Unit, placing: Placing) -> None:
        """All rows of an order."""
        self.orders.append(order_row(placing))
        self.lines.extend(line_row(unit.new_id(), placing, goods, quantity) for goods, quantity in placing.lines)
        self.payments.append(payment_row(unit.new_id(), placing))
        self.assessments.append(assessment_row(placing))
        earned = earned_rows(unit, placing)
        self.earned.extend(earned)
        log_placed(unit, placing, earned)

    def write(self, unit: Unit) -> None:
        """All of it."""
        connection = unit.connection
        insert_rows(connection, tables.viewer, self.viewers)
        insert_rows(connection, tables.touch, self.touches)
        if self.superseded:
            supersede(unit, self.superseded)
        insert_rows(connection, tables.binding, self.bindings)
        for key in sorted(self.goods):
            _take(unit, self.goods[key])
        insert_rows(connection, tables.orders, self.orders)
        insert_rows(connection, tables.order_line, self.lines)
        insert_rows(connection, tables.payment, self.payments)
        insert_rows(connection, tables.assessment, self.assessments)
        insert_rows(connection, tables.commission_line, self.earned)
        if self.carts:
            table = tables.cart_line
            mine = (table.c.viewer_id == bindparam("viewer"), table.c.room_id == bindparam("room"))
            connection.execute(delete(table).where(*mine), self.carts)


def _take(unit: Unit, goods: Goods) -> None:
    """The row is locked and was read in this transaction, so too few here means that the lock did not hold."""
    free = move(unit, goods.id, goods.taken, Move.ORDER)
    if free is None:
        raise Conflict("lines", "the stock changed meanwhile")
    unit.tell_stock(goods.merchant, goods.public, free)
    if goods.sale is not None:
        take_in_sale(unit, goods.sale)


def order_row(placing: Placing) -> Row:
    """A row of orders."""
    command, place, tenant = placing.command, placing.place, placing.place.tenant
    contact = command.contact
    return {
        "id": placing.order,
        "merchant_id": tenant.id,
        "public_id": placing.public,
        "viewer_id": placing.viewer,
        "client_order_id": command.client_order_id,
        "body_digest": placing.digest,
        "room_id": place.room,
        "show_id": tenant.show,
        "room_channel_id": place.channel,
        "owner_channel_id": placing.decision.owner,
        "decision": placing.inputs,
        "rule_hash": tenant.rule_hash,
        "state": "created",
        "currency": tenant.currency,
        "total_minor": placing.total_minor,
        "refunded_minor": 0,
        "contact": json_text(contact),
        "note": command.note,
        "evidence": to_json(placing.evidence),
        "created_at": placing.now,
        "changed_at": placing.now,
        "expires_at": placing.expires_at,
    }


def line_row(key: int, placing: Placing, goods: Goods, quantity: int) -> Row:
    """A row of order_line, with names and price as they are now."""
    return {
        "id": key,
        "merchant_id": goods.merchant,
        "order_id": placing.order,
        "sku_id": goods.id,
        "sale_id": None if goods.sale is None else goods.sale.id,
        "sku_name": goods.name,
        "product_name": goods.product_name,
        "quantity": quantity,
        "price_minor": goods.price_minor,
        "amount_minor": goods.price_minor * quantity,
    }


def payment_row(key: int, placing: Placing) -> Row:
    """A row of payment, open as long as the stock is held."""
    return {
        "id": key,
        "merchant_id": placing.place.tenant.id,
        "public_id": placing.payment,
        "order_id": placing.order,
        "provider": PROVIDER,
        "state": "pending",
        "amount_minor": placing.total_minor,
        "currency": placing.place.tenant.currency,
        "expires_at": placing.expires_at,
        "changed_at": placing.now,
        "trade": "",
        "reference": "",
        "begun_at": None,
        "ask_at": None,
    }


def assessment_row(placing: Placing) -> Row:
    """What its commission was computed from; where somebody shared, in whose room, in which show, and when."""
    earned, shared = placing.earned, placing.earned.sharer is not None
    return {
        "order_id": placing.order,
        "merchant_id": placing.place.tenant.id,
        "sharer_id": earned.sharer,
        "plan_hash": earned.plan_hash,
        "sale": earned.sale.canonical(),
        "channel_id": placing.buyer.shared_in,
        "show_id": placing.place.tenant.show if shared else None,
        "at": placing.now if shared else None,
    }


def earned_rows(unit: Unit, placing: Placing) -> list[Row]:
    """Its commission lines, estimated until it is paid."""
    tenant = placing.place.tenant
    return [
        earned_row(unit, tenant.id, line, order=placing.order, currency=tenant.currency, state="estimated")
        for line in placing.earned.lines
    ]


def log_placed(unit: Unit, placing: Placing, earned: list[Row]) -> None:
    """The order in the log, with the digest of all that its decision looked at."""
    tenant, owner = placing.place.tenant, placing.owner
    body = {
        "order": placing.public,
        "event": "placed",
        "state": "created",
        "total_minor": placing.total_minor,
        "refunded_minor": 0,
        "currency": tenant.currency,
        "owner": owner,
        "room_channel": placing.place.channel_public,
        "clause": placing.decision.clause,
        "decision": hashlib.sha256(placing.inputs.encode()).hexdigest(),
        "plan": placing.earned.plan_hash,
    }
    log_order(unit, (tenant.id, channel_party(owner)), body, earned, tenant.rule_hash)
