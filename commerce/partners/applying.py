"""Applications: who wants to become a partner, and what becomes of it.

open > approved | refused | withdrawn. The login that is wanted is kept free of other applications and is checked again
when it is made. Once it is decided the password's hash is forgotten; who applied is erased by himself (withdrawing), by
HQ, or by the clock (privacy/retention.py).
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, func, insert, select, update

from commerce.commands import CreateChannel, CreateUser
from commerce.commands import joining as j
from commerce.directory.channels import create_channel
from commerce.directory.people import create_user
from commerce.directory.tree import lock_tree
from commerce.errors import Conflict, NotFound, WrongState
from commerce.privacy.access import note_access
from commerce.proof.entry import Leaf, channel_party
from commerce.store import tables
from commerce.store.ids import public_id
from commerce.store.reading import AnyRow
from commerce.store.unit import Unit

OPEN_MAX = 200  # applications of a merchant that wait to be decided
_table = tables.application


def apply(unit: Unit, command: j.Apply) -> str:
    """Conflict when too many wait already, or for a login name that is taken."""
    lock_tree(unit, command.merchant)
    return str(file_application(unit, command.merchant, command.form, None).public_id)


def file_application(unit: Unit, merchant: int, form: j.Form, invitation: int | None) -> AnyRow:
    """An open application as a row; the tree is locked."""
    waiting = select(func.count()).where(_table.c.merchant_id == merchant, _table.c.state == "open")
    if unit.connection.execute(waiting).scalar_one() >= OPEN_MAX:
        raise Conflict("", "too many applications wait to be decided")
    _check_login_free(unit, form.login.casefold())
    row = {
        "id": unit.new_id(),
        "merchant_id": merchant,
        "public_id": public_id(),
        "shop": form.shop,
        "sealed": form.sealed,
        "login": form.login,
        "login_folded": form.login.casefold(),
        "password_hash": form.password_hash,
        "digest": form.digest,
        "state": "open",
        "invitation_id": invitation,
        "applied_at": unit.now,
        "changed_at": unit.now,
    }
    unit.connection.execute(insert(_table), row)
    return _row(unit, merchant, _table.c.id == row["id"])


def _check_login_free(unit: Unit, folded: str) -> None:
    login = tables.login
    taken = unit.connection.execute(select(login.c.id).where(login.c.name_folded == folded)).first()
    wanted = select(_table.c.id).where(_table.c.login_folded == folded, _table.c.state == "open")
    if taken or unit.connection.execute(wanted.limit(1)).first():
        raise Conflict("user", "this name is taken")


def withdraw_application(unit: Unit, command: j.WithdrawApplication) -> None:
    """One that is decided is what it is, but who applied is erased all the same; again is no error."""
    row = _row(unit, command.merchant, _table.c.digest == command.digest)
    state = "withdrawn" if row.state == "open" else row.state
    gone = {"sealed": None, "login": "", "login_folded": "", "password_hash": ""}
    _change(unit, row, {"state": state} | gone)


def approve_application(unit: Unit, command: j.ApproveApplication) -> str:
    """Conflict when room or login are taken by now; Forbidden below a closed channel."""
    lock_tree(unit, command.merchant)
    row = _row(unit, command.merchant, _table.c.public_id == command.application)
    return admit(unit, row, command)


def admit(unit: Unit, row: AnyRow, command: j.ApproveApplication) -> str:
    """Channel, room and login of an open application."""
    _check_open(row, "approve")
    wanted = CreateChannel(command.merchant, row.shop, command.room, command.parent, command.level)
    channel = create_channel(unit, wanted).channel
    create_user(unit, CreateUser(command.merchant, row.login, row.password_hash, "channel_owner", channel))
    table = tables.channel
    key = unit.connection.execute(select(table.c.id).where(table.c.public_id == channel)).scalar_one()
    decided = {"state": "approved", "channel_id": key, "decided_by": command.by, "password_hash": ""}
    _change(unit, row, decided)
    body = {"channel": channel, "application": row.public_id, "level": command.level, "by": command.by}
    unit.log(Leaf(command.merchant, channel_party(channel), "joined", body))
    return channel


def refuse_application(unit: Unit, command: j.RefuseApplication) -> None:
    """Its login name is free again."""
    row = _row(unit, command.merchant, _table.c.public_id == command.application)
    _check_open(row, "refuse")
    free = {"login": "", "login_folded": "", "password_hash": ""}
    _change(unit, row, {"state": "refused", "reason": command.reason, "decided_by": command.by} | free)


def erase_application(unit: Unit, command: j.EraseApplication) -> None:
    """One that is still open has to be decided first; again is no error."""
    row = _row(unit, command.merchant, _table.c.public_id == command.application)
    if row.state == "open":
        raise WrongState("application", row.state, "erase")
    unit.connection.execute(update(_table).where(_table.c.id == row.id).values(sealed=None))
    note_access(unit, command.merchant, command.by, ("erased", "applications"), [row.public_id])


def _check_open(row: AnyRow, event: str) -> None:
    if row.state != "open":
        raise WrongState("application", row.state, event)


def _row(unit: Unit, merchant: int, which: ColumnElement[bool]) -> AnyRow:
    query = select(_table).where(_table.c.merchant_id == merchant, which).with_for_update()
    row = unit.connection.execute(query).first()
    if row is None:
        raise NotFound("application", "no such application")
    return row


def _change(unit: Unit, row: AnyRow, values: Mapping[str, object]) -> None:
    unit.connection.execute(update(_table).where(_table.c.id == row.id).values({**values, "changed_at": unit.now}))
