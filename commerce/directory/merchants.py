"""Tenants, each born with its house channel."""

from __future__ import annotations

from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Select, bindparam, insert, select, update

from commerce import views
from commerce.attribution import LockRule
from commerce.commands import CreateMerchant, SetLockRule
from commerce.directory.channels import add_channel, check_slug_free
from commerce.errors import Invalid, NotFound
from commerce.proof.log import begin_log
from commerce.store import tables
from commerce.store.ids import public_id
from commerce.store.reading import AnyRow, Connected
from commerce.store.unit import Unit

HOUSE_NAME = {"zh": "总部", "en": "Headquarters"}


def zone(field: str, name: str) -> ZoneInfo:
    """An IANA time zone; raises Invalid."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Invalid(field, "must be an IANA time zone such as Asia/Shanghai") from error


def create_merchant(unit: Unit, command: CreateMerchant) -> views.Merchant:
    """The tenant, its house channel and the house's room."""
    zone("timezone", command.timezone)
    check_slug_free(unit, command.room)
    merchant = unit.new_id()
    unit.connection.execute(
        insert(tables.merchant),
        {
            "id": merchant,
            "public_id": public_id(),
            "name": command.name,
            "timezone": command.timezone,
            "currency": command.currency,
            "language": command.language,
            "lock_rule": LockRule().canonical(),
            "lock_version": 1,
            "created_at": unit.now,
        },
    )
    _keep_rule(unit, merchant, 1, LockRule())
    begin_log(unit, merchant, 1)
    name = HOUSE_NAME[command.language]
    add_channel(unit, merchant, name, parent=None, house=True, room={"slug": command.room, "name": command.name})
    return find_merchant(unit, merchant)


def set_lock_rule(unit: Unit, command: SetLockRule) -> int:
    """From now on decisions follow this rule; every earlier version stays readable by its digest."""
    table = tables.merchant
    query = select(table.c.lock_version).where(table.c.id == command.merchant).with_for_update()
    version = unit.connection.execute(query).scalar()
    if version is None:
        raise NotFound("merchant", "no such merchant")
    changes = {"lock_version": version + 1, "lock_rule": command.rule.canonical()}
    unit.connection.execute(update(table).where(table.c.id == command.merchant).values(changes))
    _keep_rule(unit, command.merchant, version + 1, command.rule)
    unit.places.clear()
    return int(version) + 1


def _keep_rule(unit: Unit, merchant: int, version: int, rule: LockRule) -> None:
    row = {"id": unit.new_id(), "merchant_id": merchant, "version": version, "since": unit.now}
    unit.connection.execute(insert(tables.lock_rule), row | {"digest": rule.digest(), "canonical": rule.canonical()})


def find_lock(connected: Connected, merchant: int) -> tuple[int, LockRule]:
    """The version of the lock that is in force, and the lock."""
    table = tables.merchant
    query = select(table.c.lock_version, table.c.lock_rule).where(table.c.id == merchant)
    row = connected.connection.execute(query).one()
    return int(row.lock_version), LockRule.parse(row.lock_rule)


def find_merchant(connected: Connected, merchant: int) -> views.Merchant:
    """A tenant by its key; NotFound."""
    row = connected.connection.execute(_select_merchant(), {"merchant": merchant}).first()
    if row is None:
        raise NotFound("merchant", "no such merchant")
    return merchant_view(row)


@cache
def _select_merchant() -> Select[*tuple[Any, ...]]:
    return select(tables.merchant).where(tables.merchant.c.id == bindparam("merchant"))


def merchant_view(row: AnyRow) -> views.Merchant:
    """A row of the merchant table."""
    return views.Merchant(row.id, row.public_id, row.name, row.timezone, row.currency, row.language)
