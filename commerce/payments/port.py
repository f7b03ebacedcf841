"""The port to payment providers. One only says what happened to a payment; what follows is decided in record.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from commerce.commands import RecordPayment


class Provider(Protocol):
    """One payment provider."""

    @property
    def name(self) -> str:
        """The word in `payment.provider` and in URLs."""
        ...

    def read_webhook(self, headers: Mapping[str, str], body: bytes, now: float) -> RecordPayment:
        """Checks signature and age, then reads what happened; `now` in seconds. Raises BadSignature or Invalid."""
        ...
