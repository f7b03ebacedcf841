"""What lies ahead of a channel: plans that were announced, do not count yet, and pay it less when they do (MONEY 4)."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from commerce.commission import Plan, PlanVersion
from commerce.directory.channels import channel_key
from commerce.earning.plans import lowers, plan_in_force, plan_versions
from commerce.store import tables
from commerce.store.reading import Reading


def lower_rates_ahead(reading: Reading, merchant: int, channel: str) -> tuple[PlanVersion, ...]:
    """The versions with less for this channel than now, the next one first; nothing for one whose rates stay."""
    table, key = tables.channel, channel_key(reading, merchant, channel)
    level = str(reading.connection.execute(select(table.c.level).where(table.c.id == key)).scalar_one())
    now = _for_level(plan_in_force(reading, merchant).plan, level)
    ahead = [version for version in plan_versions(reading, merchant) if version.effective_at > reading.now]
    found = [version for version in ahead if lowers(now, _for_level(version.plan, level))]
    return tuple(sorted(found, key=lambda version: version.effective_at))


def _for_level(plan: Plan, level: str) -> Plan:
    """A plan as far as a channel of this level goes by it; sharers are told on their own page."""
    rates = tuple(rate for rate in plan.rates if rate.level in (None, level))
    return replace(plan, rates=rates, share_rates=())
