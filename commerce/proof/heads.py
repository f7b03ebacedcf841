"""Signed heads: at least one a minute while a log grows, and one whenever a statement is asked for."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, func, insert, select, text

from commerce.commands.earning import RotateLogKey, SignHeads
from commerce.errors import NotFound
from commerce.proof.entry import Head, Leaf, channel_party
from commerce.proof.kept_ends import move_ends
from commerce.proof.log import Appender, thaw
from commerce.proof.signing import Signer
from commerce.store import tables
from commerce.store.reading import AnyRow, Connected
from commerce.store.unit import Unit

EVERY_MS = 55_000  # whoever looks once a second, and waits for the writer, signs within the minute


def sign_heads(unit: Unit, command: SignHeads, signer: Signer) -> int:
    """A head for each log that has grown since its last one, or whose last one is by an older key; answers how many."""
    _tell_key(unit, command, signer)
    logs = [row for row in _grown(unit) if command.merchant in (None, row.merchant_id)]
    for row in logs:
        root, ends = thaw(row.size, row.frontier).root(), move_ends(unit, (row.merchant_id, row.log)).root()
        head = Head(row.public_id, row.log, row.size, root, unit.now, signer.kid, ends)
        place = {"merchant_id": row.merchant_id, "log": head.log, "size": head.size, "root": root, "ends": ends}
        signed = {"at": head.at, "kid": head.kid, "signature": signer.sign(head.encode())}
        unit.connection.execute(insert(tables.log_head), place | signed)
    return len(logs)


def rotate_log_key(unit: Unit, command: RotateLogKey, signer: Signer) -> str:  # noqa: ARG001 - it has no fields
    """After this batch another key signs, endorsed by the last. Other nodes sign with theirs until they start again."""
    return signer.rotate(unit)


def _tell_key(unit: Unit, command: SignHeads, signer: Signer) -> None:
    """A log whose end an older key has signed grows by a leaf that names the new one. A head is never signed again, and
    no key endorses the one before it: whoever is handed the newest could check nothing before the next sale.
    """
    channel, place = tables.channel, _signed_before(signer.kid)
    query = place.join(channel, channel.c.merchant_id == tables.log_sequencer.c.merchant_id)
    query = query.add_columns(channel.c.public_id).where(text("channel.house"))
    for merchant, house in unit.connection.execute(query.order_by(channel.c.merchant_id)).all():
        if command.merchant in (None, merchant):
            body = {"kid": signer.kid, "public": signer.public().hex()}
            Appender(unit, merchant).append([Leaf(merchant, channel_party(house), "key", body)])


def _signed_before(kid: str) -> Select[*tuple[Any, ...]]:
    """Merchants at the end of whose newest log is a head by a key that is older than this one."""
    table, head, key = tables.log_sequencer, tables.log_head, tables.log_key
    mine = (head.c.merchant_id == table.c.merchant_id, head.c.log == table.c.log, head.c.size == table.c.size)
    query = select(table.c.merchant_id).join(head, and_(*mine)).join(key, key.c.kid == head.c.kid)
    made = select(key.c.created_at).where(key.c.kid == kid).correlate(None).scalar_subquery()
    return query.where(_is_newest(table), key.c.created_at < made)


def _grown(connected: Connected) -> list[AnyRow]:
    """The newest logs that are longer than their last head."""
    return list(connected.connection.execute(_longer().with_for_update(of=tables.log_sequencer)))


def _longer() -> Select[*tuple[Any, ...]]:
    table, head = tables.log_sequencer, tables.log_head
    signed = select(func.coalesce(func.max(head.c.size), 0)).where(
        head.c.merchant_id == table.c.merchant_id, head.c.log == table.c.log
    )
    query = select(table, tables.merchant.c.public_id).join(
        tables.merchant, tables.merchant.c.id == table.c.merchant_id
    )
    return query.where(_is_newest(table), table.c.size > signed.scalar_subquery())


def _is_newest(table: Table) -> ColumnElement[bool]:
    """An older log was another installation's, whose key alone can sign it: nothing of it is ever due here."""
    later = table.alias("later")
    newest = select(func.max(later.c.log)).where(later.c.merchant_id == table.c.merchant_id).scalar_subquery()
    return table.c.log == newest


def all_is_signed(connected: Connected) -> bool:
    """Whether of every fact of the newest logs a head speaks."""
    return connected.connection.execute(_longer().limit(1)).first() is None


def heads_are_due(connected: Connected) -> bool:
    """Whether any newest log has facts that no head speaks of, and has had no head for almost a minute."""
    table, head = tables.log_sequencer, tables.log_head
    mine = (head.c.merchant_id == table.c.merchant_id, head.c.log == table.c.log)
    last = select(head.c.size, head.c.at).where(*mine).order_by(head.c.size.desc()).limit(1)
    size, at = (last.with_only_columns(column).scalar_subquery() for column in (head.c.size, head.c.at))
    waits = func.coalesce(at, 0) <= connected.now - EVERY_MS
    query = select(table.c.log).where(_is_newest(table), table.c.size > func.coalesce(size, 0), waits).limit(1)
    return connected.connection.execute(query).first() is not None


def signed_logs(connected: Connected, merchant: int) -> list[int]:
    """A merchant's logs that have a head, the newest first: each time he arrived elsewhere another one began."""
    table = tables.log_sequencer
    logs = connected.connection.execute(select(table.c.log).where(table.c.merchant_id == merchant)).scalars()
    head = tables.log_head
    signed = select(head.c.log).where(head.c.merchant_id == merchant)
    return [
        log
        for log in sorted(logs, reverse=True)
        if connected.connection.execute(signed.where(head.c.log == log).limit(1)).first() is not None
    ]


def last_head(connected: Connected, merchant: int, log: int | None = None) -> tuple[Head, bytes]:
    """The newest signed head of a log, or of the merchant's newest, and its signature; NotFound before the first."""
    table = tables.log_head
    query = select(table, tables.merchant.c.public_id).join(
        tables.merchant, tables.merchant.c.id == table.c.merchant_id
    )
    query = query.where(table.c.merchant_id == merchant).order_by(table.c.log.desc(), table.c.size.desc()).limit(1)
    query = query if log is None else query.where(table.c.log == log)
    row = connected.connection.execute(query).first()
    if row is None:
        raise NotFound("head", "nothing is signed yet")
    return read_row(row), row.signature


def read_row(row: AnyRow) -> Head:
    """A head out of its row, which has the merchant's public id."""
    return Head(row.public_id, row.log, row.size, row.root, row.at, row.kid, row.ends)
