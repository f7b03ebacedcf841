"""Checkout, a batch at a time: each order is decided in memory against what was gathered, then all rows are written at once.

An order that is refused has written nothing, because nothing is written before all are decided. Stock of a SKU moves in
one statement for the whole batch, with its condition in it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from commerce import views
from commerce.attribution import Decision, Touch, bind, decide
from commerce.binding import Held, binding_row, situation
from commerce.commands import PlaceOrder, Wanted
from commerce.errors import BodyDiffers, CommerceError, Conflict, Forbidden, Invalid, LimitReached, NotFound, SoldOut
from commerce.events import OrderPlaced, ViewerBound
from commerce.money import MINOR_MAX, Money
from commerce.order.gather import Buyer, Earlier, Gathered, Goods, gather
from commerce.order.record import orders_by_key
from commerce.order.rows import Rows
from commerce.store.ids import public_id
from commerce.store.times import aware
from commerce.store.unit import Unit
from commerce.touches import touch_row
from commerce.visits import Place, viewer_row

PROVIDER = "sandbox"
Outcome = views.Order | CommerceError


@dataclass(frozen=True, slots=True)
class Replay:
    """The answer is an order placed before, by its key; None of `order` means earlier in this very batch."""

    order: int


def place_orders(unit: Unit, commands: Sequence[PlaceOrder]) -> list[Outcome]:
    """An answer or an error for each command, in their order."""
    checkout = Checkout(unit, gather(unit, commands))
    outcomes = [checkout.decide(command) for command in commands]
    checkout.rows.write(unit)
    replayed = [outcome.order for outcome in outcomes if isinstance(outcome, Replay)]
    orders = orders_by_key(unit, replayed)
    return [
        replace(orders[outcome.order], replayed=True) if isinstance(outcome, Replay) else outcome
        for outcome in outcomes
    ]


def body_digest(command: PlaceOrder) -> str:
    """SHA-256 of what the client sent, apart from the key: room, lines, contact, note."""
    lines = None if command.lines is None else [[line.sku, line.quantity] for line in command.lines]
    contact = command.contact
    body = [command.room, lines, contact.name, contact.phone, contact.address, command.note]
    return hashlib.sha256(json.dumps(body, separators=(",", ":")).encode()).hexdigest()


class Checkout:
    """Decides the orders of one batch and collects their rows."""

    def __init__(self, unit: Unit, known: Gathered) -> None:
        self.rows = Rows()
        self._unit = unit
        self._known = known

    def decide(self, command: PlaceOrder) -> Outcome | Replay:
        """One order, or why not."""
        try:
            return self._decide(command)
        except CommerceError as error:
            return error

    def _decide(self, command: PlaceOrder) -> Outcome | Replay:
        place = self._known.places.get(command.room)
        if place is None:
            raise NotFound("room", "no such room")
        buyer = self._known.buyers[place.tenant.id, command.viewer]
        digest = body_digest(command)
        earlier = None if buyer.id is None else self._known.earlier.get((buyer.id, command.client_order_id))
        if earlier is not None:
            if earlier.digest != digest:
                raise BodyDiffers("client_order_id", earlier.digest, digest)
            return Replay(earlier.id)
        if place.channel_state != "active":
            raise Forbidden("room", "this room sells nothing now")
        lines = self._lines(command, place, buyer)
        total = sum(goods.price_minor * quantity for goods, quantity in lines)
        if total > MINOR_MAX:
            raise Invalid("lines", "the total is too large")
        return self._place(command, place, buyer, lines, total, digest)

    def _lines(self, command: PlaceOrder, place: Place, buyer: Buyer) -> list[tuple[Goods, int]]:
        """What is ordered, checked against shelf, stock and limits, all lines before any of them takes."""
        wanted = self._wanted(command, place, buyer)
        found = []
        for at, line in enumerate(wanted):
            goods = self._known.goods.get(line.sku)
            if goods is None or goods.merchant != place.tenant.id:
                raise NotFound(f"lines[{at}].sku", "no such SKU")
            if (goods.merchant, goods.product) not in self._known.on_shelf:
                raise Conflict(f"lines[{at}].sku", "not on the shelf of this show")
            if goods.free < line.quantity:
                raise SoldOut(f"lines[{at}].quantity", goods.free)
            self._check_limit(f"lines[{at}].quantity", goods, line.quantity, buyer)
            found.append((goods, line.quantity))
        return found

    def _wanted(self, command: PlaceOrder, place: Place, buyer: Buyer) -> Sequence[Wanted]:
        if command.lines is not None:
            return command.lines
        cart = [] if buyer.id is None else self._known.carts.get((buyer.id, place.room), [])
        if not cart:
            raise Conflict("lines", "the cart is empty")
        return cart

    def _check_limit(self, field: str, goods: Goods, quantity: int, buyer: Buyer) -> None:
        if goods.per_buyer_max is None:
            return
        bought = 0 if buyer.id is None else self._known.bought.get((buyer.id, goods.id), 0)
        if bought + quantity > goods.per_buyer_max:
            raise LimitReached(field, max(0, goods.per_buyer_max - bought))

    def _place(
        self,
        command: PlaceOrder,
        place: Place,
        buyer: Buyer,
        lines: list[tuple[Goods, int]],
        total: int,
        digest: str,
    ) -> views.Order:
        viewer = self._take(command, place, buyer, lines)
        decision, inputs = self._owner(place, buyer, viewer)
        order, public, payment = self._unit.new_id(), public_id(), public_id()
        expires_at = self._unit.now + self._unit.hold_ms
        self._known.earlier[viewer, command.client_order_id] = Earlier(order, digest)
        owned = {"merchant_id": place.tenant.id}
        self.rows.orders.append(
            owned
            | {
                "id": order,
                "public_id": public,
                "viewer_id": viewer,
                "client_order_id": command.client_order_id,
                "body_digest": digest,
                "room_id": place.room,
                "show_id": place.tenant.show,
                "room_channel_id": place.channel,
                "owner_channel_id": decision.owner,
                "decision": inputs,
                "rule_hash": place.tenant.rule_hash,
                "state": "created",
                "currency": place.tenant.currency,
                "total_minor": total,
                "refunded_minor": 0,
                "contact": json.dumps(asdict(command.contact), ensure_ascii=False),
                "note": command.note,
                "created_at": self._unit.now,
                "changed_at": self._unit.now,
                "expires_at": expires_at,
            }
        )
        self._add_lines(owned | {"order_id": order}, lines)
        self.rows.events.append(
            owned
            | {
                "id": self._unit.new_id(),
                "order_id": order,
                "event": "place",
                "state": "created",
                "detail": "",
                "at": self._unit.now,
            }
        )
        self.rows.payments.append(
            owned
            | {
                "id": self._unit.new_id(),
                "public_id": payment,
                "order_id": order,
                "provider": PROVIDER,
                "state": "pending",
                "amount_minor": total,
                "currency": place.tenant.currency,
                "expires_at": expires_at,
                "changed_at": self._unit.now,
            }
        )
        return self._answer(command, place, decision, public, payment, lines, total)

    def _take(self, command: PlaceOrder, place: Place, buyer: Buyer, lines: list[tuple[Goods, int]]) -> int:
        """From here on the order stands: its stock is taken, its viewer exists, his cart is emptied if it was used."""
        if buyer.id is None:
            row = viewer_row(self._unit, place.tenant.id, command.viewer)
            buyer.id = int(str(row["id"]))
            self.rows.viewers.append(row)
        for goods, quantity in lines:
            goods.free -= quantity
            goods.taken += quantity
            self.rows.goods[goods.id] = goods
            if goods.per_buyer_max is not None:
                key = (buyer.id, goods.id)
                self._known.bought[key] = self._known.bought.get(key, 0) + quantity
        if command.lines is None:
            self._known.carts.pop((buyer.id, place.room), None)
            self.rows.carts.append({"viewer": buyer.id, "room": place.room})
        return buyer.id

    def _owner(self, place: Place, buyer: Buyer, viewer: int) -> tuple[Decision, str]:
        """Whose customer he is, and the inputs of that decision as JSON."""
        tenant = place.tenant
        if all(touch.channel != place.channel for touch in buyer.touches):
            # Ordering in a room is having entered it, even for a client that never opened the room's socket.
            row = touch_row(self._unit, place, viewer, None, self._unit.now)
            self.rows.touches.append(row)
            buyer.touches.append(Touch(row["id"], place.channel, self._unit.now, tenant.show))
        found = situation(tenant, self._unit.now, place.channel, buyer.held, buyer.touches, buyer.first_purchase)
        decision = decide(tenant.rule, found, tenant.zone)
        if decision.binds and tenant.rule.bind_on in ("visit", "order"):
            self._bind(place, buyer, viewer, decision)
        inputs = {"clause": decision.clause, "rule": tenant.rule_hash} | asdict(found)
        return decision, json.dumps(inputs, separators=(",", ":"))

    def _bind(self, place: Place, buyer: Buyer, viewer: int, decision: Decision) -> None:
        assert decision.touch is not None
        row = binding_row(self._unit, place.tenant, viewer, decision, buyer.held)
        self.rows.bind(row, buyer.held)
        channel = self._known.channels[decision.owner][0]
        replaces = None if buyer.held is None else buyer.held.channel_public
        self._unit.tell(ViewerBound(place.tenant.id, buyer.public, channel, replaces))
        terms = bind(place.tenant.rule, decision.touch, place.tenant.zone)
        buyer.held = Held(row["id"], terms, channel)

    def _add_lines(self, owned: dict[str, Any], lines: list[tuple[Goods, int]]) -> None:
        for goods, quantity in lines:
            self.rows.lines.append(
                owned
                | {
                    "id": self._unit.new_id(),
                    "sku_id": goods.id,
                    "sku_name": goods.name,
                    "product_name": goods.product_name,
                    "quantity": quantity,
                    "price_minor": goods.price_minor,
                    "amount_minor": goods.price_minor * quantity,
                }
            )

    def _answer(
        self,
        command: PlaceOrder,
        place: Place,
        decision: Decision,
        public: str,
        payment: str,
        lines: list[tuple[Goods, int]],
        total_minor: int,
    ) -> views.Order:
        unit, tenant = self._unit, place.tenant
        owner = views.ChannelRef(*self._known.channels[decision.owner])
        total = Money(total_minor, tenant.currency)
        unit.tell(
            OrderPlaced(
                tenant.id, public, place.slug, place.channel_public, owner.id, total.minor, total.currency, unit.now
            )
        )
        return views.Order(
            order=public,
            room=place.slug,
            viewer=command.viewer,
            room_channel=views.ChannelRef(place.channel_public, place.channel_name),
            owner_channel=owner,
            state="created",
            created_at=aware(unit.now),
            lines=tuple(_line_view(goods, quantity) for goods, quantity in lines),
            total=total,
            refunded=Money(0, tenant.currency),
            payment=views.Payment(payment, PROVIDER, "pending", total, aware(unit.now + unit.hold_ms)),
            contact=command.contact,
            note=command.note,
        )


def _line_view(goods: Goods, quantity: int) -> views.OrderLine:
    price = Money(goods.price_minor, goods.currency)
    return views.OrderLine(goods.public, goods.name, goods.product_name, quantity, price, price * quantity)
