"""A merchant's commission plans: every version kept, one in force. Who would earn less is told in time (MONEY 4)."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, func, insert, select

from commerce.attribution import add_period
from commerce.commands.earning import SetPlan
from commerce.commission import Plan, PlanVersion, Rate
from commerce.directory.channels import channel_key
from commerce.directory.locks import lock_in_force
from commerce.directory.merchants import find_merchant, zone
from commerce.errors import NotFound
from commerce.money import PPM
from commerce.proof.entry import Leaf, channel_party
from commerce.store import tables
from commerce.store.reading import Connected
from commerce.store.unit import Unit

PLANS_KEPT = 64
NOTHING = Plan(())


@lru_cache(PLANS_KEPT)
def _parsed(canonical: str) -> Plan:
    return Plan.parse(canonical)


@cache
def _select_in_force() -> Select[*tuple[Any, ...]]:
    table = tables.commission_plan
    mine = (table.c.merchant_id == bindparam("merchant"), table.c.effective_at <= bindparam("now"))
    return select(table).where(*mine).order_by(table.c.version.desc()).limit(1)


def plan_in_force(connected: Connected, merchant: int) -> PlanVersion:
    """The newest version whose time has come; before the first, nobody earns anything."""
    given = {"merchant": merchant, "now": connected.now}
    row = connected.connection.execute(_select_in_force(), given).first()
    if row is None:
        return PlanVersion(0, NOTHING, NOTHING.digest(), 0, 0)
    return PlanVersion(row.version, _parsed(row.canonical), row.digest, row.announced_at, row.effective_at)


def plan_versions(connected: Connected, merchant: int) -> tuple[PlanVersion, ...]:
    """All versions, the newest first, those announced too."""
    table = tables.commission_plan
    query = select(table).where(table.c.merchant_id == merchant).order_by(table.c.version.desc())
    return tuple(
        PlanVersion(row.version, _parsed(row.canonical), row.digest, row.announced_at, row.effective_at)
        for row in connected.connection.execute(query)
    )


def set_plan(unit: Unit, command: SetPlan) -> PlanVersion:
    """A new version: in force at once, or after the notice of the plan before it when somebody would earn less."""
    merchant, plan = command.merchant, command.plan
    query = select(tables.merchant.c.timezone).where(tables.merchant.c.id == merchant).with_for_update()
    if unit.connection.execute(query).scalar() is None:
        raise NotFound("merchant", "no such merchant")
    effective = counts_from(unit, merchant, plan)
    table = tables.commission_plan
    last = unit.connection.execute(select(func.max(table.c.version)).where(table.c.merchant_id == merchant)).scalar()
    found = PlanVersion((last or 0) + 1, plan, plan.digest(), unit.now, effective)
    row = {"id": unit.new_id(), "merchant_id": merchant, "version": found.version, "digest": found.digest}
    times = {"announced_at": unit.now, "effective_at": effective}
    unit.connection.execute(insert(table), row | {"canonical": plan.canonical()} | times)
    _log(unit, merchant, found, command.by)
    return found


def counts_from(connected: Connected, merchant: int, plan: Plan) -> int:
    """From when (ms) a plan that is set now would count: the plan in force says how long a notice it is due."""
    before, cap_ppm = plan_in_force(connected, merchant).plan, lock_in_force(connected, merchant).rule.cap_ppm
    return notice_until(connected, merchant) if lowers(before, plan, cap_ppm) else connected.now


def notice_until(connected: Connected, merchant: int) -> int:
    """From when (ms) may count what pays somebody less and is announced now; before the first plan, at once."""
    before = plan_in_force(connected, merchant)
    if not before.version or not before.plan.notice_days:
        return connected.now
    timezone = find_merchant(connected, merchant).timezone
    return add_period(connected.now, before.plan.notice_days, zone("timezone", timezone)) or connected.now


def plans_to_come(connected: Connected, merchant: int) -> tuple[PlanVersion, ...]:
    """The plan in force, then what is announced and will count; a version that a later one overtook never does."""
    now, ahead = plan_in_force(connected, merchant), list[PlanVersion]()
    for version in plan_versions(connected, merchant):
        if version.version > now.version and (not ahead or version.effective_at < ahead[-1].effective_at):
            ahead.append(version)
    return now, *reversed(ahead)


def for_level(plan: Plan, level: str) -> Plan:
    """A plan as a channel of this level goes by it; sharers are told on their own page."""
    general = {rate.scope: rate for rate in plan.rates if rate.level is None}
    own = (replace(rate, level=None) for rate in plan.rates if rate.level == level)
    return replace(plan, rates=tuple((general | {rate.scope: rate for rate in own}).values()), share_rates=())


def _log(unit: Unit, merchant: int, found: PlanVersion, by: str) -> None:
    table = tables.channel
    house = channel_key(unit, merchant, None)
    public = unit.connection.execute(select(table.c.public_id).where(table.c.id == house)).scalar_one()
    body = {"version": found.version, "plan": found.plan.canonical(), "effective_at": found.effective_at, "by": by}
    unit.log(Leaf(merchant, channel_party(str(public)), "plan", body, found.digest))


def lowers(old: Plan, new: Plan, cap_ppm: int = PPM) -> bool:
    """Whether anybody could earn less by it. Rather one notice too many than one too few. `cap_ppm` is the lock's."""
    return pays_less(old, new) or bool(crowded(old, new, cap_ppm))


def pays_less(old: Plan, new: Plan) -> bool:
    """Whether anybody could earn less by what the plan says of him, whatever it pays those beside him."""
    floors = ("cap_ppm", "paid_levels_max", "invite_minor", "notice_days")
    if any(getattr(new, name) < getattr(old, name) for name in floors) or new.differential != old.differential:
        return True
    if _lowered(old.rates, new.rates) or _lowered(old.share_rates, new.share_rates):
        return True
    return leaves_less_above(old, new)


def leaves_less_above(old: Plan, new: Plan, above: str | None = None) -> bool:
    """Whether in a differential plan somebody above a channel could have less, whose own rate nobody lowered: what is
    left to him falls when the rate below him rises. `above`: only those of this level are looked at.
    """
    if not (old.differential and new.differential) or new.paid_levels_max == 1:
        return False
    before, after = _by_level(old), _by_level(new)
    if before is None or after is None:
        return _lowered(new.rates, old.rates)  # rather one notice too many
    levels = {"", *before, *after}
    tops = levels if above is None else {above}
    return any(_left(after, top, low) < _left(before, top, low) for top in tops for low in levels)


def crowded(old: Plan, new: Plan, cap_ppm: int = PPM, level: str | None = None) -> frozenset[str]:
    """Who could have less because others have more, all of an order being cut to the cap (the plan's, or the lock's):
    "own" - whoever is credited - "above" him, or "share". `level`: of channels, those of this level.
    """
    before, after = _earners(old), _earners(new)
    if _most(new, after) <= min(cap_ppm, new.cap_ppm):
        return frozenset()
    raised = {name for name, rates in after.items() if _lowered(rates, before[name])}
    mine = before if level is None else _earners(for_level(old, level))
    return frozenset(
        name
        for name, rates in mine.items()
        if any(map(_highest, rates)) and (raised - {name} or _raised_beside(before[name], after[name], level))
    )


def _earners(plan: Plan) -> dict[str, tuple[Rate, ...]]:
    """Who is paid from one order, and by which rates."""
    own = tuple(rate for rate in plan.rates if rate.depth == 0)
    above = tuple(rate for rate in plan.rates if rate.depth == 1)
    if plan.differential:  # one rate for all leaves nothing to the one above
        above = own if _differ(own) else ()
    return {"own": own, "above": above if plan.paid_levels_max > 1 else (), "share": plan.share_rates}


def _most(plan: Plan, earners: dict[str, tuple[Rate, ...]]) -> int:
    """The ppm of what is paid that all together could be due; of a differential plan the highest level has it all."""
    most = {name: max(map(_highest, rates), default=0) for name, rates in earners.items()}
    return most["own"] + most["share"] + (0 if plan.differential else most["above"])


def _highest(rate: Rate) -> int:
    """A fixed sum may be all of a low price."""
    return PPM if rate.fixed_minor else max((rate.ppm, *(ppm for _, ppm in rate.tiers)))


def _differ(rates: tuple[Rate, ...]) -> bool:
    """Whether two channels can earn differently with the same goods; those of no level that is named earn nothing."""
    return any(rate.tiers or rate.level is not None for rate in rates)


def _raised_beside(old: tuple[Rate, ...], new: tuple[Rate, ...], level: str | None) -> bool:
    """Whether of two channels that share the credit of an order the other one's rate was raised."""
    before, after = (tuple(rate for rate in rates if level is None or rate.level != level) for rates in (old, new))
    return _differ(new) and _lowered(after, before)


def raises(plan: Plan, before: str, after: str, cap_ppm: int = PPM) -> bool:
    """Whether a channel that goes from one level to another could leave less to the one above it."""
    if plan.paid_levels_max == 1:
        return False
    low, high = (for_level(plan, level) for level in (before, after))
    if plan.differential:
        return pays_less(replace(high, differential=False), replace(low, differential=False))
    above = tuple(rate for rate in plan.rates if rate.depth == 1)
    old, new = (
        replace(plan, rates=(*(rate for rate in each.rates if rate.depth == 0), *above)) for each in (low, high)
    )
    return "above" in crowded(old, new, cap_ppm)


def _by_level(plan: Plan) -> dict[str | None, int] | None:
    """The ppm of each level (None: of any other), when the plan has nothing else."""
    if any(rate.scope[1:] != (None, None, None, 0) or rate.fixed_minor or rate.tiers for rate in plan.rates):
        return None
    return {rate.level: rate.ppm for rate in plan.rates}


def _left(rates: dict[str | None, int], top: str | None, low: str | None) -> int:
    general = rates.get(None, 0)
    return max(0, rates.get(top, general) - rates.get(low, general))


def _lowered(old: tuple[Rate, ...], new: tuple[Rate, ...]) -> bool:
    scoped = {rate.scope: rate for rate in new}
    if any(_less(rate, scoped.get(rate.scope)) for rate in old):
        return True
    known = {rate.scope for rate in old}
    added = [rate for rate in new if rate.scope not in known]
    return any(_less(rate, other) for other in added for rate in old if rate.depth == other.depth)


def _less(old: Rate, new: Rate | None) -> bool:
    """Whether the new rate can pay less than the old, at any volume; kinds that cannot be compared count as less."""
    if new is None:
        return bool(old.ppm or old.fixed_minor or old.tiers)
    if new.fixed_minor < old.fixed_minor:
        return True
    volumes = {0, *(volume for rate in (old, new) for volume, _ in rate.tiers)}
    return any(new.ppm_at(volume) < old.ppm_at(volume) for volume in volumes)
