"""What must be true of a merchant at any moment (MONEY section 9), worked out here a second time from the bare rows."""

import json
from collections import Counter

from sqlalchemy import func, select

from commerce.attribution import LockRule
from commerce.books import balances
from commerce.commission import Plan
from commerce.money import PPM, share
from commerce.proof.heads import last_head
from commerce.proof.statement import head_consistency, head_json, keys_json, statement
from commerce.proof.verify import compare_heads, verify_statement
from commerce.store import tables
from commerce.store.tables import metadata


def rows(reading, table, merchant):
    return reading.connection.execute(select(table).where(table.c.merchant_id == merchant).order_by(table.c.id)).all()


def wrong_of(reading, merchant):
    """Everything that does not hold; asked as a question of the merchant's."""
    return [
        *_books(reading, merchant),
        *_orders(reading, merchant),
        *_restored(reading, merchant),
        *_stock(reading, merchant),
        *_returns(reading, merchant),
        *_strangers(reading, merchant),
        *_statements(reading, merchant),
    ]


def _books(reading, merchant):
    """All balances by replay are what the question answers; nothing hangs between the books and the bank."""
    sums = Counter()
    for row in rows(reading, tables.transfer, merchant):
        if not row.pending and not row.void:
            sums[row.debit, row.currency] -= row.amount_minor
            sums[row.credit, row.currency] += row.amount_minor
    replayed = {key: minor for key, minor in sums.items() if minor}
    if replayed != balances(reading, merchant):
        yield f"replayed: {replayed}"
    if sum(sums.values()):
        yield f"the ledger sums to {sum(sums.values())}"
    if sums["payout", "CNY"]:
        yield f"{sums['payout', 'CNY']} left in transit"
    sent = sum(row.amount_minor for row in rows(reading, tables.payout, merchant) if row.state == "confirmed")
    found = rows(reading, tables.transfer, merchant)
    left, back = ([row for row in found if row.name.startswith(name)] for name in ("left:", "back:"))
    if sum(row.amount_minor for row in left) - sum(row.amount_minor for row in back) != sent:
        yield f"{sent} was confirmed by the bank, other payouts are booked"


def _orders(reading, merchant):
    """One owner; what is left of all lines is within the cap of what is left of the money; two paid levels at most."""
    caps, won = _caps(reading, merchant), _won(reading, merchant)
    lines = {}
    for row in rows(reading, tables.commission_line, merchant):
        lines.setdefault(row.order_id, []).append(row)
    for order in rows(reading, tables.orders, merchant):
        mine, net = lines.get(order.id, []), order.total_minor - order.refunded_minor + max(0, won[order.id])
        live = [row for row in mine if row.state != "void"]
        left = sum(row.amount_minor - row.clawed_minor for row in live)
        if any(not 0 <= row.clawed_minor <= row.amount_minor for row in mine):
            yield f"order {order.id}: a line gave back more than it had"
        if left > share(net, caps[order.id]) + len(live):  # each line is rounded by itself
            yield f"order {order.id}: {left} of {net} go to others"
        paid = {(row.credited, row.sku, row.party) for row in live if row.kind == "order" and row.amount_minor}
        levels = Counter(key[:2] for key in paid)  # what is owed again is the same party's
        if max(levels.values(), default=0) > 2:
            yield f"order {order.id}: {levels}"
        if order.owner_channel_id is None:
            yield f"order {order.id}: nobody's"


def _won(reading, merchant):
    """Of each order what banks gave back, less what they took beyond it and have."""
    won = Counter()
    for row in rows(reading, tables.refund, merchant):
        won[row.order_id] += row.amount_minor if row.state == "reinstated" else -row.beyond_minor
    return won


def _restored(reading, merchant):
    """Each line that is owed again is for a chargeback that was won, once; no claim has more than it was."""
    refunds = {row.id: row for row in rows(reading, tables.refund, merchant)}
    lines = {row.id: row for row in rows(reading, tables.commission_line, merchant)}
    table, moved = tables.restored_line, tables.moved_line
    found = reading.connection.execute(select(table).where(table.c.merchant_id == merchant)).all()
    by_dispute = reading.connection.execute(select(moved).where(moved.c.merchant_id == merchant)).all()
    before = {row.line_id: row.of_line_id for row in found} | {row.line_id: row.from_line_id for row in by_dispute}
    for row in found:
        refund, line = refunds[row.refund_id], lines[row.line_id]
        if (refund.order_id, refund.kind, refund.state) != (line.order_id, "chargeback", "reinstated"):
            yield f"line {line.id} is owed again for {refund}"
    left = Counter()
    for line in lines.values():
        first = line.id
        while first in before:
            first = before[first]
        left[first] += 0 if line.state == "void" else line.amount_minor - line.clawed_minor
    yield from (f"claim {first} has {minor}" for first, minor in left.items() if minor > lines[first].amount_minor)


def _caps(reading, merchant):
    """Of each order the narrower of its lock's cap and its plan's, in parts per million."""
    locks = {row.digest: LockRule.parse(row.canonical).cap_ppm for row in rows(reading, tables.lock_rule, merchant)}
    plans = {row.digest: Plan.parse(row.canonical).cap_ppm for row in rows(reading, tables.commission_plan, merchant)}
    assessed = reading.connection.execute(select(tables.assessment.c.order_id, tables.assessment.c.plan_hash))
    under = {row.order_id: plans.get(row.plan_hash, PPM) for row in assessed}
    return {order.id: min(locks[order.rule_hash], under[order.id]) for order in rows(reading, tables.orders, merchant)}


def _stock(reading, merchant):
    table = tables.stock
    for row in reading.connection.execute(select(table).where(table.c.merchant_id == merchant)).all():
        if min(row.free, row.reserved, row.sold) < 0 or row.received != row.free + row.reserved + row.sold:
            yield f"stock: {row}"


def _returns(reading, merchant):
    """Every unit is refunded once at most, for what was paid at most; those of a refunded order are all named."""
    units, minor, given = Counter(), Counter(), Counter()
    for row in rows(reading, tables.refund_line, merchant):
        units[row.line_id] += row.quantity
        minor[row.line_id] += row.amount_minor
        given[row.refund_id] += row.amount_minor
    for line in rows(reading, tables.order_line, merchant):
        if units[line.id] > line.quantity or minor[line.id] > line.amount_minor:
            yield f"line {line.id}: {units[line.id]} of {line.quantity} refunded for {minor[line.id]}"
    for refund in rows(reading, tables.refund, merchant):
        if given[refund.id] > refund.amount_minor or (refund.lines_digest and not given[refund.id]):
            yield f"refund {refund.id} of {refund.amount_minor} names {given[refund.id]}"
    whole = {order.id for order in rows(reading, tables.orders, merchant) if order.state == "refunded"}
    for line in rows(reading, tables.order_line, merchant):
        if line.order_id in whole and units[line.id] != line.quantity:
            yield f"line {line.id} of a refunded order: {units[line.id]} of {line.quantity}"


def _strangers(reading, merchant):
    """Asked for everything there is, the database shows this merchant's rows only."""
    for table in metadata.sorted_tables:
        if "merchant_id" in table.columns:
            others = select(func.count()).select_from(table).where(table.c.merchant_id != merchant)
            if reading.connection.execute(others).scalar():
                yield f"another merchant's rows of {table.name} can be read"


def _statements(reading, merchant):
    """Everybody's verifies offline, and says of his lines what their rows say."""
    public = bytes.fromhex(keys_json(reading)[-1]["public"])
    said = {}
    for row in rows(reading, tables.commission_line, merchant):
        left = said.setdefault(row.party, Counter())
        left[row.state] += row.amount_minor - row.clawed_minor
    leaves = tables.log_leaf
    parties = select(leaves.c.party).where(leaves.c.merchant_id == merchant).distinct()
    for party in reading.connection.execute(parties).scalars().all():
        found = statement(reading, merchant, party)
        report = verify_statement(json.loads(json.dumps(found)), public)
        yield from (f"{party}: {wrong}" for wrong in report.wrong)
        figures = {state: minor for state, minor in report.figures.get("CNY", {}).items() if minor}
        if figures != {state: minor for state, minor in said.pop(party, {}).items() if minor}:
            yield f"{party} was told {figures}"
    yield from (f"{party} was told nothing" for party, left in said.items() if any(left.values()))


def head_of(reading, merchant):
    """The newest signed head, as it is published."""
    return head_json(*last_head(reading, merchant))


def wrong_between(reading, merchant, before):
    """A head that was published before, even by a node that has died since, and the newest: of one history."""
    now = head_of(reading, merchant)
    proof = head_consistency(reading, merchant, before["size"], now["size"])
    keys = keys_json(reading)
    return compare_heads(before, now, proof, bytes.fromhex(keys[0]["public"]), keys)
