"""What a merchant has booked with a provider in a period: the side of reconciliation that is ours."""

from __future__ import annotations

from sqlalchemy import select

from commerce.commands.paying import REFUND_ENDS
from commerce.money import Money
from commerce.payments.reconcile import Booking
from commerce.store import tables
from commerce.store.reading import Reading


def booked(reading: Reading, merchant: int, provider: str, since: int, until: int) -> tuple[Booking, ...]:
    """Payments that came in, and what was given back or taken by banks, from `since` until before `until` (ms).

    Refunds that the provider never made are none of its bookings.
    """
    payment, notice, refund = tables.payment.c, tables.payment_notice, tables.refund
    mine = (payment.merchant_id == merchant, payment.provider == provider)
    paid = select(payment.public_id, payment.amount_minor, payment.currency)
    paid = paid.join(notice, notice.c.payment_id == payment.id).where(*mine, notice.c.outcome == "paid")
    paid = paid.where(notice.c.at >= since, notice.c.at < until).distinct()
    taken = refund.c.amount_minor + refund.c.beyond_minor
    given = select(payment.public_id, taken, payment.currency)
    given = given.join(refund, refund.c.order_id == payment.order_id).where(*mine)
    given = given.where(refund.c.at >= since, refund.c.at < until, refund.c.state.not_in(REFUND_ENDS))
    rows = [("paid", row) for row in reading.connection.execute(paid)]
    rows += [("refund", row) for row in reading.connection.execute(given)]
    return tuple(Booking(public, kind, Money(minor, code)) for kind, (public, minor, code) in rows)
