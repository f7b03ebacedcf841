"""What requests with an idempotency key were answered, so that the same request again does nothing and hears the same.

A request that was cut off in the middle - the node died after beginning it - leaves a row without an answer: nobody
knows whether it happened, so it is neither done again nor called done. Answers are kept for a day.
"""

from __future__ import annotations

from sqlalchemy import delete, insert, select, update

from commerce.commands import BeginAnswer, KeepAnswer
from commerce.errors import BodyDiffers, Conflict, NotFound
from commerce.programs import views as shown
from commerce.store import tables
from commerce.store.reading import Reading
from commerce.store.unit import Unit

KEPT_MS = 86_400_000
FIELD = "Idempotency-Key"
_table = tables.answered
_NAMED = {
    "room": (tables.room, tables.room.c.slug),
    "order": (tables.orders, tables.orders.c.public_id),
    "payment": (tables.payment, tables.payment.c.public_id),
    "case": (tables.aftersale, tables.aftersale.c.public_id),
}


def whose(reading: Reading, kind: str, name: str) -> int:
    """The key of the merchant whose room, order, payment or case it is; NotFound."""
    table, column = _NAMED[kind]
    found = reading.connection.execute(select(table.c.merchant_id).where(column == name)).scalar()
    if found is None:
        raise NotFound(kind, f"no such {kind}")
    return int(found)


def viewer_caller(viewer: str) -> str:
    """How a viewer is called among those who ask."""
    return f"viewer {viewer}"


def begin_answer(unit: Unit, command: BeginAnswer) -> shown.Answered | None:
    """What was answered before, or None: then the request is the caller's to do. BodyDiffers, Conflict."""
    unit.connection.execute(delete(_table).where(_table.c.at <= unit.now - KEPT_MS))
    mine = (_table.c.caller == command.caller, _table.c.idempotency_key == command.key)
    row = unit.connection.execute(select(_table).where(*mine)).first()
    if row is None:
        fresh = {"id": unit.new_id(), "merchant_id": command.merchant, "caller": command.caller, "at": unit.now}
        unit.connection.execute(insert(_table), fresh | {"idempotency_key": command.key, "digest": command.digest})
        return None
    if row.digest != command.digest:
        raise BodyDiffers(FIELD, row.digest, command.digest)
    if row.status is None:
        raise Conflict(FIELD, "the first request is under way or was cut off: look what became of it")
    if row.body is None:
        raise Conflict(FIELD, "this was done; its answer held a secret and is not kept")
    return shown.Answered(row.status, row.headers, row.body)


def keep_answer(unit: Unit, command: KeepAnswer) -> None:
    """The answer, or - where nothing was done - the key free again."""
    mine = (_table.c.caller == _called_now(unit, command.caller), _table.c.idempotency_key == command.key)
    found = command.answer
    if found is None:
        unit.connection.execute(delete(_table).where(*mine, _table.c.status.is_(None)))
        return
    values = {"status": found.status, "headers": found.content_type, "body": found.body}
    unit.connection.execute(update(_table).where(*mine).values(values))


def _called_now(unit: Unit, caller: str) -> str:
    """A viewer may have been renewed while he was answered, and his keys with him (customers.renewal)."""
    ended, prefix = tables.ended_viewer, viewer_caller("")
    if not caller.startswith(prefix):
        return caller
    query = select(ended.c.renewed).where(ended.c.viewer == caller.removeprefix(prefix))
    fresh = unit.connection.execute(query).scalar()
    return caller if fresh is None else viewer_caller(fresh)
