"""A channel is suspended, resumed, closed: always with a reason, always told to it, always in the log."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy import insert, select, update

from commerce.attribution import add_period
from commerce.commands.partners import ChangeChannel
from commerce.directory.channels import channel_key
from commerce.directory.tree import channel_row, lock_tree
from commerce.errors import Forbidden, WrongState
from commerce.events import RoomStateChanged
from commerce.partners.holding import hold_channel, release_channel
from commerce.partners.notices import tell_channel
from commerce.partners.states import next_state
from commerce.partners.terms import partner_terms
from commerce.proof.entry import Leaf, channel_party
from commerce.store import tables
from commerce.store.reading import AnyRow
from commerce.store.unit import Unit

TOLD = {"suspend": "suspended", "resume": "resumed", "close": "closed"}


def change_channel(unit: Unit, command: ChangeChannel) -> str:
    """The state it is in now; WrongState when the table knows no such step."""
    lock_tree(unit, command.merchant)
    key = channel_key(unit, command.merchant, command.channel)
    row = channel_row(unit, key)
    if row.house:
        raise Forbidden("channel", "the house is never suspended or closed")
    state = next_state(row.state, command.event)
    if state is None:
        raise WrongState("event", row.state, command.event)
    unit.connection.execute(update(tables.channel).where(tables.channel.c.id == key).values(state=state))
    unit.places.clear()
    due = _follow(unit, command, row)
    _keep(unit, command, key, state)
    told = {"reason": command.reason} | ({} if due is None else {"passes_at": due})
    tell_channel(unit, command.merchant, key, TOLD[command.event], told)
    body = {"channel": command.channel, "state": state, "by": command.by} | told
    unit.log(Leaf(command.merchant, channel_party(command.channel), "channel", body))
    slug = select(tables.room.c.slug).where(tables.room.c.channel_id == key)
    unit.tell(RoomStateChanged(command.merchant, unit.connection.execute(slug).scalar_one()))
    return state


def _follow(unit: Unit, command: ChangeChannel, row: AnyRow) -> int | None:
    """Its lines wait or go on; when it closes, from when (ms) its customers pass on."""
    if command.event == "suspend":
        hold_channel(unit, row.id, command.reason)
        return None
    if row.state == "suspended":
        release_channel(unit, row.id)
    return _begin_passing(unit, row) if command.event == "close" else None


def _begin_passing(unit: Unit, row: AnyRow) -> int:
    query = select(tables.merchant.c.timezone).where(tables.merchant.c.id == row.merchant_id)
    zone = ZoneInfo(unit.connection.execute(query).scalar_one())
    due = add_period(unit.now, partner_terms(unit, row.merchant_id).passing_days, zone)
    assert due is not None
    found = {"channel_id": row.id, "merchant_id": row.merchant_id, "due_at": due, "done_at": None, "passed": 0}
    unit.connection.execute(insert(tables.passing), found)
    return due


def _keep(unit: Unit, command: ChangeChannel, key: int, state: str) -> None:
    row = {"id": unit.new_id(), "merchant_id": command.merchant, "channel_id": key, "event": command.event}
    rest = {"state": state, "reason": command.reason, "decided_by": command.by, "at": unit.now}
    unit.connection.execute(insert(tables.channel_event), row | rest)
