"""The ledger in the store. The rules are ledger.py's; here is what keeps a transfer and what adds them up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import CompoundSelect, bindparam, func, select, union, union_all

from commerce.errors import Conflict
from commerce.ledger import CREATED, EXISTS, Ledger, Transfer
from commerce.store import tables
from commerce.store.among import among
from commerce.store.bulk import insert_rows
from commerce.store.reading import Connected
from commerce.store.unit import Unit

PAGE = 200


@cache
def _select_known() -> CompoundSelect[*tuple[Any, ...]]:
    """Transfers of those names and what resolves them, each found by its own index (an OR would walk through all)."""
    table = tables.transfer
    mine = table.c.merchant_id == bindparam("merchant")
    named = select(table.c.id, *_columns()).where(mine, among(table.c.name, "names"))
    resolving = select(table.c.id, *_columns()).where(mine, among(table.c.resolves, "names"))
    return union(named, resolving).order_by("id")


def _columns() -> list[Any]:
    """In the order of Transfer."""
    names = ("name", "debit", "credit", "amount_minor", "currency", "entry", "pending", "resolves", "void")
    return [tables.transfer.c[name] for name in names]


def post(unit: Unit, merchant: int, transfers: Sequence[Transfer]) -> None:
    """Records linked transfers: all or none. What is there already is no news; Conflict names anything else."""
    if not transfers:
        return
    names = {transfer.id for transfer in transfers}
    names |= {transfer.resolves for transfer in transfers if transfer.resolves is not None}
    rows = unit.connection.execute(_select_known(), {"merchant": merchant, "names": list(names)})
    results = Ledger(Transfer(*row) for _, *row in rows).record(transfers)
    wrong = [result for result in results if result not in (CREATED, EXISTS)]
    if wrong:
        raise Conflict("transfer", next((result for result in wrong if result != "linked_failed"), wrong[0]))
    pairs = zip(transfers, results, strict=True)
    insert_rows(
        unit.connection,
        tables.transfer,
        [_row(unit, merchant, transfer) for transfer, result in pairs if result == CREATED],
    )


def _row(unit: Unit, merchant: int, transfer: Transfer) -> dict[str, Any]:
    return {
        "id": unit.new_id(),
        "merchant_id": merchant,
        "name": transfer.id,
        "debit": transfer.debit,
        "credit": transfer.credit,
        "amount_minor": transfer.amount_minor,
        "currency": transfer.currency,
        "entry": transfer.entry,
        "pending": transfer.pending,
        "resolves": transfer.resolves,
        "void": transfer.void,
        "at": unit.now,
    }


def balances(connected: Connected, merchant: int) -> dict[tuple[str, str], int]:
    """What stands on each (account, currency), added up by the database: credits less debits of what was posted."""
    table = tables.transfer
    posted = (table.c.merchant_id == merchant, table.c.pending.is_(False), table.c.void.is_(False))
    sides = union_all(
        select(table.c.credit.label("account"), table.c.currency, table.c.amount_minor.label("minor")).where(*posted),
        select(table.c.debit, table.c.currency, -table.c.amount_minor).where(*posted),
    ).subquery()
    query = select(sides.c.account, sides.c.currency, func.sum(sides.c.minor)).group_by(
        sides.c.account, sides.c.currency
    )
    rows = connected.connection.execute(query)
    return {(account, currency): int(minor) for account, currency, minor in rows if minor}


def transfers(connected: Connected, merchant: int) -> Iterator[Transfer]:
    """All transfers in their order, a page in memory at a time."""
    query = select(*_columns()).where(tables.transfer.c.merchant_id == merchant).order_by(tables.transfer.c.id)
    for row in connected.connection.execute(query, execution_options={"yield_per": PAGE}):
        yield Transfer(*row)


def replayed(found: Iterator[Transfer]) -> dict[tuple[str, str], int]:
    """The balances that follow from transfers one after the other, without keeping them."""
    sums: dict[tuple[str, str], int] = {}
    for transfer in found:
        if transfer.pending or transfer.void:
            continue
        for account, sign in ((transfer.debit, -1), (transfer.credit, 1)):
            key = (account, transfer.currency)
            sums[key] = sums.get(key, 0) + sign * transfer.amount_minor
    return {key: minor for key, minor in sums.items() if minor}
