"""Money: whole minor units (fen, cents) with an ISO 4217 code. Floats never come near it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from commerce.errors import Invalid

MINOR_MAX = 10**15  # fits 64 bits with room for a sum over a billion lines of real size
PPM = 1_000_000
_CURRENCY = re.compile(r"[A-Z]{3}")
_AMOUNT = re.compile(r"([0-9]{1,13})(?:\.([0-9]{1,3}))?")
# ISO 4217: minor units that are no hundredths. Of a franc, a vatu or a yen there is none: what is stored is whole,
# as pages show it and payment providers take it.
_WHOLE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THOUSANDTHS = "BHD IQD JOD KWD LYD OMR TND"
DIGITS: Mapping[str, int] = MappingProxyType(dict.fromkeys(_WHOLE.split(), 0) | dict.fromkeys(_THOUSANDTHS.split(), 3))


@dataclass(frozen=True, slots=True)
class Money:
    """`minor` units of `currency`; may be negative in books, never in prices."""

    minor: int
    currency: str

    def __add__(self, other: Money) -> Money:
        assert self.currency == other.currency, "sums are made per currency"
        return Money(self.minor + other.minor, self.currency)

    def __mul__(self, quantity: int) -> Money:
        return Money(self.minor * quantity, self.currency)


def currency(field: str, value: object) -> str:
    """An ISO 4217 code; raises Invalid."""
    if not isinstance(value, str) or not _CURRENCY.fullmatch(value):
        raise Invalid(field, "an ISO 4217 code such as CNY")
    return value


def digits(code: str) -> int:
    """How many decimal places an amount in this currency has."""
    return DIGITS.get(code, 2)


def to_decimal(amount: Money) -> str:
    """12.30, as a spreadsheet reads it."""
    places = digits(amount.currency)
    whole, part = divmod(abs(amount.minor), 10**places)
    sign = "-" if amount.minor < 0 else ""
    return f"{sign}{whole}.{part:0{places}}" if places else f"{sign}{whole}"


def from_decimal(field: str, text: str, code: str) -> int:
    """Minor units of 12.3; raises Invalid, also for more places than the currency has."""
    found, places = _AMOUNT.fullmatch(text.strip()), digits(code)
    if found is None or len(found[2] or "") > places:
        raise Invalid(field, f"must be an amount in {code} such as {to_decimal(Money(123456, code))}")
    return int(found[1] + (found[2] or "").ljust(places, "0"))


def share(amount: int, ppm: int) -> int:
    """`amount` x `ppm` / 1,000,000, rounded half to even (MONEY section 5), in integers throughout."""
    return divide_half_even(amount * ppm, PPM)


def divide_half_even(numerator: int, denominator: int) -> int:
    """The quotient rounded half to even; `denominator` is positive."""
    quotient, rest = divmod(numerator, denominator)
    twice = 2 * rest
    if twice > denominator or (twice == denominator and quotient % 2):
        quotient += 1
    return quotient


def split(total: int, weights: dict[str, int]) -> dict[str, int]:
    """`total` cut in proportion to `weights` by the largest remainder, ties by key; the parts sum to `total`.

    `total` and weights are >= 0 and the weights do not sum to zero.
    """
    whole = sum(weights.values())
    parts = {key: total * weight // whole for key, weight in weights.items()}
    left = total - sum(parts.values())
    by_remainder = sorted(weights, key=lambda key: (-(total * weights[key] % whole), key))
    for key in by_remainder[:left]:
        parts[key] += 1
    return parts
