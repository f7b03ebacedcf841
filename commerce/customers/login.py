"""Phone login. A code counts for one phone and one viewer, for minutes, for a few tries, and once.

Codes are kept as keyed digests and compared in constant time. How many may be asked for is limited per phone, per
viewer and per caller, counted in the store, so that neither a restart nor another node gives anybody fresh ones:

    per phone     1 a minute, 5 an hour, 10 a day: with TRIES_MAX each, 50 guesses of 1,000,000 in a day
    per viewer    10 an hour
    per caller    60 an hour: an address may be an office with many people behind it

Whether a phone has logged in before changes no answer until the right code has come.
"""

from __future__ import annotations

import hmac
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select, update

from commerce.binding import settle_login
from commerce.commands.customers import AskCode, LogIn
from commerce.customers.book import customer_view
from commerce.customers.logouts import has_ended
from commerce.customers.merging import gather_strays, make_customer, merge_viewers
from commerce.customers.renewal import renew_viewer
from commerce.customers.views import CodeAsked, Cut, LoggedIn
from commerce.earning.invites import Seen, qualify
from commerce.errors import Conflict
from commerce.store import tables
from commerce.store.ids import public_id
from commerce.store.reading import AnyRow
from commerce.store.unit import Unit
from commerce.visits import Person, Place, ensure_person, find_place

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
PER_PHONE = ((MINUTE, 1), (HOUR, 5), (DAY, 10))
PER_VIEWER = ((HOUR, 10),)
PER_CALLER = ((HOUR, 60),)
TRIES_MAX = 5


def ask_code(unit: Unit, command: AskCode) -> CodeAsked:
    """Writes the code down, or says how long to wait. A viewer's later code for a phone replaces his earlier one."""
    place = find_place(unit, command.room)
    merchant = place.tenant.id
    viewer = ensure_person(unit, merchant, command.viewer).key
    table = tables.login_code
    unit.connection.execute(delete(table).where(table.c.merchant_id == merchant, table.c.sent_at <= unit.now - DAY))
    phone = (table.c.merchant_id == merchant, table.c.identity == command.identity)
    wait = max(
        _wait(unit, PER_PHONE, *phone),
        _wait(unit, PER_VIEWER, table.c.viewer_id == viewer),
        _wait(unit, PER_CALLER, table.c.caller == command.caller),
    )
    if wait:
        return CodeAsked(wait, 0)
    row: dict[str, Any] = {"id": unit.new_id(), "merchant_id": merchant, "viewer_id": viewer}
    row |= {"identity": command.identity, "caller": command.caller, "digest": command.code, "tries": 0}
    row |= {"sent_at": unit.now, "expires_at": unit.now + command.valid_ms, "used_at": None}
    unit.connection.execute(insert(table), row)
    return CodeAsked(0, command.valid_ms)


def _wait(unit: Unit, limits: tuple[tuple[int, int], ...], *whose: ColumnElement[bool]) -> int:
    """Ms until one more may be sent under all the limits; 0: now."""
    table = tables.login_code
    waits = [0]
    for span, most in limits:
        query = select(table.c.sent_at).where(*whose, table.c.sent_at > unit.now - span)
        sent = unit.connection.execute(query.order_by(table.c.sent_at.desc()).limit(most)).scalars().all()
        if len(sent) == most:
            waits.append(sent[-1] + span - unit.now)
    return max(waits)


def log_in(unit: Unit, command: LogIn) -> LoggedIn:
    """Who typed the right code is the phone's customer from now on, and another viewer. Conflict: another's already."""
    if has_ended(unit, command.viewer):
        return LoggedIn("none")
    place = find_place(unit, command.room)
    person = ensure_person(unit, place.tenant.id, command.viewer)
    code = _code_sent(unit, place, person, command.identity)
    right = hmac.compare_digest(command.code, "" if code is None else code.digest)
    if code is None:
        return LoggedIn("none")
    if not right:
        changed = update(tables.login_code).where(tables.login_code.c.id == code.id)
        unit.connection.execute(changed.values(tries=code.tries + 1))
        return LoggedIn("wrong", TRIES_MAX - code.tries - 1)
    unit.connection.execute(update(tables.login_code).where(tables.login_code.c.id == code.id).values(used_at=unit.now))
    before = _customer_of(unit, person)
    customer, cut = _become(unit, place, person, command, before)
    if before is None:
        renew_viewer(unit, command.viewer, command.fresh)
    return LoggedIn("in", customer=customer_view(unit, customer), cut=cut, renewed=before is None)


def _customer_of(unit: Unit, person: Person) -> int | None:
    table = tables.viewer
    found: int | None = unit.connection.execute(select(table.c.customer_id).where(table.c.id == person.key)).scalar()
    return found


def _code_sent(unit: Unit, place: Place, person: Person, identity: str) -> AnyRow | None:
    """The latest code of this viewer for this phone, if it still holds; held until the commit."""
    table = tables.login_code
    mine = (table.c.merchant_id == place.tenant.id, table.c.identity == identity, table.c.viewer_id == person.key)
    query = select(table).where(*mine).order_by(table.c.sent_at.desc(), table.c.id.desc()).limit(1).with_for_update()
    row = unit.connection.execute(query).first()
    if row is None or row.used_at is not None or row.expires_at <= unit.now or row.tries >= TRIES_MAX:
        return None
    return row


def _become(unit: Unit, place: Place, person: Person, command: LogIn, own: int | None) -> tuple[int, tuple[Cut, ...]]:
    """The customer's key; `own` is that of before. What the viewer had so far becomes the customer's."""
    merchant, customer = place.tenant.id, tables.customer
    query = select(customer.c.id).where(customer.c.merchant_id == merchant, customer.c.identity == command.identity)
    key = unit.connection.execute(query.with_for_update()).scalar()
    if own is not None and own != key:
        raise Conflict("phone", "this browser is logged in with another phone: log out first")
    cut: tuple[Cut, ...] = ()
    if key is None:
        key = unit.new_id()
        row = {"id": key, "merchant_id": merchant, "public_id": public_id(), "identity": command.identity}
        unit.connection.execute(insert(customer), row | {"sealed": command.sealed, "created_at": unit.now})
    first = principal(unit, key)
    if first is None:
        make_customer(unit, person, key)
        first = person
    elif first.key != person.key:
        cut = merge_viewers(unit, place.tenant, person, first, key)
    else:
        cut = gather_strays(unit, place.tenant, first)
    settle_login(unit, place, first)
    qualify(unit, place.tenant, first.key, Seen(command.identity, command.device, command.address))
    return int(key), cut


def principal(unit: Unit, customer: int) -> Person | None:
    """The viewer that has all that is the customer's."""
    table = tables.viewer
    query = select(table.c.id, table.c.public_id).where(table.c.customer_id == customer, table.c.same_as_id.is_(None))
    row = unit.connection.execute(query).first()
    return None if row is None else Person(row.id, row.public_id)
