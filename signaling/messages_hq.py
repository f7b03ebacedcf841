"""The messages of HQ's WebSocket, which only tells: what is new this evening, as it happens."""

from __future__ import annotations

from typing import Literal

from signaling.api.models import Order
from signaling.api.models_hq import Overview
from signaling.messages import Frame


class OverviewPush(Overview):
    """The evening on one screen, when something in it has changed."""

    type: Literal["overview"] = "overview"

    def encode(self) -> bytes:
        """The one serialisation that every screen gets."""
        return self.model_dump_json().encode()


class QueuePush(Frame):
    """How much waits for somebody; `mark` changes with anything new."""

    type: Literal["queue"] = "queue"
    held: int
    asked: int
    appeals: int
    mark: str


class OrderPush(Frame):
    """An order was placed or has changed."""

    type: Literal["order"] = "order"
    order: Order
