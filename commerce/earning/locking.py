"""A merchant sets its lock. What takes something away from a channel counts after the notice (MONEY 4)."""

from __future__ import annotations

from sqlalchemy import func, select

from commerce.attribution import LockRule, LockVersion, taken_away
from commerce.commands import SetLockRule
from commerce.directory.channels import channel_key
from commerce.directory.locks import keep_lock, lock_in_force
from commerce.earning.plans import crowded, notice_until, plans_to_come
from commerce.errors import NotFound
from commerce.proof.entry import Leaf, channel_party
from commerce.store import tables
from commerce.store.reading import Connected
from commerce.store.unit import Unit


def set_lock_rule(unit: Unit, command: SetLockRule) -> LockVersion:
    """A new version, in force at once or after the notice; every earlier version stays readable by its digest."""
    merchant, rule = command.merchant, command.rule
    table = tables.merchant
    if unit.connection.execute(select(table.c.id).where(table.c.id == merchant).with_for_update()).first() is None:
        raise NotFound("merchant", "no such merchant")
    numbers = select(func.max(tables.lock_rule.c.version)).where(tables.lock_rule.c.merchant_id == merchant)
    last = unit.connection.execute(numbers).scalar_one()
    found = LockVersion(last + 1, rule, rule.digest(), unit.now, lock_counts_from(unit, merchant, rule))
    keep_lock(unit, merchant, found)
    _log(unit, merchant, found, command.by)
    unit.places.clear()
    return found


def lock_counts_from(connected: Connected, merchant: int, rule: LockRule) -> int:
    """From when (ms) a lock that is set now would count."""
    return notice_until(connected, merchant) if takes(connected, merchant, rule) else connected.now


def takes(connected: Connected, merchant: int, rule: LockRule) -> tuple[str, ...]:
    """The fields by which a channel has less than by the lock in force. A second paid level is one where the cap leaves
    less to the first then, by the plan in force or one that is announced.
    """
    before = lock_in_force(connected, merchant).rule
    found = taken_away(before, rule)
    for version in plans_to_come(connected, merchant):
        one, two = (version.plan.under(each.max_paid_levels, each.cap_ppm) for each in (before, rule))
        if two.paid_levels_max > one.paid_levels_max and crowded(one, two):
            return (*found, "max_paid_levels")
    return found


def _log(unit: Unit, merchant: int, found: LockVersion, by: str) -> None:
    table = tables.channel
    house = channel_key(unit, merchant, None)
    public = unit.connection.execute(select(table.c.public_id).where(table.c.id == house)).scalar_one()
    body = {"version": found.version, "lock": found.rule.canonical(), "effective_at": found.effective_at, "by": by}
    unit.log(Leaf(merchant, channel_party(str(public)), "lock", body, found.digest))
