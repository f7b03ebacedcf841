"""Who earns how much from an order (MONEY sections 4 and 5). Pure: integers in, integers out, no time, no store.

The base is money that was paid, less freight, tax and what the merchant itself funded - never the list price. It is
split over those who are credited (attribution.credit), and a fixed sum like it; from each part the credited channel
earns, and above it in the tree at most one more level. All lines of an order together never exceed the cap; what is
too much is cut from all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from commerce.canonical import json_text
from commerce.errors import Invalid
from commerce.money import MINOR_MAX, PPM, divide_half_even, share, split

KINDS = ("order", "share", "invite")
LEVELS_MAX = 2
BOUNDS = {
    "notice_days": 365,
    "invite_minor": MINOR_MAX,
    "invite_seconds": 86_400,
    "invite_daily_max": 10_000,
    "invite_pool_minor": MINOR_MAX,
}


@dataclass(frozen=True, slots=True)
class Item:
    """What was paid for one line of an order, and what of it is no base."""

    sku: str
    product: str
    quantity: int
    paid_minor: int
    freight_minor: int = 0
    tax_minor: int = 0
    funded_minor: int = 0

    @property
    def base_minor(self) -> int:
        """Never negative."""
        return max(0, self.paid_minor - self.freight_minor - self.tax_minor - self.funded_minor)


@dataclass(frozen=True, slots=True)
class Earner:
    """A channel on the way up the tree: `volume_minor` is its sales so far in the period, for tiers."""

    channel: str
    level: str
    volume_minor: int = 0


@dataclass(frozen=True, slots=True)
class Rate:
    """What one level earns: `ppm` of the base, or `fixed_minor` a piece, or the ppm of the highest tier reached.

    None of level, sku, product, show means any. `depth` 0 is the credited channel itself, 1 the one above it.
    """

    ppm: int = 0
    fixed_minor: int = 0
    tiers: tuple[tuple[int, int], ...] = ()
    level: str | None = None
    sku: str | None = None
    product: str | None = None
    show: str | None = None
    depth: int = 0

    def __post_init__(self) -> None:
        if sum(bool(way) for way in (self.ppm, self.fixed_minor, self.tiers)) > 1:
            raise Invalid("rate", "is per cent, or fixed, or tiers")
        for ppm in (self.ppm, *(ppm for _, ppm in self.tiers)):
            _check("ppm", ppm, PPM)
        _check("fixed_minor", self.fixed_minor, MINOR_MAX)
        _check("depth", self.depth, LEVELS_MAX - 1)
        if list(self.tiers) != sorted(set(self.tiers)):
            raise Invalid("tiers", "must rise")

    def fits(self, item: Item, earner: Earner, show: str, depth: int) -> bool:
        """Whether the rate is for this."""
        return (
            self.depth == depth
            and self.sku in (None, item.sku)
            and self.product in (None, item.product)
            and self.show in (None, show)
            and self.level in (None, earner.level)
        )

    @property
    def scope(self) -> tuple[object, ...]:
        """What it is for."""
        return self.level, self.sku, self.product, self.show, self.depth

    @property
    def rank(self) -> tuple[bool, bool, bool, bool]:
        """The most particular rate wins: SKU before product before show before level."""
        return self.sku is not None, self.product is not None, self.show is not None, self.level is not None

    def of(self, base_minor: int, fixed_minor: int, earner: Earner) -> int:
        """The amount, at most the base; `fixed_minor`: what is due with this base where the rate is a fixed sum."""
        if self.fixed_minor:
            return min(base_minor, fixed_minor)
        return share(base_minor, self.ppm_at(earner.volume_minor))

    def ppm_at(self, volume_minor: int) -> int:
        """The ppm that somebody with such a volume earns; 0 for a fixed sum."""
        reached = [ppm for threshold, ppm in self.tiers if volume_minor >= threshold]
        return reached[-1] if reached else self.ppm


def _check(field: str, value: int, high: int) -> None:
    if type(value) is not int or not 0 <= value <= high:
        raise Invalid(field, f"must be from 0 to {high}")


@dataclass(frozen=True, slots=True)
class Plan:
    """A merchant's rules. `differential`: whoever is above earns only the difference to what those below earned.

    A plan that pays somebody less counts after `notice_days`. `four_eyes`: who prepares a settlement may not approve
    it. An invite is worth `invite_minor` to the sharer once the newcomer has watched `invite_seconds`, at most
    `invite_daily_max` a day and sharer, and `invite_pool_minor` in all since the first (0: no limit).
    """

    rates: tuple[Rate, ...]
    share_rates: tuple[Rate, ...] = ()
    differential: bool = False
    paid_levels_max: int = LEVELS_MAX
    cap_ppm: int = 300_000
    notice_days: int = 7
    four_eyes: bool = False
    invite_minor: int = 0
    invite_seconds: int = 60
    invite_daily_max: int = 50
    invite_pool_minor: int = 0

    def __post_init__(self) -> None:
        _check("cap_ppm", self.cap_ppm, PPM)
        if self.paid_levels_max not in (1, LEVELS_MAX):
            raise Invalid("paid_levels_max", f"must be 1 or {LEVELS_MAX}")
        for field, high in BOUNDS.items():
            _check(field, getattr(self, field), high)

    def canonical(self) -> str:
        """The plan as JSON with sorted keys: what is stored, and what is hashed."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))

    def digest(self) -> str:
        """SHA-256 of the canonical form, hex; goes into every assessment made under it."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()

    @classmethod
    def parse(cls, canonical: str) -> Plan:
        """The plan a canonical form stands for."""
        found: dict[str, Any] = json.loads(canonical)
        rates: dict[str, Any] = {
            name: tuple(_read_rate(rate) for rate in found.pop(name)) for name in ("rates", "share_rates")
        }
        return cls(**rates, **found)

    def check_new(self) -> None:
        """Refuses what a plan that is set now may not have. Plans of before keep it: they are computed as they were."""
        for name in ("rates", "share_rates"):
            rates: tuple[Rate, ...] = getattr(self, name)
            for at, rate in enumerate(rates):
                if any(rate.scope == other.scope for other in rates[:at]):
                    raise Invalid(f"{name}[{at}]", "is for the same as another rate before it")
        for at, rate in enumerate(self.share_rates):
            for part in ("tiers", "level", "depth"):  # he has no volume, no level, and nobody above him
                if getattr(rate, part):
                    raise Invalid(f"share_rates[{at}].{part}", "is not for sharers: a share pays per cent or fixed")
        for at, rate in enumerate(self.rates if self.differential else ()):
            if rate.depth:
                raise Invalid(f"rates[{at}].depth", "is ignored by a differential plan: give each level its rate")

    def under(self, paid_levels_max: int, cap_ppm: int) -> Plan:
        """The plan within the limits of the lock, which may be narrower."""
        levels, cap = min(self.paid_levels_max, paid_levels_max), min(self.cap_ppm, cap_ppm)
        return replace(self, paid_levels_max=levels, cap_ppm=cap)


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """A version of a plan; times in ms."""

    version: int
    plan: Plan
    digest: str
    announced_at: int
    effective_at: int


def _read_rate(found: dict[str, Any]) -> Rate:
    return Rate(**found | {"tiers": tuple((low, ppm) for low, ppm in found["tiers"])})


@dataclass(frozen=True, slots=True)
class Line:
    """What somebody earns from one item, by whose credit (`credited`; "" for a share).

    A line of nothing is kept with its reason: a sale is always tracked.
    """

    kind: str
    beneficiary: str
    credited: str
    sku: str
    base_minor: int
    amount_minor: int
    reason: str = ""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What makes it one of a kind within its order; without the kind one line would suppress another."""
        return self.kind, self.beneficiary, self.credited, self.sku


@dataclass(slots=True)  # not frozen: that is quicker to make, and every order has one
class Sale:
    """An order as commission sees it. `credited`: ppm that sum to one; `paths`: from each of them up the tree.

    `house` is the seller, who is never paid for his own goods. `own`: the buyer's own channel, when he works for one.
    `fixed_split`: a fixed sum is cut over those who are credited, as the base is; sales of before paid it to each.
    """

    items: tuple[Item, ...]
    show: str
    house: str
    credited: Mapping[str, int]
    paths: Mapping[str, Sequence[Earner]]
    sharer: str | None = None
    own: str | None = None
    self_purchase: str = "pay"
    buyer: str = ""
    fixed_split: bool = True

    def of(self, buyer: str) -> Sale:
        """The same sale to another buyer."""
        same = (self.items, self.show, self.house, self.credited, self.paths, self.sharer, self.own, self.self_purchase)
        return Sale(*same, buyer, self.fixed_split)

    def canonical(self) -> str:
        """The sale as it is stored with the order: read_sale gives it back, and commission the same lines."""
        return json_text(self)


def read_sale(stored: str) -> Sale:
    """The sale that was stored with an order. One of before does not say how fixed sums are split: they were not."""
    found = {"fixed_split": False} | json.loads(stored)
    items = tuple(Item(**item) for item in found.pop("items"))
    paths = {channel: tuple(Earner(**earner) for earner in path) for channel, path in found.pop("paths").items()}
    return Sale(items=items, paths=paths, **found)


def commission(plan: Plan, sale: Sale) -> list[Line]:
    """All lines of an order, within the cap; the same arguments give the same lines in the same order."""
    lines = [line for item in sale.items for line in _item_lines(plan, sale, item)]
    cap = share(sum(item.base_minor for item in sale.items), plan.cap_ppm)
    return _within(cap, lines)


def _item_lines(plan: Plan, sale: Sale, item: Item) -> Iterator[Line]:
    for channel, base in sorted(split(item.base_minor, dict(sale.credited)).items()):
        yield from _order_lines(plan, sale, item, channel, base)
    if sale.sharer is not None:
        sharer = Earner(sale.sharer, "sharer")
        rate = _rate(plan.share_rates, item, sharer, sale.show, 0)
        if rate is not None:
            amount = rate.of(item.base_minor, rate.fixed_minor * item.quantity, sharer)
            line = Line("share", sale.sharer, "", item.sku, item.base_minor, amount)
            yield replace(line, amount_minor=0, reason="self_share") if sale.sharer == sale.buyer else line


def _order_lines(plan: Plan, sale: Sale, item: Item, channel: str, base: int) -> Iterator[Line]:
    """The credited channel's line and that of the level above it: one fold over the path."""
    earned = 0
    for depth, earner in enumerate(sale.paths[channel][: plan.paid_levels_max]):
        if earner.channel == sale.house:
            return
        rate = _rate(plan.rates, item, earner, sale.show, 0 if plan.differential else depth)
        if rate is None:
            continue
        amount = rate.of(base, _fixed(rate, sale, item, channel), earner)
        if plan.differential:
            amount = max(0, amount - earned)
        earned += amount
        line = Line("order", earner.channel, channel, item.sku, base, amount)
        yield _as_own(line, sale) if earner.channel == sale.own else line


def _fixed(rate: Rate, sale: Sale, item: Item, channel: str) -> int:
    """What of a fixed sum goes with the channel's credit: all of them together have it once."""
    whole = min(item.base_minor, rate.fixed_minor * item.quantity)
    return split(whole, dict(sale.credited))[channel] if whole and sale.fixed_split else whole


def _as_own(line: Line, sale: Sale) -> Line:
    """A channel's own people buying: paid, or tracked at nothing with the reason."""
    if sale.self_purchase == "pay":
        return replace(line, reason="self_purchase")
    return replace(line, amount_minor=0, reason="self_purchase")


def _rate(rates: Sequence[Rate], item: Item, earner: Earner, show: str, depth: int) -> Rate | None:
    fitting = [rate for rate in rates if rate.fits(item, earner, show, depth)]
    return max(fitting, key=lambda rate: rate.rank, default=None)


def _within(cap_minor: int, lines: list[Line]) -> list[Line]:
    """The lines, cut in proportion where their sum exceeds the cap; the largest remainder keeps the sum exact."""
    if sum(line.amount_minor for line in lines) <= cap_minor:
        return lines
    # Keys by beneficiary first, so that ties go by beneficiary (MONEY section 4).
    weights = {f"{line.beneficiary} {at:06d}": line.amount_minor for at, line in enumerate(lines)}
    parts = split(cap_minor, weights)
    cut = (parts[f"{line.beneficiary} {at:06d}"] for at, line in enumerate(lines))
    return [
        replace(line, amount_minor=amount, reason=line.reason or "capped") if amount != line.amount_minor else line
        for line, amount in zip(lines, cut, strict=True)
    ]


def claw_back(amount_minor: int, base_minor: int, refunded_minor: int, clawed_minor: int) -> int:
    """What a refund takes back now, given all refunds so far and all that was taken so far (MONEY section 5).

    Computed from the whole each time, so many partial refunds end exactly where one full refund would.
    """
    if base_minor == 0:
        return 0
    return divide_half_even(amount_minor * min(refunded_minor, base_minor), base_minor) - clawed_minor


# The states of a commission line. `reduced` by a partial refund is no state: the amount changes, and the version rises.
TABLE: dict[tuple[str, str], str] = {
    ("estimated", "paid"): "frozen",
    ("estimated", "cancelled"): "void",
    ("frozen", "mature"): "matured",
    ("frozen", "refunded"): "void",
    ("frozen", "hold"): "held",
    ("matured", "review"): "payable",
    ("matured", "refunded"): "void",
    ("matured", "hold"): "held",
    ("payable", "pay"): "paying",
    ("payable", "refunded"): "void",
    ("payable", "hold"): "held",
    ("paying", "confirm"): "paid",
    ("paying", "fail"): "payable",
    ("paid", "return"): "payable",
    ("paying", "refunded"): "receivable",
    ("paid", "refunded"): "receivable",
    ("held", "release"): "frozen",
    ("held", "refunded"): "void",
    ("receivable", "net"): "offset",
    ("receivable", "repay"): "repaid",
    ("receivable", "write_off"): "written_off",
}


def next_state(state: str, event: str) -> str | None:
    """The state an event leads to, or None when it is not possible."""
    return TABLE.get((state, event))
