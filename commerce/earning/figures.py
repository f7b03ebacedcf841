"""What HQ looks at: commission by its state, sales by channel and day, and what parties owe."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from commerce.checks import number
from commerce.directory.merchants import find_merchant
from commerce.earning.apart import left_of_line
from commerce.earning.claims import PAID_OUT
from commerce.earning.waiting import BY_RULE
from commerce.order.states import PAID
from commerce.store import tables
from commerce.store.reading import Reading
from commerce.times import to_ms

DAYS_MAX = 92
CHANNELS_SHOWN = 5
RECEIVABLES_MAX = HELD_MAX = 200


@dataclass(frozen=True, slots=True)
class Figures:
    """`commission`: what parties have of all lines, by state (`due`). `sales`: of each day, minor units, by `channels`.

    `channels` are the five that sold most in these days, as (public id, name); the last of each day is all others.
    """

    commission: dict[str, int]
    owed_minor: int
    channels: tuple[tuple[str, str], ...]
    sales: tuple[tuple[date, tuple[int, ...]], ...]


def figures(reading: Reading, merchant: int, days: int = 30) -> Figures:
    """The last `days` days in the merchant's time zone, today included; 1 to 92."""
    number("days", days, 1, DAYS_MAX)
    owing = tables.receivable.c
    owed = select(func.coalesce(func.sum(owing.amount_minor - owing.settled_minor), 0))
    owed = owed.where(owing.merchant_id == merchant, owing.state == "receivable")
    by_day = _sales(reading, merchant, days)
    totals: Counter[int] = Counter()
    for _, sums in by_day:
        totals.update(sums)
    top = [channel for channel, _ in totals.most_common(CHANNELS_SHOWN)]
    return Figures(
        {state: minor for (state,), minor in due(reading, merchant).items()},
        int(reading.connection.execute(owed).scalar_one()),
        _names(reading, top),
        tuple(
            (day, (*(sums[one] for one in top), sums.total() - sum(sums[one] for one in top))) for day, sums in by_day
        ),
    )


def due(
    reading: Reading, merchant: int, by: Sequence[str] = ("state",), parties: Collection[str] | None = None
) -> dict[tuple[str, ...], int]:
    """What parties (None: all) have of their lines in minor units, by these columns of the lines.

    That is what is left of them, and what stands apart of those that no bank has (apart.py): the ledger has it as
    theirs, and as owed by them.
    """
    line, owing = tables.commission_line.c, tables.receivable
    columns = [line[name] for name in by]
    mine = [line.merchant_id == merchant, *([] if parties is None else [line.party.in_(parties)])]
    left = select(*columns, func.sum(line.amount_minor - line.clawed_minor)).where(*mine)
    kept = select(*columns, func.sum(owing.c.amount_minor)).join(owing, owing.c.line_id == line.id)
    kept = kept.where(*mine, line.state.not_in(PAID_OUT), owing.c.merchant_id == merchant)
    found: Counter[tuple[str, ...]] = Counter()
    for query in (left, kept):
        for *of, minor in reading.connection.execute(query.group_by(*columns)):
            found[tuple(of)] += int(minor)
    return dict(sorted(found.items()))


def _sales(reading: Reading, merchant: int, days: int) -> list[tuple[date, Counter[int]]]:
    """What was paid, less refunds, by owning channel, for each day: a day is 23 or 25 hours long twice a year."""
    zone, order = ZoneInfo(find_merchant(reading, merchant).timezone), tables.orders.c
    today = datetime.fromtimestamp(reading.now / 1000, zone).date()
    paid = func.sum(order.total_minor - order.refunded_minor)
    found = []
    for day in (today - timedelta(days=back) for back in reversed(range(days))):
        start, end = _midnight(day, zone), _midnight(day + timedelta(days=1), zone)
        query = select(order.owner_channel_id, paid).where(order.merchant_id == merchant, order.state.in_(PAID))
        query = query.where(order.created_at >= start, order.created_at < end).group_by(order.owner_channel_id)
        rows = reading.connection.execute(query)
        found.append((day, Counter({channel: int(minor) for channel, minor in rows})))
    return found


def _midnight(day: date, zone: ZoneInfo) -> int:
    return to_ms(datetime.combine(day, time(), zone).astimezone(UTC))


def _names(reading: Reading, channels: list[int]) -> tuple[tuple[str, str], ...]:
    table = tables.channel
    query = select(table.c.id, table.c.public_id, table.c.name).where(table.c.id.in_(channels))
    rows = {row.id: (row.public_id, row.name) for row in reading.connection.execute(query)}
    return tuple(rows[channel] for channel in channels)


def receivables(reading: Reading, merchant: int, only: str | None = None) -> tuple[dict[str, object], ...]:
    """What was paid out and then refunded: what is still owed first, then the latest; at most 200; `only` that one."""
    table, line, order = tables.receivable, tables.commission_line, tables.orders
    names = ("party", "amount_minor", "settled_minor", "currency", "state", "reason", "at")
    query = (
        select(table.c.public_id.label("receivable"), *(table.c[name] for name in names))
        .add_columns(order.c.public_id.label("order"))
        .join(line, line.c.id == table.c.line_id)
        .outerjoin(order, order.c.id == line.c.order_id)
        .where(table.c.merchant_id == merchant)
        .order_by(table.c.state != "receivable", table.c.id.desc())
        .limit(RECEIVABLES_MAX)
    )
    query = query if only is None else query.where(table.c.public_id == only)
    return tuple(dict(row._mapping) for row in reading.connection.execute(query))


@dataclass(frozen=True, slots=True)
class HeldEarnings:
    """What one party has that waits for one reason. `by_hand`: it goes on when somebody says so."""

    party: str
    reason: str
    by_hand: bool
    lines: int
    left_minor: int
    currency: str


def held_earnings(reading: Reading, merchant: int) -> tuple[HeldEarnings, ...]:
    """Those by hand first, then the most; at most 200."""
    line = tables.commission_line.c
    query = select(line.party, line.reason, func.count(), func.sum(left_of_line()), line.currency)
    query = query.where(line.merchant_id == merchant, line.state == "held")
    rows = reading.connection.execute(query.group_by(line.party, line.reason, line.currency)).all()
    found = [
        HeldEarnings(party, reason, not reason.startswith(BY_RULE), count, int(minor), currency)
        for party, reason, count, minor, currency in rows
    ]
    return tuple(sorted(found, key=lambda each: (not each.by_hand, -each.left_minor, each.party))[:HELD_MAX])
