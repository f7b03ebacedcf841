"""Checkout, a batch at a time: each order is decided in memory against what was gathered, then all is written at once.

An order that is refused has written nothing, because nothing is written before all are decided. Stock of a SKU moves in
one statement for the whole batch, with its condition in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from commerce import views
from commerce.attribution import Decision, Touch, bind, decide, inputs_json, is_valid_touch
from commerce.binding import Held, binding_row, log_binding, situation
from commerce.cart import NOT_HERE
from commerce.commands import PlaceOrder, Wanted
from commerce.earning.assess import Assessed, Who, assess
from commerce.errors import (
    BodyDiffers,
    CommerceError,
    Conflict,
    Forbidden,
    LimitReached,
    NotFound,
    SoldOut,
)
from commerce.events import OrderPlaced, ViewerBound
from commerce.order.basket import Basket, Baskets, Lines
from commerce.order.evidence import Evidence, witnessed
from commerce.order.gather import Buyer, Earlier, Gathered, Goods, gather
from commerce.order.record import orders_by_key
from commerce.order.rows import PROVIDER, Placing, Rows
from commerce.store.unit import Unit
from commerce.times import aware
from commerce.touches import log_touch, touch_row
from commerce.visits import Place, viewer_row

# Whether it is the same body is not known any more, and to sell again what may be a repetition would be worse.
ERASED = "used before, for an order whose contact was erased since: take another"
Outcome = views.Order | CommerceError


@dataclass(frozen=True, slots=True)
class Replay:
    """The answer is an order placed before, by its surrogate key."""

    order: int


def place_orders(unit: Unit, commands: Sequence[PlaceOrder]) -> list[Outcome]:
    """An answer or an error for each command, in their order."""
    checkout = Checkout(unit, gather(unit, commands))
    outcomes = [checkout.decide(command) for command in commands]
    checkout.rows.write(unit)
    replayed = orders_by_key(unit, [outcome.order for outcome in outcomes if isinstance(outcome, Replay)])
    return [
        replace(replayed[outcome.order], replayed=True) if isinstance(outcome, Replay) else outcome
        for outcome in outcomes
    ]


def body_digest(command: PlaceOrder) -> str:
    """SHA-256 of what the client sent, apart from the key: room, lines, contact, note.

    Parts are parted by a control character, which no part can hold (checks.text), so two bodies never look the same.
    """
    lines = ["cart"] if command.lines is None else [_line_text(line) for line in command.lines]
    contact = command.contact
    parts = [command.room, *lines, contact.name, contact.phone, contact.address, command.note]
    if command.total is not None:
        parts.append(f"total {command.total.minor} {command.total.currency}")
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _line_text(line: Wanted) -> str:
    return f"{line.sku} {line.quantity}" if line.sale is None else f"{line.sku} {line.quantity} {line.sale}"


class Checkout:
    """Decides the orders of one batch and collects their rows."""

    def __init__(self, unit: Unit, known: Gathered) -> None:
        self.rows = Rows()
        self._unit = unit
        self._known = known
        self._baskets = Baskets()
        self._at = aware(unit.now)
        self._until = aware(unit.now + unit.hold_ms)

    def decide(self, command: PlaceOrder) -> Outcome | Replay:
        """One order, or why not."""
        try:
            place = self._known.places.get(command.room)
            if place is None:
                raise NotFound("room", "no such room")
            buyer = self._known.buyers[place.tenant.id, command.viewer]
            digest = body_digest(command)
            return self._earlier(command, buyer, digest) or self._place(command, place, buyer, digest)
        except CommerceError as error:
            return error

    def _earlier(self, command: PlaceOrder, buyer: Buyer, digest: str) -> Replay | None:
        """The order placed under the same key, before or in this batch."""
        earlier = None if buyer.id is None else self._known.earlier.get((buyer.id, command.client_order_id))
        if earlier is None:
            return None
        if not earlier.digest:
            raise Conflict("client_order_id", ERASED)
        if earlier.digest != digest:
            raise BodyDiffers("client_order_id", earlier.digest, digest)
        return Replay(earlier.id)

    def _place(self, command: PlaceOrder, place: Place, buyer: Buyer, digest: str) -> views.Order:
        """Checks everything first; from `_take` on the order stands."""
        if place.channel_state != "active":
            raise Forbidden("room", "this room sells nothing now")
        basket = self._baskets.of(self._lines(command, place, buyer), command.total)
        unit, viewer = self._unit, self._take(command, place, buyer, basket.lines)
        decision, inputs = self._owner(place, buyer, viewer, entered=command.entered)
        earned = self._assess(place, buyer, decision, basket)
        placing = Placing(
            command,
            place,
            buyer,
            viewer,
            basket.lines,
            basket.total.minor,
            digest,
            order=unit.new_id(),
            public=unit.public_id(),
            payment=unit.public_id(),
            decision=decision,
            inputs=inputs,
            owner=self._known.channels[decision.owner].public,
            earned=earned,
            evidence=_evidence(self._known, command, place, unit.now),
            now=unit.now,
            expires_at=unit.now + unit.hold_ms,
        )
        self._known.earlier[viewer, command.client_order_id] = Earlier(placing.order, digest)
        self.rows.add(unit, placing)
        return self._answer(placing, basket)

    def _lines(self, command: PlaceOrder, place: Place, buyer: Buyer) -> Lines:
        """What is ordered, checked against shelf, stock and limits, all lines before any of them takes."""
        found = []
        for at, line in enumerate(self._wanted(command, place, buyer)):
            goods = self._known.goods.get(line.sku)
            if goods is None or goods.merchant != place.tenant.id:
                raise NotFound(f"lines[{at}].sku", "no such SKU")
            if (goods.merchant, goods.product) not in self._known.on_shelf:
                raise Conflict(f"lines[{at}].sku", "not on the shelf of this show")
            if (place.channel, goods.product) in self._known.hidden:
                raise Conflict(f"lines[{at}].sku", NOT_HERE)
            if not goods.on_sale:
                raise Conflict(f"lines[{at}].sku", "not on sale now")
            if goods.per_order_max is not None and line.quantity > goods.per_order_max:
                raise LimitReached(f"lines[{at}].quantity", goods.per_order_max, "in one order")
            self._check_sale(at, goods, line, buyer)
            if goods.free < line.quantity:
                raise SoldOut(f"lines[{at}].quantity", goods.free)
            if goods.per_buyer_max is not None:
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

    def _check_sale(self, at: int, goods: Goods, line: Wanted, buyer: Buyer) -> None:
        """A sale's own limits; who ordered because of a sale is told when it is over, not charged another price."""
        sale = goods.sale
        if line.sale is not None and (sale is None or line.sale != sale.public):
            raise Conflict(f"lines[{at}].sale", "this sale is not open")
        if sale is None:
            return
        if sale.left < line.quantity:
            raise SoldOut(f"lines[{at}].quantity", sale.left)
        if sale.per_buyer_max is not None:
            bought = 0 if buyer.id is None else self._known.bought_in_sale.get((buyer.id, sale.id), 0)
            left = max(0, sale.per_buyer_max - bought)
            if line.quantity > left:
                raise LimitReached(f"lines[{at}].quantity", left)

    def _check_limit(self, field: str, goods: Goods, quantity: int, buyer: Buyer) -> None:
        bought = 0 if buyer.id is None else self._known.bought.get((buyer.id, goods.id), 0)
        left = max(0, (goods.per_buyer_max or 0) - bought)
        if quantity > left:
            raise LimitReached(field, left)

    def _take(self, command: PlaceOrder, place: Place, buyer: Buyer, lines: Lines) -> int:
        """The stock is taken, the viewer exists (his key is answered), his cart is emptied if it was used."""
        if buyer.id is None:
            row = viewer_row(self._unit, place.tenant.id, command.viewer)
            buyer.id = int(row["id"])
            self.rows.viewers.append(row)
        for goods, quantity in lines:
            goods.free -= quantity
            goods.taken += quantity
            self.rows.goods[goods.id] = goods
            if goods.sale is not None:
                goods.sale.take(quantity)
                in_sale = (buyer.id, goods.sale.id)
                self._known.bought_in_sale[in_sale] = self._known.bought_in_sale.get(in_sale, 0) + quantity
            if goods.per_buyer_max is not None:
                key = (buyer.id, goods.id)
                self._known.bought[key] = self._known.bought.get(key, 0) + quantity
        if command.lines is None:
            self._known.carts.pop((buyer.id, place.room), None)
            self.rows.carts.append({"viewer": buyer.id, "room": place.room})
        return buyer.id

    def _owner(self, place: Place, buyer: Buyer, viewer: int, *, entered: bool) -> tuple[Decision, str]:
        """Whose customer he is, and the inputs of that decision as JSON."""
        tenant = place.tenant
        if entered:
            self._enter(place, buyer, viewer)
        found = situation(
            tenant,
            self._unit.now,
            place.channel,
            held=buyer.held,
            entries=buyer.entries,
            first_purchase=buyer.first_purchase,
            own_channel=buyer.works_for,
        )
        decision = decide(tenant.rule, found, tenant.zone)
        if decision.binds and tenant.rule.bind_on in ("visit", "order"):
            self._bind(place, buyer, viewer, decision)
        return decision, inputs_json(found, decision, tenant.rule_hash)

    def _enter(self, place: Place, buyer: Buyer, viewer: int) -> None:
        """Ordering in a room is having entered it, even for a client that never opened its socket, or did long ago."""
        now, tenant = self._unit.now, place.tenant
        here = (touch for touch in buyer.entries.touches if touch.channel == place.channel)
        if any(is_valid_touch(tenant.rule, touch, now, tenant.show, tenant.zone) for touch in here):
            return
        row = touch_row(self._unit, place, viewer, None, now)
        self.rows.touches.append(row)
        log_touch(self._unit, place, row, buyer.public, None)
        buyer.entries.add(Touch(row["id"], place.channel, now, tenant.show), tenant.house)

    def _assess(self, place: Place, buyer: Buyer, decision: Decision, basket: Basket) -> Assessed:
        known, plan = self._known, self._known.plans[place.tenant.id]
        who = Who(buyer.public, buyer.sharer, buyer.works_for)
        return basket.assessed(
            (place.channel, decision.owner),
            who,
            lambda: assess(plan, place, decision, known.channels, items=basket.items, who=who),
        )

    def _bind(self, place: Place, buyer: Buyer, viewer: int, decision: Decision) -> None:
        assert decision.touch is not None
        row = binding_row(self._unit, place.tenant, viewer, decision, buyer.held)
        self.rows.bind(row, buyer.held, self._unit.now)
        channel = self._known.channels[decision.owner].public
        log_binding(self._unit, row, buyer.public, channel, buyer.held)
        replaces = None if buyer.held is None else buyer.held.channel_public
        self._unit.tell(ViewerBound(place.tenant.id, buyer.public, channel, replaces))
        terms = bind(place.tenant.rule, decision.touch, place.tenant.zone)
        buyer.held = Held(row["id"], terms, channel)

    def _answer(self, placing: Placing, basket: Basket) -> views.Order:
        place, total = placing.place, basket.total
        room_channel = views.ChannelRef(place.channel_public, place.channel_name)
        node = self._known.channels[placing.decision.owner]
        owner = views.ChannelRef(node.public, node.name)
        merchant, now = place.tenant.id, placing.now
        self._unit.tell(
            OrderPlaced(
                merchant, placing.public, place.slug, room_channel.id, owner.id, total.minor, total.currency, now
            )
        )
        return views.Order(
            order=placing.public,
            room=place.slug,
            viewer=placing.buyer.public,
            room_channel=room_channel,
            owner_channel=owner,
            state="created",
            created_at=self._at,
            lines=basket.shown,
            total=total,
            refunded=basket.nothing,
            payment=views.Payment(placing.payment, PROVIDER, "pending", total, self._until),
            contact=placing.command.contact,
            note=placing.command.note,
            evidence=placing.evidence,
        )


def _evidence(known: Gathered, command: PlaceOrder, place: Place, now: int) -> Evidence:
    tenant = place.tenant
    pinned = known.pinned.get(tenant.id, ())
    return witnessed(now, (tenant.show_public, tenant.show_began), pinned, command.picture_at)
