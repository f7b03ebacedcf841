"""What a provider's notice does to a payment and its order.

Every notice is kept once by (provider, notice id). A second copy, or a notice that says what is known already, changes
nothing; one that comes too late is kept, and moves nothing but the payment it is about.
"""

from __future__ import annotations

from sqlalchemy import insert, select, update

from commerce import views
from commerce.attribution import decide
from commerce.binding import (
    Bound,
    Entries,
    find_first_purchases,
    find_held,
    find_touches,
    renew_held,
    situation,
    write_bindings,
)
from commerce.commands import RecordPayment
from commerce.errors import Conflict, NotFound
from commerce.order.changes import apply, locked_order, shown
from commerce.order.states import PAYMENT_EVENTS
from commerce.store import tables
from commerce.store.reading import AnyRow
from commerce.store.unit import Unit
from commerce.visits import find_tenant


def record_payment(unit: Unit, command: RecordPayment) -> views.Order:
    """The order after the notice. NotFound for an unknown payment, Conflict when the amount is not the order's."""
    payment = _payment(unit, command)
    order = locked_order(unit, tables.orders.c.id == payment.order_id)
    if _is_known(unit, command):
        return shown(unit, order)
    if command.amount_minor != payment.amount_minor:
        raise Conflict("amount", f"the payment is for {payment.amount_minor}")
    if command.currency != payment.currency:
        raise Conflict("currency", f"the payment is in {payment.currency}")
    _keep(unit, command, payment)
    event = _event(command.outcome, order.state, payment.state)
    if event is not None:
        apply(unit, order, event, command.notice)
    if event == "paid":
        _settle_purchase(unit, order)
    return shown(unit, order)


def _payment(unit: Unit, command: RecordPayment) -> AnyRow:
    table = tables.payment
    query = select(table).where(table.c.public_id == command.payment, table.c.provider == command.provider)
    if command.merchant is not None:
        query = query.where(table.c.merchant_id == command.merchant)
    row = unit.connection.execute(query).first()
    if row is None:
        raise NotFound("payment", "no such payment")
    return row


def _is_known(unit: Unit, command: RecordPayment) -> bool:
    table = tables.payment_notice
    query = select(table.c.id).where(table.c.provider == command.provider, table.c.notice == command.notice)
    return unit.connection.execute(query).first() is not None


def _keep(unit: Unit, command: RecordPayment, payment: AnyRow) -> None:
    row = {
        "id": unit.new_id(),
        "merchant_id": payment.merchant_id,
        "payment_id": payment.id,
        "provider": command.provider,
        "notice": command.notice,
        "outcome": command.outcome,
        "at": unit.now,
    }
    unit.connection.execute(insert(tables.payment_notice), row)
    if command.outcome == "paid":
        known = {"ask_at": None, "trade": command.trade or payment.trade}
        known["reference"] = command.reference or payment.reference
        unit.connection.execute(update(tables.payment).where(tables.payment.c.id == payment.id).values(known))


def _event(outcome: str, state: str, payment_state: str) -> str | None:
    """The event of the state table that the notice is, or None when it is no news any more."""
    if state == "created":
        return PAYMENT_EVENTS[outcome]
    if state == "cancelled" and outcome == "paid" and payment_state not in ("paid", "refunded"):
        return "paid_late"
    return None


def _settle_purchase(unit: Unit, order: AnyRow) -> None:
    """A rule may bind on payment, or renew on purchase."""
    tenant = find_tenant(unit, order.merchant_id)
    rule = tenant.rule
    if rule.bind_on != "paid" and rule.renew_on != "purchase":
        return
    held = find_held(unit, [order.viewer_id]).get(order.viewer_id)
    if rule.renew_on == "purchase" and held is not None and held.terms.channel == order.owner_channel_id:
        renew_held(unit, tenant, held, "purchase")
    if rule.bind_on == "paid":
        entries = find_touches(unit, tenant, [order.viewer_id], ()).get(order.viewer_id, Entries())
        bought = find_first_purchases(unit, [order.viewer_id]).get(order.viewer_id)
        found = situation(tenant, unit.now, order.room_channel_id, held=held, entries=entries, first_purchase=bought)
        decision = decide(rule, found, tenant.zone)
        if decision.binds:
            query = select(tables.viewer.c.public_id).where(tables.viewer.c.id == order.viewer_id)
            viewer = str(unit.connection.execute(query).scalar_one())
            write_bindings(unit, [Bound(tenant, order.viewer_id, viewer, decision, held)])
