"""A channel's level: one that pays more counts at once, one that pays less after the notice (MONEY 4).

In a differential plan, and under the cap, what a channel is paid more, the one above it can be paid less: then that one
has its notice, too.
"""

from __future__ import annotations

from sqlalchemy import select, update

from commerce.commands.earning import SetChannelLevel
from commerce.commission import Plan
from commerce.directory.channels import channel_key
from commerce.directory.levels import level_of
from commerce.directory.locks import lock_in_force
from commerce.earning.plans import for_level, notice_until, pays_less, plans_to_come, raises
from commerce.partners.notices import tell_channel
from commerce.proof.entry import Leaf, channel_party
from commerce.store import tables
from commerce.store.reading import AnyRow
from commerce.store.unit import Unit


def set_channel_level(unit: Unit, command: SetChannelLevel) -> None:
    """Orders are paid by the rates of this level from when it counts; the channel is told, unless nothing changed.

    A later word takes the place of one that does not count yet.
    """
    table, key = tables.channel, channel_key(unit, command.merchant, command.channel)
    row = unit.connection.execute(select(table).where(table.c.id == key).with_for_update()).one()
    before = level_of(row, unit.now)
    ahead = None if row.level_from is None or row.level_from <= unit.now else row.next_level
    if command.level == (before if ahead is None else ahead):
        return
    plans = [each.plan for each in plans_to_come(unit, command.merchant)]
    above = _loses_above(unit, row, plans, before, command.level)
    at = _counts_from(unit, command.merchant, plans, (before, command.level), above=above is not None)
    if at > unit.now:
        values = {"level": before, "next_level": command.level, "level_from": at}
    else:
        values = {"level": command.level, "next_level": None, "level_from": None}
    unit.connection.execute(update(table).where(table.c.id == key).values(values))
    body = {"channel": command.channel, "level": command.level, "effective_at": at, "by": command.by}
    unit.log(Leaf(command.merchant, channel_party(command.channel), "level", body))
    later = None if at == unit.now else at
    less = later is not None and _pays_less(plans, before, command.level)
    tell_channel(unit, command.merchant, key, *_told(command.level, before, ahead, later, less=less))
    if above is not None:
        told = {"channel": row.name, "level": command.level, "before": before, "effective_at": at}
        tell_channel(unit, command.merchant, above, "level_below", told)


def _counts_from(unit: Unit, merchant: int, plans: list[Plan], levels: tuple[str, str], *, above: bool) -> int:
    """Nobody escapes the notice by way of a plan that is announced: each that may count meanwhile is looked at."""
    return notice_until(unit, merchant) if above or _pays_less(plans, *levels) else unit.now


def _pays_less(plans: list[Plan], before: str, after: str) -> bool:
    return any(pays_less(for_level(plan, before), for_level(plan, after)) for plan in plans)


def _loses_above(unit: Unit, row: AnyRow, plans: list[Plan], before: str, after: str) -> int | None:
    """The channel above that has less when this one is paid more; the house is paid nothing in any case."""
    cap_ppm = lock_in_force(unit, row.merchant_id).rule.cap_ppm
    if row.parent_id is None or not any(raises(plan, before, after, cap_ppm) for plan in plans):
        return None
    return None if row.parent_id == channel_key(unit, row.merchant_id, None) else int(row.parent_id)


def _told(level: str, before: str, ahead: str | None, at: int | None, *, less: bool) -> tuple[str, dict[str, object]]:
    """The notice: its kind and body."""
    if level == before:
        return "level_stays", {"level": level, "withdrawn": ahead}
    if at is not None:
        return "level_ahead" if less else "level_rises", {"level": level, "before": before, "effective_at": at}
    return "level", {"level": level, "before": before}
