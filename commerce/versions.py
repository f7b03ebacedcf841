"""Versions of what can be changed, so that nobody overwrites what he has not seen.

Whatever changes a resource counts its row up, in the same transaction and before it looks at anything else: the row's
lock keeps two nodes from deciding on the same version. A resource without a row has version 0. Figures that move by
themselves - stock, viewers, what is on the air - are no part of a version.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import insert, select, update

from commerce import commands as c
from commerce.commands import earning as e
from commerce.commands import guarding as g
from commerce.commands import partners as p
from commerce.errors import NotFound, Stale
from commerce.store import tables
from commerce.store.reading import Connected
from commerce.store.tables import version as _table
from commerce.store.unit import Unit

FIELD = "If-Match"
STUDIO, RULES, PLAN, LOCK, PAYMENTS = "studio", "rules", "plan", "lock", "payments"
RETENTION, PARTNERS = "retention", "partners"


def show(public: str) -> str:
    """A show with its shelf and its replay."""
    return f"show {public}"


def channel(public: str) -> str:
    """A channel with its room."""
    return f"channel {public}"


def goods(public: str) -> str:
    """What a channel keeps out of its room."""
    return f"goods {public}"


def product(public: str) -> str:
    """A product with its SKUs."""
    return f"product {public}"


RESOURCES: Mapping[type, Callable[[Any], str]] = {
    c.UpdateShow: lambda command: show(command.show),
    c.SetShelf: lambda command: show(command.show),
    c.Pin: lambda command: show(command.show),
    c.SetReplay: lambda command: show(command.show),
    c.UpdateRoom: lambda command: channel(command.channel),
    e.SetChannelLevel: lambda command: channel(command.channel),
    p.MoveChannel: lambda command: channel(command.channel),
    p.ChangeChannel: lambda command: channel(command.channel),
    p.SetPartnerTerms: lambda _: PARTNERS,
    c.HideProduct: lambda command: goods(command.channel),
    c.ChangeProduct: lambda command: product(command.product),
    c.PutImage: lambda command: product(command.product),
    c.RemoveImage: lambda command: product(command.product),
    c.SetRule: lambda _: RULES,
    e.SetPlan: lambda _: PLAN,
    c.SetLockRule: lambda _: LOCK,
    c.PutProvider: lambda _: PAYMENTS,
    c.SwitchProvider: lambda _: PAYMENTS,
    c.RemoveProvider: lambda _: PAYMENTS,
    g.SetRetention: lambda _: RETENTION,
    c.SetStudio: lambda _: STUDIO,
    c.RotateStreamKey: lambda _: STUDIO,
    c.LimitStreamKey: lambda _: STUDIO,
    c.RevokeStreamKey: lambda _: STUDIO,
    c.PutSlate: lambda _: STUDIO,
    c.RemoveSlate: lambda _: STUDIO,
    c.PutRestream: lambda _: STUDIO,
    c.SwitchRestream: lambda _: STUDIO,
    c.RemoveRestream: lambda _: STUDIO,
}


def count_up(unit: Unit, command: Any, seen: tuple[int, ...] | None) -> int:
    """The version after `command`, one of RESOURCES. Stale: the one before is none of `seen`; NotFound: no merchant."""
    resource = RESOURCES[type(command)](command)
    mine = (_table.c.merchant_id == command.merchant, _table.c.resource == resource)
    change = update(_table).where(*mine).values(number=_table.c.number + 1).returning(_table.c.number)
    found = unit.connection.execute(change).scalar()
    number = 1 if found is None else int(found)
    if seen is not None and number - 1 not in seen:
        raise Stale(FIELD, number - 1)
    if found is None:
        _check_merchant(unit, command.merchant)
        row = {"merchant_id": command.merchant, "resource": resource, "number": number}
        unit.connection.execute(insert(_table), row)
    return number


def _check_merchant(unit: Unit, merchant: int) -> None:
    query = select(tables.merchant.c.id).where(tables.merchant.c.id == merchant)
    if unit.connection.execute(query).first() is None:
        raise NotFound("merchant", "no such merchant")


def version(connected: Connected, merchant: int, resource: str) -> int:
    """The version that a resource has; ask before reading the resource, never after."""
    query = select(_table.c.number).where(_table.c.merchant_id == merchant, _table.c.resource == resource)
    return connected.connection.execute(query).scalar() or 0
