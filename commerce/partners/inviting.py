"""Invitations: links by which somebody joins, each once, until it expires or is taken back."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, insert, select, update

from commerce.commands import joining as j
from commerce.directory.channels import channel_key
from commerce.directory.levels import level_of
from commerce.directory.tree import channel_row, check_parent, lock_tree
from commerce.errors import Conflict, Forbidden, NotFound
from commerce.partners.applying import admit, file_application
from commerce.partners.terms import partner_terms
from commerce.store import tables
from commerce.store.ids import public_id
from commerce.store.reading import AnyRow, Connected
from commerce.store.unit import Unit

OPEN_MAX = 500  # invitations of a merchant that nobody has used yet
DAY_MS = 86_400_000
_table = tables.invitation


def invite(unit: Unit, command: j.Invite) -> str:
    """Forbidden below a closed channel, and for a partner who would give another level than his own."""
    lock_tree(unit, command.merchant)
    of = command.parent if command.of is None else command.of
    parent = channel_key(unit, command.merchant, of, field="parent")
    row = channel_row(unit, parent)
    if command.of is not None and (row.state != "active" or command.level not in ("", level_of(row, unit.now))):
        raise Forbidden("level", "an active channel invites at its own level, or at none")
    check_parent(unit, parent)
    waiting = select(func.count()).where(_table.c.merchant_id == command.merchant, *_waits(unit.now))
    if unit.connection.execute(waiting).scalar_one() >= OPEN_MAX:
        raise Conflict("", "too many invitations are open: take some back")
    found = {"id": unit.new_id(), "merchant_id": command.merchant, "public_id": public_id(), "parent_id": parent}
    rest = {"level": command.level, "digest": command.digest, "made_by": command.by, "made_at": unit.now}
    unit.connection.execute(insert(_table), found | rest | {"expires_at": unit.now + command.days * DAY_MS})
    return str(found["public_id"])


def _waits(now: int) -> tuple[ColumnElement[bool], ...]:
    return _table.c.used_at.is_(None), _table.c.revoked_at.is_(None), _table.c.expires_at > now


def revoke_invitation(unit: Unit, command: j.RevokeInvitation) -> None:
    """One that was used stays used: Conflict. Again is no error."""
    query = select(_table).where(_table.c.merchant_id == command.merchant, _table.c.public_id == command.invitation)
    if command.of is not None:
        query = query.where(_table.c.parent_id == channel_key(unit, command.merchant, command.of))
    row = unit.connection.execute(query.with_for_update()).first()
    if row is None:
        raise NotFound("invitation", "no such invitation")
    if row.used_at is not None:
        raise Conflict("invitation", "was used already")
    if row.revoked_at is None:
        unit.connection.execute(update(_table).where(_table.c.id == row.id).values(revoked_at=unit.now))


def accept_invitation(unit: Unit, command: j.AcceptInvitation) -> str:
    """`approved` where the merchant's terms let the invited in at once, else `open`."""
    lock_tree(unit, command.merchant)
    row = open_invitation(unit, command.merchant, command.invitation)
    unit.connection.execute(update(_table).where(_table.c.id == row.id).values(used_at=unit.now))
    filed = file_application(unit, command.merchant, command.form, row.id)
    if partner_terms(unit, command.merchant).approve_invited:
        return "open"
    parent = str(channel_row(unit, row.parent_id).public_id)
    made = (command.merchant, filed.public_id, parent, row.level, command.room, row.made_by)
    admit(unit, filed, j.ApproveApplication(*made))
    return "approved"


def open_invitation(connected: Connected, merchant: int, digest: bytes) -> AnyRow:
    """The row of one that still admits; NotFound, and Conflict saying why it does not."""
    query = select(_table).where(_table.c.digest == digest, _table.c.merchant_id == merchant)
    row = connected.connection.execute(query).first()
    if row is None:
        raise NotFound("invitation", "no such invitation here")
    if row.used_at is not None:
        raise Conflict("invitation", "was used already")
    if row.revoked_at is not None:
        raise Conflict("invitation", "was taken back")
    if row.expires_at <= connected.now:
        raise Conflict("invitation", "has expired")
    return row
