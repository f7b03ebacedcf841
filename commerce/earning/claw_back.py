"""What refunds take back of an order's lines (MONEY section 5): a line follows the goods that it was earned with.

Whoever earned with the tea gives back nothing because the cup was returned. What names no goods, a sum or a
chargeback, is spread over all that no refund has named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Exists, ScalarSelect, case, func, select

from commerce.attribution import LockRule
from commerce.commission import Plan, claw_back
from commerce.money import PPM, share, split
from commerce.store import tables
from commerce.store.bulk import Row
from commerce.store.reading import AnyRow, Connected

REINSTATED = "reinstated"  # a chargeback that the merchant has won: of what was given back it is nothing


@dataclass(frozen=True, slots=True)
class GivenBack:
    """All refunds of an order so far, in minor units; by SKU (public id) what was paid for it, and what of that was
    named by refunds.
    """

    total_minor: int
    refunded_minor: int
    by_sku: Mapping[str, tuple[int, int]]

    def of(self, sku: str) -> tuple[int, int]:
        """Refunded and base, whose quotient is the part of the SKU's price that was given back.

        Both depend on sums only, so the order of refunds does not matter.
        """
        paid, named = self.by_sku.get(sku, (0, 0))
        left = self.total_minor - self.refunded_minor
        unnamed = max(left, self.total_minor - sum(each for _, each in self.by_sku.values()))
        if not (paid and unnamed):
            return self.refunded_minor, self.total_minor
        return paid * unnamed - (paid - named) * left, paid * unnamed


def given_back(connected: Connected, order: AnyRow, refunded_minor: int) -> GivenBack:
    """`order` is its row; refunds have given back so much of it, the one that is being booked with them.

    Without what banks gave back, whatever it named.
    """
    line, sku, back, refund = tables.order_line, tables.sku, tables.refund_line, tables.refund
    theirs = select(func.coalesce(func.sum(back.c.amount_minor), 0)).join(refund, refund.c.id == back.c.refund_id)
    named = theirs.where(back.c.line_id == line.c.id, refund.c.state != REINSTATED).scalar_subquery()
    query = select(sku.c.public_id, func.sum(line.c.amount_minor), func.sum(named))
    query = query.join(sku, sku.c.id == line.c.sku_id).where(line.c.order_id == order.id).group_by(sku.c.public_id)
    found = {str(public): (int(paid), int(of)) for public, paid, of in connected.connection.execute(query)}
    won = select(won_back(tables.orders.c.id)).where(tables.orders.c.id == order.id)
    refunded = refunded_minor - int(connected.connection.execute(won).scalar_one())
    return GivenBack(order.total_minor, refunded, {key: (paid, min(paid, of)) for key, (paid, of) in found.items()})


def won_back(order: ColumnElement[int]) -> ScalarSelect[int]:
    """Of an order (row): what banks took of it and gave back, less what they took beyond it and have."""
    refund = tables.refund.c
    net = func.sum(case((refund.state == REINSTATED, refund.amount_minor), else_=-refund.beyond_minor))
    query = select(case((net > 0, net), else_=0)).where(refund.order_id == order)
    return query.correlate(tables.orders).scalar_subquery()


def at_bank(order: ColumnElement[int]) -> Exists:
    """Of an order (row): whether money of it was charged back and was not won, so far."""
    refund = tables.refund.c
    taken = (refund.order_id == order, refund.kind == "chargeback", refund.state != REINSTATED)
    return select(refund.id).where(*taken).exists()


def dues(lines: Sequence[Row], back: GivenBack, cap_ppm: int) -> dict[int, int]:
    """What each line (row) gives back now, where that is anything; what is left of all stays within the cap of what is
    left of the money. Less than nothing is nothing: its credit has moved to another line, whole.
    """
    found: dict[int, int] = {}
    for line in lines:
        refunded, base = back.of(line["sku"])
        due = claw_back(line["amount_minor"], base, refunded, line["clawed_minor"])
        found[line["id"]] = max(0, due)
    left = {line["id"]: line["amount_minor"] - line["clawed_minor"] - found[line["id"]] for line in lines}
    over = sum(left.values()) - share(back.total_minor - back.refunded_minor, cap_ppm)
    if over > len(lines):  # each is rounded by itself, so it may be a minor unit over its own
        parts = split(over, {f"{key:020}": minor for key, minor in left.items()})
        found = {key: due + parts[f"{key:020}"] for key, due in found.items()}
    return {key: due for key, due in found.items() if due}


def again(lines: Sequence[Row], back: GivenBack, cap_ppm: int) -> dict[int, int]:
    """What each line (row) has too little of, where that is anything, now that money has come back; within the cap."""
    found: dict[int, int] = {}
    for line in lines:
        refunded, base = back.of(line["sku"])
        found[line["id"]] = max(0, -claw_back(line["amount_minor"], base, refunded, line["clawed_minor"]))
    left = {line["id"]: line["amount_minor"] - line["clawed_minor"] + found[line["id"]] for line in lines}
    over = sum(left.values()) - share(back.total_minor - back.refunded_minor, cap_ppm)
    if over > sum(1 for minor in left.values() if minor) and any(found.values()):
        parts = split(min(over, sum(found.values())), {f"{key:020}": minor for key, minor in found.items()})
        found = {key: minor - parts[f"{key:020}"] for key, minor in found.items()}
    return {key: minor for key, minor in found.items() if minor}


def cap_of(connected: Connected, order: AnyRow) -> int:
    """Parts per million: the cap that an order was placed under, the narrower of its lock's and its plan's."""
    lock, plan, assessed = tables.lock_rule.c, tables.commission_plan.c, tables.assessment.c
    under = select(assessed.plan_hash).where(assessed.order_id == order.id).scalar_subquery()
    # Versions that are alike have one digest.
    by_lock = (
        select(lock.canonical).where(lock.merchant_id == order.merchant_id, lock.digest == order.rule_hash).limit(1)
    )
    by_plan = select(plan.canonical).where(plan.merchant_id == order.merchant_id, plan.digest == under).limit(1)
    rule, found = connected.connection.execute(select(by_lock.scalar_subquery(), by_plan.scalar_subquery())).one()
    caps = [PPM if rule is None else LockRule.parse(rule).cap_ppm, PPM if found is None else Plan.parse(found).cap_ppm]
    return min(caps)
