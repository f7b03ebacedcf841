"""What another plan, or another lock, would change: it is tried on the latest orders. Nothing is written.

Another lock decides each order again from the inputs it was decided by: a customer keeps the binding that he had then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from sqlalchemy import select

from commerce.attribution import LockRule, credit, decide, read_inputs
from commerce.commission import Earner, Plan, Sale, commission, read_sale
from commerce.directory.levels import level_of
from commerce.directory.locks import lock_in_force
from commerce.directory.merchants import find_merchant
from commerce.earning.assess import party_of
from commerce.earning.locking import lock_counts_from, takes
from commerce.earning.plans import counts_from, lowers, plan_in_force
from commerce.store import tables
from commerce.store.reading import Reading

ORDERS_MAX = 500
PARTIES_MAX = 100


@dataclass(frozen=True, slots=True)
class Party:
    """What somebody earned from the orders that were tried, and would have."""

    party: str
    now_minor: int
    then_minor: int


@dataclass(frozen=True, slots=True)
class Preview:
    """Of so many orders: what they pay by the rules in force, and what they would pay.

    `lowers`: it needs its notice, and counts from `effective_at` (ms). `changed`: orders that would be another's.
    `parties`: whose sum changes, the largest change first, at most 100.
    """

    lowers: bool
    effective_at: int
    orders: int
    changed: int
    parties: tuple[Party, ...]
    now_minor: int
    then_minor: int


def preview(reading: Reading, merchant: int, plan: Plan) -> Preview:
    """The latest 500 orders under both plans; Invalid for a plan that could not be set."""
    plan.check_new()
    rule = lock_in_force(reading, merchant).rule
    sales = [sale for sale, _, _ in _tried(reading, merchant)]
    before = plan_in_force(reading, merchant).plan
    now, then = (_sums(_limited(each, rule), sales) for each in (before, plan))
    at, lowered = counts_from(reading, merchant, plan), lowers(before, plan, rule.cap_ppm)
    return _preview(now, then, len(sales), 0, at, lowered=lowered)


def preview_lock(reading: Reading, merchant: int, rule: LockRule) -> Preview:
    """The latest 500 orders under both locks, and the plan in force."""
    before = lock_in_force(reading, merchant).rule
    plan, zone = plan_in_force(reading, merchant).plan, ZoneInfo(find_merchant(reading, merchant).timezone)
    nodes = _nodes(reading, merchant)
    found = _tried(reading, merchant)
    moved = [
        _moved(sale, credit(rule, decide(rule, read_inputs(decision), zone).owner, room), rule, nodes)
        for sale, decision, room in found
    ]
    now = _sums(_limited(plan, before), [sale for sale, _, _ in found])
    then = _sums(_limited(plan, rule), moved)
    changed = sum(dict(sale.credited) != dict(other.credited) for (sale, _, _), other in zip(found, moved, strict=True))
    at, lowered = lock_counts_from(reading, merchant, rule), bool(takes(reading, merchant, rule))
    return _preview(now, then, len(found), changed, at, lowered=lowered)


def _tried(reading: Reading, merchant: int) -> list[tuple[Sale, str, int]]:
    """The sales as they were assessed, with the inputs of their decision and the room's channel, the latest first.

    Those of before the split of fixed sums are tried with it: the next order will have it.
    """
    table, order = tables.assessment, tables.orders
    query = select(table.c.sale, order.c.decision, order.c.room_channel_id).join(order, order.c.id == table.c.order_id)
    query = query.where(table.c.merchant_id == merchant).order_by(table.c.order_id.desc()).limit(ORDERS_MAX)
    found = reading.connection.execute(query)
    return [(replace(read_sale(sale), fixed_split=True), decision, room) for sale, decision, room in found]


def _limited(plan: Plan, rule: LockRule) -> Plan:
    return plan.under(rule.max_paid_levels, rule.cap_ppm)


def _sums(plan: Plan, sales: Iterable[Sale]) -> Counter[str]:
    found: Counter[str] = Counter()
    for sale in sales:
        for line in commission(plan, sale):
            found[party_of(line)] += line.amount_minor
    return found


Nodes = dict[int, tuple[Earner, ...]]


def _nodes(reading: Reading, merchant: int) -> Nodes:
    """Each channel and the one above it. Volumes are not known, so tiers begin at their lowest."""
    table = tables.channel
    query = select(table)
    rows = {row.id: row for row in reading.connection.execute(query.where(table.c.merchant_id == merchant))}
    paths = {key: [row, *([rows[row.parent_id]] if row.parent_id in rows else [])] for key, row in rows.items()}
    return {
        key: tuple(Earner(each.public_id, level_of(each, reading.now)) for each in path) for key, path in paths.items()
    }


def _moved(sale: Sale, shares: dict[int, int], rule: LockRule, nodes: Nodes) -> Sale:
    """The sale as it would have been credited. Whom the old lock credited too keeps his volume."""
    paths = {nodes[channel][0].channel: nodes[channel] for channel in shares}
    known = {channel: sale.paths[channel] for channel in paths if channel in sale.paths}
    credited = {nodes[channel][0].channel: ppm for channel, ppm in shares.items()}
    return replace(sale, credited=credited, paths=paths | known, self_purchase=rule.self_purchase)


def _preview(now: Counter[str], then: Counter[str], orders: int, changed: int, at: int, *, lowered: bool) -> Preview:
    found = [Party(party, now[party], then[party]) for party in sorted({*now, *then}) if now[party] != then[party]]
    found.sort(key=lambda each: -abs(each.then_minor - each.now_minor))
    return Preview(lowered, at, orders, changed, tuple(found[:PARTIES_MAX]), now.total(), then.total())
