"""What HQ, desks, and those who apply see of applications and invitations."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import aliased

from commerce import views
from commerce.checks import choice, storable
from commerce.directory.channels import channel_key
from commerce.directory.merchants import merchant_view
from commerce.directory.tree import channel_row
from commerce.errors import NotFound
from commerce.paging import Paging
from commerce.partners.inviting import open_invitation
from commerce.partners.terms import partner_terms
from commerce.store import tables
from commerce.store.reading import Reading

STATES = ("open", "approved", "refused", "withdrawn")


@dataclass(frozen=True, slots=True)
class Application:
    """`sealed` is None once it is erased; before, JSON {name, phone, message} under APPLICANT of customers/portable.py.

    `parent` and `level` are those of the invitation, None and "" without; times in ms.
    """

    application: str
    shop: str
    sealed: bytes | None
    login: str
    state: str
    reason: str
    decided_by: str
    channel: str | None
    parent: str | None
    level: str
    applied_at: int
    changed_at: int


@dataclass(frozen=True, slots=True)
class Invitation:
    """`state`: open, used, revoked or expired; times in ms."""

    invitation: str
    parent: str
    parent_name: str
    level: str
    made_by: str
    made_at: int
    expires_at: int
    state: str


@dataclass(frozen=True, slots=True)
class Invited:
    """What an invitation says to whoever opens it; `at_once`: nobody has to approve. `expires_at` in ms."""

    parent: str
    level: str
    expires_at: int
    at_once: bool


def merchant_called(reading: Reading, public: str) -> views.Merchant:
    """A tenant by its public id; NotFound."""
    query = select(tables.merchant).where(tables.merchant.c.public_id == public)
    row = reading.connection.execute(query).first() if storable(public) else None
    if row is None:
        raise NotFound("merchant", "no such merchant")
    return merchant_view(row)


def applications(reading: Reading, merchant: int, page: Paging, state: str | None = None) -> tuple[Application, ...]:
    """A page of them, the latest first."""
    table, channel, parent = tables.application, aliased(tables.channel), aliased(tables.channel)
    invitation = tables.invitation
    query = (
        select(table, channel.c.public_id.label("channel"), parent.c.public_id.label("parent"), invitation.c.level)
        .outerjoin(channel, channel.c.id == table.c.channel_id)
        .outerjoin(invitation, invitation.c.id == table.c.invitation_id)
        .outerjoin(parent, parent.c.id == invitation.c.parent_id)
        .where(table.c.merchant_id == merchant, *page.after(table.c.id))
        .order_by(table.c.id.desc())
        .limit(page.rows)
    )
    if state is not None:
        query = query.where(table.c.state == choice("state", state, STATES))
    rows = page.take(reading.connection.execute(query).all(), lambda row: (row.id,))
    return tuple(
        Application(
            *(row.public_id, row.shop, row.sealed, row.login, row.state, row.reason, row.decided_by),
            *(row.channel, row.parent, row.level or "", row.applied_at, row.changed_at),
        )
        for row in rows
    )


def application_by_link(reading: Reading, merchant: int, digest: bytes) -> tuple[str, str, str, str]:
    """What a private link shows: shop, state, reason, and the room of the channel that was made ("" before)."""
    table, room = tables.application, tables.room
    query = (
        select(table.c.shop, table.c.state, table.c.reason, room.c.slug)
        .outerjoin(room, room.c.channel_id == table.c.channel_id)
        .where(table.c.merchant_id == merchant, table.c.digest == digest)
    )
    row = reading.connection.execute(query).first()
    if row is None:
        raise NotFound("application", "no such application")
    return row.shop, row.state, row.reason, row.slug or ""


def invited(reading: Reading, merchant: int, digest: bytes) -> Invited:
    """One that still admits somebody; NotFound, Conflict."""
    row = open_invitation(reading, merchant, digest)
    at_once = not partner_terms(reading, merchant).approve_invited
    return Invited(str(channel_row(reading, row.parent_id).name), row.level, row.expires_at, at_once)


def invitations(reading: Reading, merchant: int, page: Paging, of: str | None = None) -> tuple[Invitation, ...]:
    """A page of them, the latest first; of one channel those below it."""
    table, parent = tables.invitation, tables.channel
    query = select(table, parent.c.public_id.label("parent"), parent.c.name).join(
        parent, parent.c.id == table.c.parent_id
    )
    query = query.where(table.c.merchant_id == merchant, *page.after(table.c.id))
    if of is not None:
        query = query.where(table.c.parent_id == channel_key(reading, merchant, of))
    found = reading.connection.execute(query.order_by(table.c.id.desc()).limit(page.rows)).all()
    return tuple(
        Invitation(
            *(row.public_id, row.parent, row.name, row.level, row.made_by, row.made_at, row.expires_at),
            _state(row.used_at, row.revoked_at, row.expires_at <= reading.now),
        )
        for row in page.take(found, lambda row: (row.id,))
    )


def _state(used: int | None, revoked: int | None, expired: bool) -> str:
    if used is not None:
        return "used"
    return "revoked" if revoked is not None else "expired" if expired else "open"
