"""A phone as a customer's identity: one spelling for each number, and keyed digests that give nothing away. Pure."""

from __future__ import annotations

import hashlib
import hmac
import re

from commerce.errors import Invalid

_PHONE = re.compile(r"\+?[0-9][0-9 \-]{3,24}")
DIGITS_MIN, DIGITS_MAX = 6, 15  # E.164: at most fifteen, with the country's


def normal_phone(field: str, phone: object, country: str) -> str:
    """+8613800138000, however it was spelled; `country` ("86") is that of a number without one. Invalid."""
    if not isinstance(phone, str) or not _PHONE.fullmatch(phone):
        raise Invalid(field, "must be digits, spaces and hyphens, with a + in front if needed")
    digits = re.sub(r"[ \-]", "", phone)
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if not digits.startswith("+"):
        digits = f"+{country}{digits.lstrip('0')}"
    if not DIGITS_MIN <= len(digits) - 1 <= DIGITS_MAX:
        raise Invalid(field, f"must have {DIGITS_MIN} to {DIGITS_MAX} digits")
    return digits


def keyed(key: bytes, kind: str, *parts: str) -> str:
    """HMAC-SHA-256 of some words, hex. `kind` keeps digests of different things apart."""
    return hmac.digest(key, "\x1f".join((kind, *parts)).encode(), hashlib.sha256).hex()


def identity_of(key: bytes, merchant: str, phone: str) -> str:
    """Of a phone in its one spelling, for one merchant (public id): with another merchant it is another digest."""
    return keyed(key, "phone", merchant, phone)
