"""Facts leave after the commit that made them true, in order, at least once.

A batch writes its facts as one row per merchant. When they were told, a later batch deletes the rows; a crash in
between leaves them, and the next start tells them again. `node` is whose rows they are: on a shared store each node
tells its own, and takes over those that have lain there for longer than ORPHAN_MS because their node is gone. A node is
the same over restarts, so what a crash left is told as soon as it is back.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from logging import getLogger
from pathlib import Path

from sqlalchemy import Connection, Delete, delete, select, update

from commerce.events import Fact, SaleChanged, StockChanged, from_json, to_json
from commerce.programs.hooks import write_deliveries
from commerce.store import tables
from commerce.store.among import among
from commerce.store.bulk import insert_rows
from commerce.store.ids import public_id
from commerce.store.unit import Unit

ORPHAN_MS = 30_000
ADOPTED_MAX = 1_000
NODE_FILE = "node"
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


def write_facts(unit: Unit, node: str) -> list[int]:
    """The batch's facts into the outbox; answers the keys of their rows."""
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
    return [int(str(row["id"])) for row in rows]


@cache
def _forgetting() -> Delete:
    return delete(tables.outbox).where(among(tables.outbox.c.id, "told"))


def forget_told(connection: Connection, told: list[int]) -> None:
    """Deletes rows whose facts were told."""
    if told:
        connection.execute(_forgetting(), {"told": told})


def adopt(connection: Connection, node: str, now: int, *, all_nodes: bool) -> list[tuple[int, list[Fact]]]:
    """Rows that nobody has told: the node's own from before a crash, others' when they are orphans (or all of them)."""
    table = tables.outbox
    mine = table.c.node == node
    query = select(table.c.id, table.c.facts).order_by(table.c.id).limit(ADOPTED_MAX).with_for_update(skip_locked=True)
    rows = connection.execute(query if all_nodes else query.where(mine | (table.c.at < now - ORPHAN_MS))).all()
    connection.execute(update(table).where(table.c.id.in_([row.id for row in rows])).values(node=node, at=now))
    return [(row.id, from_json(row.facts)) for row in rows]


def tell(facts: list[Fact], on_fact: Callable[[Fact], None]) -> None:
    """Hands facts on; a receiver that fails is logged, and neither stops the others nor is asked again."""
    for fact in facts:
        try:
            on_fact(fact)
        except Exception:
            log.exception("a receiver of %s failed", type(fact).__name__)
