"""The checkout as it was before it knew of money: no attribution, no commission, no ledger, no log. For benches only.

`python -m bench.moneyless demo ...` is `fenbo demo ...` without them; what money costs is the difference.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from commerce import writer
from commerce.attribution import Decision
from commerce.commission import Plan, Sale
from commerce.earning import plans
from commerce.earning.assess import Assessed
from commerce.order import gather, place, rows
from commerce.store import tables
from commerce.store.bulk import insert_rows
from commerce.visits import Place, Tenant

NOTHING = Assessed(Sale((), "", "", {}, {}), "", None, ())
OF_MONEY = (tables.assessment, tables.commission_line)


def _of_the_room(_checkout: place.Checkout, where: Place, *_: Any, **__: Any) -> tuple[Decision, str]:
    return Decision(where.channel, "house"), "{}"


def _assess(*_: Any) -> Assessed:
    return NOTHING


def _nothing(*_: Any, **__: Any) -> dict[Any, Any]:
    return {}


def _no_plans(_: Any, tenants: Collection[Tenant]) -> dict[int, tuple[Plan, str]]:
    return {tenant.id: (plans.NOTHING, "") for tenant in tenants}


def _insert(connection: Any, table: Any, found: Any) -> None:
    if table not in OF_MONEY:
        insert_rows(connection, table, found)


@contextmanager
def without_money() -> Iterator[None]:
    """Inside, checkouts of this process are without."""
    with ExitStack() as stack:
        for owner, name, instead in (
            (place.Checkout, "_owner", _of_the_room),
            (place.Checkout, "_assess", _assess),
            (gather, "find_held", _nothing),
            (gather, "find_first_purchases", _nothing),
            (gather, "_find_touches", _nothing),
            (gather, "find_ties", _nothing),
            (gather, "find_plans", _no_plans),
            (rows, "log_placed", _nothing),
            (rows, "assessment_row", _nothing),
            (rows, "insert_rows", _insert),
            (writer, "write_log", _nothing),
        ):
            stack.enter_context(patch.object(owner, name, instead))
        yield


def main() -> None:
    from signaling.__main__ import main as run  # noqa: PLC0415 - after the patches

    with (
        without_money(),
        patch("signaling.demo.SERVER", "bench.moneyless"),
    ):  # the demo's server is a process of its own
        run()


if __name__ == "__main__":
    sys.exit(main())
