"""Facts leave after the commit that made them true, in order, at least once.

A batch writes its facts as one row per merchant. When all of them were told - a receiver that has to wait, for a bus
that is down, says so with a future - a later batch deletes the row; a crash in between leaves it, and the next start
tells its facts again. `node` is whose rows they are: on a shared store each node tells its own, says every
TEND_MS that they still have it, and takes over those that nobody spoke for in ORPHAN_MS. A node is the same over
restarts, so what a crash left is told as soon as it is back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import cache
from logging import getLogger
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, Delete, delete, select, update

from commerce.commands.tending import TendOutbox
from commerce.events import Fact, PinChanged, SaleChanged, ShelfChanged, StockChanged, from_json, to_json
from commerce.programs.hooks import write_deliveries
from commerce.store import tables
from commerce.store.among import among
from commerce.store.bulk import insert_rows
from commerce.store.ids import public_id
from commerce.store.reading import Reading
from commerce.store.unit import Unit

TEND_MS = 10_000
ORPHAN_MS = 30_000
ADOPTED_MAX = 1_000
NOBODY = ""  # in place of a node
NODE_FILE = "node"
OnFact = Callable[[Fact], "asyncio.Future[None] | None"]  # a future: it is told when that is done
Row = tuple[int, list[Fact]]
log = getLogger("fenbo.commerce")


def node_name(data_dir: Path) -> str:
    """Who this node is: made at its first start, then read from its data directory. Blocks."""
    file = data_dir / NODE_FILE
    try:
        found = file.read_text("ascii").strip()
    except FileNotFoundError:
        found = ""
    if not found:  # a crash can leave an empty file, never half a name: it is moved into place
        found = public_id()
        fresh = file.with_name(f"{NODE_FILE}.{found}")
        fresh.write_text(found + "\n", "ascii")
        fresh.replace(file)
    return found


def write_facts(unit: Unit, node: str) -> list[Row]:
    """The batch's facts into the outbox; answers the rows, in the order of their merchants' first facts."""
    unit.facts.extend(StockChanged(merchant, sku, free) for (merchant, sku), free in unit.free_by_sku.items())
    unit.facts.extend(SaleChanged(*about, left) for about, left in unit.left_by_sale.items())
    write_deliveries(unit, unit.facts)
    by_merchant: dict[int, list[Fact]] = {}
    for fact in unit.facts:
        by_merchant.setdefault(fact.merchant, []).append(fact)
    rows = [
        {"id": unit.new_id(), "merchant_id": merchant, "node": node, "facts": to_json(facts), "at": unit.now}
        for merchant, facts in by_merchant.items()
    ]
    insert_rows(unit.connection, tables.outbox, rows)
    return [(int(str(row["id"])), facts) for row, facts in zip(rows, by_merchant.values(), strict=True)]


@cache
def _forgetting() -> Delete:
    return delete(tables.outbox).where(among(tables.outbox.c.id, "told"))


def forget_told(connection: Connection, told: list[int]) -> None:
    """Deletes rows whose facts were told."""
    if told:
        connection.execute(_forgetting(), {"told": told})


def adopt(connection: Connection, node: str, now: int, *, all_nodes: bool) -> list[Row]:
    """At a node's start, what nobody has told: its own from before a crash, orphans of others (or all of others).

    Of very many the first; the others are left to be found as orphans.
    """
    table = tables.outbox
    mine = table.c.node == node
    if all_nodes:
        connection.execute(update(table).values(node=node))
    found = _take(connection, mine | (table.c.at < now - ORPHAN_MS), node, now)
    if len(found) == ADOPTED_MAX:
        connection.execute(update(table).where(mine, table.c.id > found[-1][0]).values(node=NOBODY))
    return found


def wants_tending(reading: Reading, node: str) -> bool:
    """Whether a row of the node's has not been spoken for lately, or one of another's not for too long."""
    table = tables.outbox
    mine = (table.c.node == node) & (table.c.at <= reading.now - TEND_MS)
    query = select(table.c.id).where(mine | (table.c.at < reading.now - ORPHAN_MS)).limit(1)
    return reading.connection.execute(query).first() is not None


def tend_outbox(unit: Unit, command: TendOutbox) -> int:
    """Says that the node's rows still have it, and takes over orphans; answers how many of those."""
    table, connection = tables.outbox, unit.connection
    connection.execute(update(table).where(table.c.node == command.node).values(at=unit.now))
    found = _take(connection, table.c.at < unit.now - ORPHAN_MS, command.node, unit.now)
    unit.adopted += found
    return len(found)


def _take(connection: Connection, which: ColumnElement[bool], node: str, now: int) -> list[Row]:
    """The oldest of those rows, the node's from now on."""
    table = tables.outbox
    query = select(table.c.id, table.c.facts).where(which).order_by(table.c.id).limit(ADOPTED_MAX)
    rows = connection.execute(query.with_for_update(skip_locked=True)).all()
    connection.execute(update(table).where(table.c.id.in_([row.id for row in rows])).values(node=node, at=now))
    return [(row.id, [_of_now(fact) for fact in from_json(row.facts)]) for row in rows]


def _of_now(fact: Fact) -> Fact:
    """What said how goods stood then is told as they stand now: since then others may have told of what came later."""
    match fact:
        case StockChanged() | SaleChanged():
            return ShelfChanged(fact.merchant, "")
        case PinChanged():
            return ShelfChanged(fact.merchant, fact.show)
        case _:
            return fact


def tell(row: Row, on_fact: OnFact, told: Callable[[int], None]) -> None:
    """Hands facts on, and the row's key to `told` when all of them were told, which may be now.

    A receiver that fails is logged, and neither stops the others nor is asked again.
    """
    later = []
    for fact in row[1]:
        try:
            waits = on_fact(fact)
        except Exception:
            log.exception("a receiver of %s failed", type(fact).__name__)
            continue
        if waits is not None and not waits.done():
            later.append(waits)
    if later:
        asyncio.gather(*later).add_done_callback(lambda whole: None if whole.cancelled() else told(row[0]))
    else:
        told(row[0])
