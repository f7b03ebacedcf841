"""What another plan would change: it is tried on the latest orders as they were assessed. Nothing is written."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from commerce.attribution import LockRule
from commerce.commission import Plan, commission, read_sale
from commerce.earning.plans import lowers, plan_in_force
from commerce.store import tables
from commerce.store.reading import Reading

ORDERS_MAX = 500


@dataclass(frozen=True, slots=True)
class Preview:
    """Of so many orders: what they pay by the plan in force, and what they would pay. `lowers`: needs its notice."""

    lowers: bool
    orders: int
    now_minor: int
    then_minor: int


def preview(reading: Reading, merchant: int, plan: Plan) -> Preview:
    """The latest 500 orders under both plans."""
    row = reading.connection.execute(
        select(tables.merchant.c.lock_rule).where(tables.merchant.c.id == merchant)
    ).scalar_one()
    rule = LockRule.parse(row)
    table = tables.assessment
    query = select(table.c.sale).where(table.c.merchant_id == merchant).order_by(table.c.order_id.desc())
    sales = [read_sale(sale) for sale in reading.connection.execute(query.limit(ORDERS_MAX)).scalars()]
    before = plan_in_force(reading, merchant).plan
    sums = [
        sum(line.amount_minor for sale in sales for line in commission(each, sale))
        for each in (found.under(rule.max_paid_levels, rule.cap_ppm) for found in (before, plan))
    ]
    return Preview(lowers(before, plan), len(sales), *sums)
