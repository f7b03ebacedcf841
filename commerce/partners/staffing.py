"""A channel's staff: logins at its desk, and viewers who work for it. Everything is in the channel's log."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, func, select

from commerce.attribution import is_valid
from commerce.binding import find_held
from commerce.commands import CreateUser, SetPassword
from commerce.commands.earning import SetStaff
from commerce.commands.staffing import ROLES, AddStaff, RemoveStaff, SetOwner, TieStaff
from commerce.directory.channels import channel_key
from commerce.directory.people import create_user, set_password
from commerce.directory.tree import channel_row
from commerce.earning.holds import set_staff
from commerce.errors import Conflict, Forbidden, NotFound
from commerce.proof.entry import Leaf, channel_party
from commerce.store import tables
from commerce.store.reading import Reading
from commerce.store.unit import Unit
from commerce.visits import find_viewer

OWNER = "channel_owner"
LOGINS_MAX = 50  # of a channel's staff
TIED_MAX = 200


@dataclass(frozen=True, slots=True)
class Staff:
    """`logins` are (name, role, since in ms), `viewers` (public id, since in ms), each in their order."""

    logins: tuple[tuple[str, str, int], ...]
    viewers: tuple[tuple[str, int], ...]


def channel_staff(reading: Reading, merchant: int, channel: str) -> Staff:
    """Who works for a channel; its owner is none of them."""
    key, login, staff, viewer = channel_key(reading, merchant, channel), tables.login, tables.staff, tables.viewer
    logins = select(login.c.name, login.c.role, login.c.created_at).where(
        login.c.channel_id == key, login.c.role.in_(ROLES)
    )
    tied = select(viewer.c.public_id, staff.c.since).join(viewer, viewer.c.id == staff.c.viewer_id)
    tied = tied.where(staff.c.channel_id == key).order_by(staff.c.since, viewer.c.id)
    return Staff(
        tuple((row.name, row.role, row.created_at) for row in reading.connection.execute(logins.order_by(login.c.id))),
        tuple((row.public_id, row.since) for row in reading.connection.execute(tied)),
    )


def add_staff(unit: Unit, command: AddStaff) -> str:
    """Conflict for a name that is taken, or when there are LOGINS_MAX already."""
    key, login = channel_key(unit, command.merchant, command.channel), tables.login
    count = select(func.count()).where(login.c.channel_id == key, login.c.role.in_(ROLES))
    if unit.connection.execute(count).scalar_one() >= LOGINS_MAX:
        raise Conflict("user", f"a channel has at most {LOGINS_MAX} logins of staff")
    wanted = CreateUser(command.merchant, command.user, command.password_hash, command.role, command.channel)
    create_user(unit, wanted)
    _log(unit, command, "login added")
    return command.user


def set_owner(unit: Unit, command: SetOwner) -> str:
    """Conflict for a name that is somebody else's; Forbidden for a channel that is closed, or the house."""
    key, login = channel_key(unit, command.merchant, command.channel), tables.login
    row = channel_row(unit, key)
    if row.house or row.state == "closed":
        raise Forbidden("channel", "this channel has no desk")
    mine = (login.c.channel_id == key, login.c.role == OWNER, login.c.name_folded == command.user.casefold())
    if unit.connection.execute(select(login.c.id).where(*mine)).first() is None:
        wanted = CreateUser(command.merchant, command.user, command.password_hash, OWNER, command.channel)
        create_user(unit, wanted)
        _log(unit, command, "owner added")
    else:
        set_password(unit, SetPassword(command.user, command.password_hash))
        _log(unit, command, "owner's password changed")
    return command.user


def remove_staff(unit: Unit, command: RemoveStaff) -> None:
    """NotFound for anybody who is not the channel's staff, its owner among them."""
    key, login = channel_key(unit, command.merchant, command.channel), tables.login
    query = select(login.c.id).where(login.c.channel_id == key, login.c.role.in_(ROLES))
    found = unit.connection.execute(query.where(login.c.name_folded == command.user.casefold())).scalar()
    if found is None:
        raise NotFound("user", "nobody of your staff is called that")
    unit.connection.execute(delete(tables.session).where(tables.session.c.login_id == found))
    unit.connection.execute(delete(login).where(login.c.id == found))
    _log(unit, command, "login removed")


def tie_staff(unit: Unit, command: TieStaff) -> None:
    """NotFound for who is no customer of the channel now; Conflict for who works for another. Again is no error."""
    key, staff = channel_key(unit, command.merchant, command.channel), tables.staff
    viewer = find_viewer(unit, command.merchant, command.viewer)
    works_for = unit.connection.execute(select(staff.c.channel_id).where(staff.c.viewer_id == viewer)).scalar()
    if works_for == (key if command.works else None):
        return
    if works_for not in (None, key):
        raise Conflict("viewer", "works for another channel")
    if command.works and not _is_customer(unit, viewer, key):
        raise NotFound("viewer", "no such customer")
    count = select(func.count()).where(staff.c.channel_id == key)
    if command.works and unit.connection.execute(count).scalar_one() >= TIED_MAX:
        raise Conflict("viewer", f"at most {TIED_MAX} work for a channel")
    set_staff(unit, SetStaff(command.merchant, command.viewer, command.channel if command.works else None))
    _log(unit, command, "tied" if command.works else "untied")


def _is_customer(unit: Unit, viewer: int | None, channel: int) -> bool:
    """Whose binding is over is nobody's."""
    held = None if viewer is None else find_held(unit, [viewer]).get(viewer)
    return held is not None and held.terms.channel == channel and is_valid(held.terms, unit.now)


def _log(unit: Unit, command: AddStaff | RemoveStaff | SetOwner | TieStaff, event: str) -> None:
    """Without names: a log is not erased, and how many there were is what counts."""
    body = {"channel": command.channel, "event": event, "by": command.by}
    unit.log(Leaf(command.merchant, channel_party(command.channel), "staff", body))
