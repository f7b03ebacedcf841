"""What lies ahead of a channel: plans and locks that are announced, do not count yet, and take from it (MONEY 4)."""

from __future__ import annotations

from dataclasses import dataclass

from commerce.attribution import LockVersion
from commerce.commission import PlanVersion
from commerce.directory.channels import channel_key
from commerce.directory.levels import level_of
from commerce.directory.locks import lock_in_force, locks_ahead
from commerce.directory.tree import channel_row
from commerce.earning.locking import takes
from commerce.earning.plans import crowded, for_level, leaves_less_above, pays_less, plans_to_come
from commerce.store.reading import Reading


@dataclass(frozen=True, slots=True)
class LockAhead:
    """A lock that is announced, and what of it will be less than now."""

    version: LockVersion
    less: tuple[str, ...]


def lower_rates_ahead(reading: Reading, merchant: int, channel: str) -> tuple[PlanVersion, ...]:
    """The versions with less for this channel than now, the next one first; nothing for one whose rates stay."""
    level = level_of(channel_row(reading, channel_key(reading, merchant, channel)), reading.now)
    in_force, *ahead = plans_to_come(reading, merchant)
    now, cap_ppm = in_force.plan, lock_in_force(reading, merchant).rule.cap_ppm
    return tuple(
        version
        for version in ahead
        if pays_less(for_level(now, level), for_level(version.plan, level))
        or leaves_less_above(now, version.plan, level)
        or crowded(now, version.plan, cap_ppm, level)
    )


def harder_locks_ahead(reading: Reading, merchant: int) -> tuple[LockAhead, ...]:
    """The same for every channel."""
    found = (LockAhead(each, takes(reading, merchant, each.rule)) for each in locks_ahead(reading, merchant))
    return tuple(each for each in found if each.less)
