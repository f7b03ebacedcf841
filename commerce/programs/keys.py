"""Keys of other programs. Only their SHA-256 is kept; a key has 160 random bits and is shown once."""

from __future__ import annotations

import json
import secrets

from sqlalchemy import func, insert, select, update

from commerce import views
from commerce.checks import PROGRAM
from commerce.commands import CreateApiKey, RevokeApiKey
from commerce.directory.merchants import find_merchant
from commerce.directory.people import digest
from commerce.errors import BadCredentials, Conflict, NotFound
from commerce.paging import Paging
from commerce.programs import views as shown
from commerce.store import tables
from commerce.store.ids import public_id
from commerce.store.reading import AnyRow, Connected
from commerce.store.unit import Unit
from commerce.times import aware

PREFIX = "fenbo_"
KEY_BYTES = 20
KEYS_MAX = 100
HINT_CHARS = 4
_table = tables.api_key


def create_api_key(unit: Unit, command: CreateApiKey) -> shown.FreshApiKey:
    """A new key, and the only sight of it."""
    standing = (_table.c.merchant_id == command.merchant, _table.c.revoked_at.is_(None))
    if unit.connection.execute(select(func.count()).where(*standing)).scalar_one() >= KEYS_MAX:
        raise Conflict("name", f"there are {KEYS_MAX} keys already")
    secret = PREFIX + secrets.token_hex(KEY_BYTES)
    row = {"id": unit.new_id(), "merchant_id": command.merchant, "public_id": public_id(), "name": command.name}
    row |= {"digest": digest(secret), "hint": secret[-HINT_CHARS:], "scopes": json.dumps(command.scopes)}
    unit.connection.execute(insert(_table), row | {"created_at": unit.now, "revoked_at": None})
    kept = unit.connection.execute(select(_table).where(_table.c.id == row["id"])).one()
    return shown.FreshApiKey(_view(kept), secret)


def revoke_api_key(unit: Unit, command: RevokeApiKey) -> None:
    """It stays in the list, as revoked."""
    mine = (_table.c.merchant_id == command.merchant, _table.c.public_id == command.key)
    again = func.coalesce(_table.c.revoked_at, unit.now)
    if not unit.connection.execute(update(_table).where(*mine).values(revoked_at=again)).rowcount:
        raise NotFound("key", "no such key")


def find_keys(connected: Connected, merchant: int, page: Paging) -> tuple[shown.ApiKey, ...]:
    """A page of all that were made, the newest first."""
    query = select(_table).where(_table.c.merchant_id == merchant, *page.after(_table.c.id))
    rows = connected.connection.execute(query.order_by(_table.c.id.desc()).limit(page.rows)).all()
    return tuple(map(_view, page.take(rows, lambda row: (row.id,))))


def find_client(connected: Connected, secret: str) -> views.Me:
    """Which program a key is; BadCredentials for one that is unknown or revoked."""
    query = select(_table).where(_table.c.digest == digest(secret), _table.c.revoked_at.is_(None))
    row = connected.connection.execute(query).first()
    if row is None:
        raise BadCredentials("Authorization", "this key opens nothing")
    merchant = find_merchant(connected, row.merchant_id)
    return views.Me(row.id, PROGRAM + row.name, "program", merchant, None, "", tuple(json.loads(row.scopes)))


def _view(row: AnyRow) -> shown.ApiKey:
    scopes = tuple(json.loads(row.scopes))
    return shown.ApiKey(row.public_id, row.name, row.hint, scopes, aware(row.created_at), row.revoked_at is not None)
