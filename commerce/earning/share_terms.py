"""What sharers earn, as their own page says it: by the plan in force, and by what is announced and pays them less."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import select

from commerce.commission import LEVELS_MAX, Plan, PlanVersion, Rate
from commerce.directory.locks import lock_in_force
from commerce.earning.plans import crowded, pays_less, plans_to_come
from commerce.store import tables
from commerce.store.reading import Reading


@dataclass(frozen=True, slots=True)
class ShareRate:
    """`ppm` of what is paid, or `fixed_minor` a piece; for `goods` and in a `show` by their names, "" for any."""

    ppm: int
    fixed_minor: int
    goods: str
    show: str


@dataclass(frozen=True, slots=True)
class ShareTerms:
    """What a plan pays sharers, general rates first. `effective_at`: since or from when (ms), 0 before the first plan.

    `cap_ppm` is the most that all commission of an order may come to.
    """

    rates: tuple[ShareRate, ...]
    invite_minor: int
    invite_seconds: int
    cap_ppm: int
    effective_at: int


def share_terms(reading: Reading, merchant: int) -> tuple[ShareTerms, tuple[ShareTerms, ...]]:
    """Those in force, and those that are announced with less than now, the next ones first."""
    in_force, *ahead = plans_to_come(reading, merchant)
    now = for_sharers(in_force.plan)
    cap_ppm = lock_in_force(reading, merchant).rule.cap_ppm
    less = [
        version
        for version in ahead
        if pays_less(now, for_sharers(version.plan)) or "share" in crowded(in_force.plan, version.plan, cap_ppm)
    ]
    names = _names(reading, merchant, (in_force, *less))
    terms, *lowered = (_terms(version, names) for version in (in_force, *less))
    return terms, tuple(lowered)


def for_sharers(plan: Plan) -> Plan:
    """A plan as sharers go by it: what older ones have for levels or by volume pays a sharer nothing, or its least."""
    own = (rate for rate in plan.share_rates if rate.level in (None, "sharer") and rate.depth == 0)
    paid = tuple(replace(rate, ppm=rate.ppm_at(0), tiers=(), level=None) for rate in own)
    same = Plan(())
    return replace(
        plan,
        rates=(),
        share_rates=tuple(sorted(paid, key=lambda rate: rate.rank)),
        differential=same.differential,
        paid_levels_max=LEVELS_MAX,
        notice_days=same.notice_days,
    )


def _terms(version: PlanVersion, names: dict[str, str]) -> ShareTerms:
    plan = for_sharers(version.plan)
    rates = tuple(_rate(rate, names) for rate in plan.share_rates)
    return ShareTerms(rates, plan.invite_minor, plan.invite_seconds, plan.cap_ppm, version.effective_at)


def _rate(rate: Rate, names: dict[str, str]) -> ShareRate:
    """By the id where what it is for is not there any more."""
    goods, show = rate.sku or rate.product or "", rate.show or ""
    return ShareRate(rate.ppm, rate.fixed_minor, names.get(goods, goods), names.get(show, show))


def _names(reading: Reading, merchant: int, versions: Iterable[PlanVersion]) -> dict[str, str]:
    """Of all that their share rates are for, by public id."""
    rates = [rate for version in versions for rate in version.plan.share_rates]
    wanted = {name for rate in rates for name in (rate.sku, rate.product, rate.show) if name is not None}
    if not wanted:
        return {}
    product, sku, show = tables.product, tables.sku, tables.show
    found: dict[str, str] = {}
    for table, name in ((product, product.c.name), (show, show.c.title)):
        query = select(table.c.public_id, name).where(table.c.merchant_id == merchant, table.c.public_id.in_(wanted))
        found |= {public: said for public, said in reading.connection.execute(query)}  # noqa: C416 - rows are no tuples
    kinds = select(sku.c.public_id, product.c.name, sku.c.name).join(product, product.c.id == sku.c.product_id)
    for row in reading.connection.execute(kinds.where(sku.c.merchant_id == merchant, sku.c.public_id.in_(wanted))):
        found[row[0]] = f"{row[1]} {row[2]}".strip()
    return found
