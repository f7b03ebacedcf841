"""A viewer passes a room on: one link of his own for each channel, made when he first asks for it."""

from __future__ import annotations

from sqlalchemy import insert, select

from commerce import views
from commerce.commands import ShareRoom
from commerce.earning.watching import note_sharer
from commerce.errors import Forbidden
from commerce.links import find_link
from commerce.store import tables
from commerce.store.ids import short_code
from commerce.store.unit import Unit
from commerce.visits import ensure_viewer, find_place


def share_room(unit: Unit, command: ShareRoom) -> views.Link:
    """The viewer's link that is not revoked; Forbidden for a channel that is not active."""
    place = find_place(unit, command.room)
    if place.channel_state != "active":
        raise Forbidden("room", "this room cannot be passed on now")
    viewer, table = ensure_viewer(unit, place.tenant.id, command.viewer), tables.link
    note_sharer(unit, place.tenant.id, viewer, command.device, command.address)
    mine = (table.c.channel_id == place.channel, table.c.sharer_id == viewer, table.c.revoked_at.is_(None))
    code = unit.connection.execute(select(table.c.code).where(*mine).order_by(table.c.id).limit(1)).scalar()
    if code is None:
        code = short_code()
        row = {"id": unit.new_id(), "merchant_id": place.tenant.id, "code": code, "channel_id": place.channel}
        unit.connection.execute(insert(table), row | {"sharer_id": viewer, "created_at": unit.now})
    return find_link(unit, code)
