"""Lines that wait: of a channel that is suspended, and of orders that are disputed (earning/waiting.py says which)."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import select

from commerce.commission import next_state
from commerce.directory.tree import channel_row
from commerce.earning.follow import keep_lines
from commerce.earning.told import line_body
from commerce.earning.waiting import SUSPENDED, waits
from commerce.proof.entry import Leaf, channel_party
from commerce.store import tables
from commerce.store.among import among
from commerce.store.bulk import Row
from commerce.store.unit import Unit


def hold_channel(unit: Unit, channel: int, reason: str) -> int:
    """All that a suspended channel has earned and not been sent yet; answers how many lines."""
    held = [line for line in _party_lines(unit, channel) if next_state(line["state"], "hold") is not None]
    for line in held:
        change_line(unit, line, "held", SUSPENDED + reason)
    keep_held(unit, held, "hold")
    return len(held)


def release_channel(unit: Unit, channel: int) -> int:
    """What waited for it alone goes on."""
    lines = [line for line in _party_lines(unit, channel) if line["state"] == "held"]
    held = [line for line in lines if line["reason"].startswith(SUSPENDED)]
    release_held(unit, held, "resumed")
    keep_held(unit, held, "release")
    return len(held)


def hold_waiting(unit: Unit, lines: Collection[Row]) -> None:
    """Those that came back from a bank and wait by rule by now."""
    waiting = waits(unit, lines)
    held = [line for line in lines if line["id"] in waiting]
    for line in held:
        change_line(unit, line, "held", waiting[line["id"]])
    keep_held(unit, held, "hold")


def _party_lines(unit: Unit, channel: int) -> list[Row]:
    row, table = channel_row(unit, channel), tables.commission_line
    mine = (table.c.merchant_id == row.merchant_id, table.c.party == channel_party(row.public_id))
    query = select(table).where(*mine).order_by(table.c.id).with_for_update()
    return [dict(found._mapping) for found in unit.connection.execute(query)]


def change_line(unit: Unit, line: Row, state: str, reason: str) -> None:
    """A later version of a line that no settlement has any more."""
    line |= {"state": state, "reason": reason, "version": line["version"] + 1, "changed_at": unit.now}
    line["settlement_id"] = None


def release_held(unit: Unit, lines: Collection[Row], reason: str, *, ended: str = "") -> None:
    """They go on where they were: matured if the after-sales window is over by now; or wait for something else.

    `ended`: the dispute that they wait for no longer.
    """
    over = _over(unit, {line["order_id"] for line in lines if line["order_id"] is not None})
    waiting = waits(unit, lines, ended=ended)
    for line in lines:
        if line["id"] in waiting:
            change_line(unit, line, "held", waiting[line["id"]])
        elif line["order_id"] is None or line["order_id"] in over:
            change_line(unit, line, "matured", reason)
            line["matured_at"] = unit.now
        else:
            change_line(unit, line, "frozen", reason)


def _over(unit: Unit, orders: Collection[int]) -> set[int]:
    """Nothing more is waited for: of an order that is refunded a line lives on only for what stands apart of it."""
    table = tables.orders.c
    query = select(table.id).where(among(table.id, "orders"), table.state.in_(("finished", "refunded")))
    return set(unit.connection.execute(query, {"orders": list(orders)}).scalars())


def keep_held(unit: Unit, lines: Iterable[Row], event: str) -> None:
    """Writes them and tells each party, order by order."""
    found = list(lines)
    keep_lines(unit, found)
    told: dict[tuple[int, str], list[Row]] = {}
    for line in found:
        told.setdefault((line["order_id"] or 0, line["party"]), []).append(line)
    for (order, party), mine in told.items():
        query = select(tables.orders.c.public_id).where(tables.orders.c.id == order)
        public = unit.connection.execute(query).scalar() or ""
        body = {"order": public, "event": event, "lines": [line_body(line) for line in mine]}
        unit.log(Leaf(mine[0]["merchant_id"], party, "commission", body))
