"""What stands apart of a line: clawed back while a bank had its money, so it is a receivable and not less of the line.

When that bank then says no, the money is still the party's and the receivable still stands against it; the line lives
on until a settlement or a retry nets the one with the other, even if nothing else is left of it.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, ScalarSelect, func, select

from commerce.store import tables
from commerce.store.among import among
from commerce.store.bulk import Row
from commerce.store.unit import Unit


def apart(unit: Unit, lines: Sequence[Row]) -> dict[int, int]:
    """Minor units by line (row), of those lines of which any stand apart."""
    if not lines:
        return {}
    table = tables.receivable.c
    query = select(table.line_id, func.sum(table.amount_minor)).where(among(table.line_id, "lines"))
    found = unit.connection.execute(query.group_by(table.line_id), {"lines": [line["id"] for line in lines]})
    return {key: int(minor) for key, minor in found}


def owed_now() -> ScalarSelect[int]:
    """What `still_owed` says of the lines that a settlement would pay, beside the settlement's row."""
    line = tables.commission_line.c
    mine = (line.settlement_id == tables.settlement.c.id, line.state == "matured")
    found = select(func.coalesce(func.sum(left_of_line()), 0)).where(*mine)
    return found.correlate(tables.settlement).scalar_subquery()


def left_of_line() -> ColumnElement[int]:
    """The same of a line that no bank has, beside its row."""
    line, receivable = tables.commission_line.c, tables.receivable.c
    stands = select(func.sum(receivable.amount_minor)).where(receivable.line_id == line.id)
    return line.amount_minor - line.clawed_minor + func.coalesce(stands.scalar_subquery(), 0)


def still_owed(unit: Unit, lines: Sequence[Row]) -> int:
    """What is left of lines, in minor units; what stands apart of them is not taken off them as well."""
    left = sum(int(line["amount_minor"] - line["clawed_minor"]) for line in lines)
    return left + sum(apart(unit, lines).values())
