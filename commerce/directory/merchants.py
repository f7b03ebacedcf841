"""Tenants, each born with its house channel."""

from __future__ import annotations

from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Select, bindparam, insert, select

from commerce import views
from commerce.attribution import LockRule, LockVersion
from commerce.commands import CreateMerchant
from commerce.directory.channels import add_channel, check_slug_free
from commerce.directory.locks import FIRST, keep_lock
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
            "created_at": unit.now,
        },
    )
    rule = LockRule()
    keep_lock(unit, merchant, LockVersion(FIRST, rule, rule.digest(), unit.now, unit.now))
    begin_log(unit, merchant, 1)
    name = HOUSE_NAME[command.language]
    add_channel(unit, merchant, name, parent=None, house=True, room={"slug": command.room, "name": command.name})
    return find_merchant(unit, merchant)


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
