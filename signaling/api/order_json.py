"""An order as JSON, straight from what commerce answers: building models of it took longer than selling it.

How it looks is for `models.Order` to say, and its test compares the two.
"""

from __future__ import annotations

from typing import Any

import orjson

from commerce import views
from commerce.money import Money
from signaling.api.models import iso
from signaling.api.shapes import PAYMENT_STATES


def order_json(found: views.Order) -> bytes:
    """UTF-8, of the same fields in the same order as the model's."""
    payment = found.payment
    return orjson.dumps(
        {
            "order": found.order,
            "room": found.room,
            "room_channel": _channel(found.room_channel),
            "owner_channel": _channel(found.owner_channel),
            "state": found.state,
            "created_at": iso(found.created_at),
            "lines": [_line(line) for line in found.lines],
            "total": _money(found.total),
            "refunded": _money(found.refunded),
            "payment": {
                "payment": payment.payment,
                "provider": payment.provider,
                "state": PAYMENT_STATES.get(payment.state, payment.state),
                "expires_at": None if payment.expires_at is None else iso(payment.expires_at),
            },
        }
    )


def _channel(channel: views.ChannelRef) -> dict[str, str]:
    return {"id": channel.id, "name": channel.name}


def _money(amount: Money) -> dict[str, Any]:
    return {"minor": amount.minor, "currency": amount.currency}


def _line(line: views.OrderLine) -> dict[str, Any]:
    return {
        "sku": line.sku,
        "name": line.name,
        "product_name": line.product_name,
        "image_url": "",
        "quantity": line.quantity,
        "price": _money(line.price),
        "amount": _money(line.amount),
        "refunded": line.refunded,
    }
