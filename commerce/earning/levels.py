"""A channel's level: one that pays more counts at once, one that pays less after the notice (MONEY 4)."""

from __future__ import annotations

from sqlalchemy import select, update

from commerce.commands.earning import SetChannelLevel
from commerce.directory.channels import channel_key
from commerce.directory.levels import level_of
from commerce.earning.plans import for_level, lowers, notice_until, plans_to_come
from commerce.partners.notices import tell_channel
from commerce.proof.entry import Leaf, channel_party
from commerce.store import tables
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
    at = _counts_from(unit, command.merchant, before, command.level)
    if at > unit.now:
        values = {"level": before, "next_level": command.level, "level_from": at}
    else:
        values = {"level": command.level, "next_level": None, "level_from": None}
    unit.connection.execute(update(table).where(table.c.id == key).values(values))
    body = {"channel": command.channel, "level": command.level, "effective_at": at}
    unit.log(Leaf(command.merchant, channel_party(command.channel), "level", body))
    tell_channel(unit, command.merchant, key, *_told(command.level, before, ahead, None if at == unit.now else at))


def _counts_from(unit: Unit, merchant: int, before: str, after: str) -> int:
    """Nobody escapes the notice by way of a plan that is announced: each that may count meanwhile is looked at."""
    plans = [each.plan for each in plans_to_come(unit, merchant)]
    less = any(lowers(for_level(plan, before), for_level(plan, after)) for plan in plans)
    return notice_until(unit, merchant) if less else unit.now


def _told(level: str, before: str, ahead: str | None, at: int | None) -> tuple[str, dict[str, object]]:
    """The notice: its kind and body."""
    if level == before:
        return "level_stays", {"level": level, "withdrawn": ahead}
    if at is not None:
        return "level_ahead", {"level": level, "before": before, "effective_at": at}
    return "level", {"level": level, "before": before}
