"""Webhooks out: deliveries are rows of the same transaction as the facts they tell, so none is lost and none invented.

`waiting` ──answered 2xx──> `delivered`; after the last attempt `failed`; either can be made again by hand. Deliveries
may come twice and out of order: each carries its own id, and `created_at`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from functools import cache
from typing import Any

from sqlalchemy import Select, func, insert, select, update

from commerce.commands import ClaimDeliveries, CreateHook, RecordDelivery, RemoveHook, RenewSecret, ReplayDelivery
from commerce.errors import Conflict, NotFound
from commerce.events import Fact
from commerce.paging import Paging
from commerce.programs import views as shown
from commerce.programs.told import event_of, told
from commerce.store import tables
from commerce.store.among import among
from commerce.store.bulk import insert_rows
from commerce.store.ids import public_id
from commerce.store.reading import AnyRow, Connected
from commerce.store.unit import Unit
from commerce.times import aware, aware_or_none

HOOKS_MAX = 20
ERROR_CHARS_MAX = 200
SALT_BYTES = 16
_hook, _delivery = tables.hook, tables.delivery


def hook_secret(key: bytes, salt: bytes) -> str:
    """What signs a hook's deliveries: follows from the installation's key and the hook's salt, so it is not stored."""
    return "whsec_" + hmac.new(key, b"hook " + salt, hashlib.sha256).hexdigest()


def create_hook(unit: Unit, command: CreateHook) -> shown.FreshHook:
    """A new hook, with what its secret follows from (hook_secret)."""
    standing = (_hook.c.merchant_id == command.merchant, _hook.c.removed_at.is_(None))
    if unit.connection.execute(select(func.count()).where(*standing)).scalar_one() >= HOOKS_MAX:
        raise Conflict("url", f"there are {HOOKS_MAX} webhooks already")
    salt = os.urandom(SALT_BYTES)
    row = {"id": unit.new_id(), "merchant_id": command.merchant, "public_id": public_id(), "url": command.url}
    row |= {"events": json.dumps(command.events), "version": command.version, "secret": salt, "handed": True}
    row |= {"created_at": unit.now, "removed_at": None}
    unit.connection.execute(insert(_hook), row)
    kept = unit.connection.execute(select(_hook).where(_hook.c.id == row["id"])).one()
    return shown.FreshHook(_hook_view(kept), salt)


def renew_secret(unit: Unit, command: RenewSecret) -> shown.FreshHook:
    """Another secret from the next delivery on, which whoever asked hands to the receiver."""
    mine = (_hook.c.merchant_id == command.merchant, _hook.c.public_id == command.hook, _hook.c.removed_at.is_(None))
    salt = os.urandom(SALT_BYTES)
    if not unit.connection.execute(update(_hook).where(*mine).values(secret=salt, handed=True)).rowcount:
        raise NotFound("hook", "no such webhook")
    return shown.FreshHook(_hook_view(unit.connection.execute(select(_hook).where(*mine)).one()), salt)


def remove_hook(unit: Unit, command: RemoveHook) -> None:
    """Told nothing more; what waits for it has failed."""
    mine = (_hook.c.merchant_id == command.merchant, _hook.c.public_id == command.hook, _hook.c.removed_at.is_(None))
    key = unit.connection.execute(select(_hook.c.id).where(*mine)).scalar()
    if key is None:
        raise NotFound("hook", "no such webhook")
    unit.connection.execute(update(_hook).where(_hook.c.id == key).values(removed_at=unit.now))
    waiting = (_delivery.c.hook_id == key, _delivery.c.state == "waiting")
    gone = {"state": "failed", "next_at": None, "error": "the webhook was removed", "changed_at": unit.now}
    unit.connection.execute(update(_delivery).where(*waiting).values(gone))


@cache
def _select_hooks() -> Select[*tuple[Any, ...]]:
    query = select(_hook.c.id, _hook.c.merchant_id, _hook.c.version, _hook.c.events)
    return query.where(among(_hook.c.merchant_id, "merchants"), _hook.c.removed_at.is_(None))


def write_deliveries(unit: Unit, facts: list[Fact]) -> None:
    """A row for each hook that hears of a fact, within the transaction that made the fact."""
    heard = [(fact, event) for fact in facts if (event := event_of(fact)) is not None]
    if not heard:
        return
    hooks: dict[int, list[tuple[tuple[int, int], frozenset[str]]]] = {}
    merchants = {fact.merchant for fact, _ in heard}
    for key, merchant, version, events in unit.connection.execute(_select_hooks(), {"merchants": list(merchants)}):
        hooks.setdefault(merchant, []).append(((key, version), frozenset(json.loads(events))))
    rows = [
        _delivery_row(unit, hook, fact, event)
        for fact, event in heard
        for hook, events in hooks.get(fact.merchant, ())
        if event in events
    ]
    insert_rows(unit.connection, _delivery, rows)


def _delivery_row(unit: Unit, hook: tuple[int, int], fact: Fact, event: str) -> dict[str, Any]:
    """`hook` is its key and the version that it is told in."""
    (key, version), public = hook, public_id()
    row = {"id": unit.new_id(), "merchant_id": fact.merchant, "public_id": public, "hook_id": key, "event": event}
    row |= {"body": told(version, fact, event, public, unit.now), "state": "waiting", "attempts": 0}
    row |= {"next_at": unit.now, "status": None}
    return row | {"error": "", "created_at": unit.now, "changed_at": unit.now}


def claim_deliveries(unit: Unit, command: ClaimDeliveries) -> tuple[shown.Due, ...]:
    """What is due, now this node's for a while; a node that dies with it gives it back by its silence."""
    query = (
        select(_delivery.c.id, _delivery.c.public_id, _delivery.c.event, _delivery.c.body, _delivery.c.attempts)
        .add_columns(_hook.c.url, _hook.c.secret)
        .join(_hook, _hook.c.id == _delivery.c.hook_id)
        .where(_delivery.c.next_at <= unit.now)
        .order_by(_delivery.c.next_at, _delivery.c.id)
        .limit(command.limit)
        .with_for_update(of=_delivery, skip_locked=True)
    )
    rows = unit.connection.execute(query).all()
    claimed = update(_delivery).where(_delivery.c.id.in_([row.id for row in rows]))
    values = {"next_at": unit.now + command.lease_ms, "attempts": _delivery.c.attempts + 1}
    unit.connection.execute(claimed.values(values))
    return tuple(
        shown.Due(row.id, row.public_id, row.event, row.body, row.url, row.secret, row.attempts + 1) for row in rows
    )


def record_delivery(unit: Unit, command: RecordDelivery) -> None:
    """How an attempt ended; one that was removed meanwhile stays so."""
    done = command.status is not None and 200 <= command.status < 300
    state = "delivered" if done else "waiting" if command.again_ms is not None else "failed"
    values = {"state": state, "status": command.status, "error": command.error[:ERROR_CHARS_MAX]}
    values |= {"next_at": unit.now + (command.again_ms or 0) if state == "waiting" else None, "changed_at": unit.now}
    mine = (_delivery.c.id == command.delivery, _delivery.c.state == "waiting")
    unit.connection.execute(update(_delivery).where(*mine).values(values))


def replay_delivery(unit: Unit, command: ReplayDelivery) -> shown.Delivery:
    """From the first attempt, at once. Conflict when its hook is gone."""
    query = _select_log(command.merchant).where(_delivery.c.public_id == command.delivery)
    row = unit.connection.execute(query).first()
    if row is None:
        raise NotFound("delivery", "no such delivery")
    if row.removed_at is not None:
        raise Conflict("delivery", "its webhook was removed")
    again = {"state": "waiting", "attempts": 0, "next_at": unit.now, "changed_at": unit.now, "error": ""}
    unit.connection.execute(update(_delivery).where(_delivery.c.id == row.id).values(again))
    return _delivery_view(unit.connection.execute(query).one())


def find_hooks(connected: Connected, merchant: int, page: Paging) -> tuple[shown.Hook, ...]:
    """A page of those that stand, the newest first."""
    mine = (_hook.c.merchant_id == merchant, _hook.c.removed_at.is_(None), *page.after(_hook.c.id))
    query = select(_hook).where(*mine).order_by(_hook.c.id.desc()).limit(page.rows)
    rows = connected.connection.execute(query).all()
    return tuple(map(_hook_view, page.take(rows, lambda row: (row.id,))))


def find_deliveries(connected: Connected, merchant: int, page: Paging) -> tuple[shown.Delivery, ...]:
    """A page of the log, the latest first."""
    query = _select_log(merchant).where(*page.after(_delivery.c.id)).order_by(_delivery.c.id.desc())
    rows = connected.connection.execute(query.limit(page.rows)).all()
    return tuple(map(_delivery_view, page.take(rows, lambda row: (row.id,))))


def _select_log(merchant: int) -> Any:
    query = select(_delivery, _hook.c.public_id.label("hook"), _hook.c.url, _hook.c.removed_at)
    return query.join(_hook, _hook.c.id == _delivery.c.hook_id).where(_delivery.c.merchant_id == merchant)


def _hook_view(row: AnyRow) -> shown.Hook:
    events = tuple(json.loads(row.events))
    return shown.Hook(row.public_id, row.url, events, row.version, aware(row.created_at), row.handed)


def _delivery_view(row: AnyRow) -> shown.Delivery:
    again = aware_or_none(row.next_at)
    times = (aware(row.created_at), again)
    return shown.Delivery(
        *(row.public_id, row.hook, row.url, row.event, row.state, row.attempts, row.status, row.error, *times)
    )
