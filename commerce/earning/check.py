"""What must be true of money at any moment (MONEY section 9): lines, ledger, log. Part of `fenbo audit`.

Each check yields (check, table, key, what is wrong); nothing of a clean store.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, and_, func, literal, or_, select

from commerce.attribution import LockRule
from commerce.books import balances, replayed, transfers
from commerce.commission import Line, Plan, commission, read_sale
from commerce.earning.assess import party_of
from commerce.earning.claims import claims
from commerce.earning.claw_back import REINSTATED, cap_of, dues, given_back, won_back
from commerce.earning.plans import NOTHING
from commerce.merkle import Frontier
from commerce.money import share
from commerce.proof.ends import Ends
from commerce.proof.entry import Entry, commit
from commerce.proof.kept_ends import read_ends
from commerce.store import tables
from commerce.store.reading import AnyRow, Connected

Found = tuple[str, str, int, str]
Sums = Select[*tuple[Any, ...]]
PAGE = 5_000
OWED = ("frozen", "matured", "payable", "paying", "held")


def money_findings(connected: Connected) -> Iterator[Found]:
    """All checks, merchant by merchant."""
    for merchant in connected.connection.execute(select(tables.merchant)).all():
        yield from _ledger(connected, merchant)
        yield from _parties(connected, merchant)
        yield from _lines(connected, merchant)
        yield from _restored(connected, merchant)
        yield from _log(connected, merchant)


def _ledger(connected: Connected, merchant: AnyRow) -> Iterator[Found]:
    """It sums to zero per currency, and playing it again gives the balances that the database adds up."""
    found = balances(connected, merchant.id)
    if found != replayed(transfers(connected, merchant.id)):
        yield "ledger", "transfer", merchant.id, "a replay gives other balances"
    for currency in {currency for _, currency in found}:
        total = sum(minor for (_, of), minor in found.items() if of == currency)
        if total:
            yield "ledger", "transfer", merchant.id, f"{currency} sums to {total}"


def _parties(connected: Connected, merchant: AnyRow) -> Iterator[Found]:
    """What the ledger owes each party is what its lines say, and what it owes us is what its receivables say."""
    expected: dict[tuple[str, str], int] = {}
    for query in (_owed(merchant.id), _netted(merchant.id), _owing(merchant.id)):
        for account, currency, minor in connected.connection.execute(query):
            expected[account, currency] = expected.get((account, currency), 0) + int(minor)
    found = {key: minor for key, minor in balances(connected, merchant.id).items() if ":" in key[0]}
    for key in {*expected, *found}:
        if expected.get(key, 0) != found.get(key, 0):
            detail = f"{key[0]} has {found.get(key, 0)}, its rows say {expected.get(key, 0)}"
            yield "party", "transfer", merchant.id, detail


def _owed(merchant: int) -> Sums:
    """Lines on their way; what was clawed back after they were sent is a receivable, not less of them."""
    line, receivable = tables.commission_line.c, tables.receivable.c
    since = select(func.sum(receivable.amount_minor)).where(receivable.line_id == line.id).scalar_subquery()
    minor = func.sum(line.amount_minor - line.clawed_minor + func.coalesce(since, 0))
    query = select(line.party, line.currency, minor).where(line.merchant_id == merchant, line.state.in_(OWED))
    return query.group_by(line.party, line.currency)


def _netted(merchant: int) -> Sums:
    """Netted when it was approved, while the lines are still on their way."""
    found = tables.settlement.c
    under_way = found.state.in_(("paying", "failed"))
    query = select(found.party, found.currency, -func.sum(found.netted_minor))
    return query.where(found.merchant_id == merchant, under_way).group_by(found.party, found.currency)


def _owing(merchant: int) -> Sums:
    found = tables.receivable.c
    query = select(
        literal("receivable:") + found.party, found.currency, func.sum(found.settled_minor - found.amount_minor)
    )
    return query.where(found.merchant_id == merchant).group_by(found.party, found.currency)


def _lines(connected: Connected, merchant: AnyRow) -> Iterator[Found]:
    """Lines follow from what was stored with the order, lie within the cap, and pay two levels at most."""
    plans = {
        row.digest: Plan.parse(row.canonical)
        for row in connected.connection.execute(
            select(tables.commission_plan).where(tables.commission_plan.c.merchant_id == merchant.id)
        )
    }
    plans.setdefault(NOTHING.digest(), NOTHING)
    rules = _limits(connected, merchant.id)
    assessed, order = tables.assessment, tables.orders
    query = select(assessed.c.order_id, assessed.c.plan_hash, assessed.c.sale, order.c.rule_hash)
    refunded = order.c.refunded_minor - won_back(order.c.id)
    query = query.add_columns(order.c.total_minor, refunded.label("refunded_minor"))
    query = query.join(order, order.c.id == assessed.c.order_id).where(assessed.c.merchant_id == merchant.id)
    last = 0
    while rows := connected.connection.execute(
        query.where(assessed.c.order_id > last).order_by(assessed.c.order_id).limit(PAGE)
    ).all():
        last = rows[-1].order_id
        stored = _stored_lines(connected, rows[0].order_id, last)
        for row in rows:
            plan = plans.get(row.plan_hash)
            if plan is None or row.rule_hash not in rules:
                yield "commission", "assessment", row.order_id, "names a plan or a rule that is not kept"
                continue
            limited = plan.under(*rules[row.rule_hash])
            expected = commission(limited, read_sale(row.sale))
            yield from _compared(row, expected, stored.get(row.order_id, []), limited.cap_ppm)


def _limits(connected: Connected, merchant: int) -> dict[str, tuple[int, int]]:
    """Levels and cap of each version of the lock."""
    query = select(tables.lock_rule).where(tables.lock_rule.c.merchant_id == merchant)
    rules = {row.digest: LockRule.parse(row.canonical) for row in connected.connection.execute(query)}
    return {digest: (rule.max_paid_levels, rule.cap_ppm) for digest, rule in rules.items()}


def _stored_lines(connected: Connected, first: int, last: int) -> dict[int, list[AnyRow]]:
    """`later`: it stands for another, by the decision of a dispute or because a chargeback was won."""
    table, moved, restored = tables.commission_line, tables.moved_line, tables.restored_line
    later = or_(moved.c.line_id.is_not(None), restored.c.line_id.is_not(None)).label("later")
    query = select(table, later).outerjoin(moved, moved.c.line_id == table.c.id)
    query = query.outerjoin(restored, restored.c.line_id == table.c.id).order_by(table.c.id)
    query = query.where(table.c.order_id >= first, table.c.order_id <= last)
    found: dict[int, list[AnyRow]] = {}
    for row in connected.connection.execute(query):
        found.setdefault(row.order_id, []).append(row)
    return found


def _compared(order: AnyRow, expected: list[Line], stored: list[AnyRow], cap_ppm: int) -> Iterator[Found]:
    named = [(party_of(line), line.kind, line.credited, line.sku, line.amount_minor) for line in expected]
    sold = [row for row in stored if not row.later]
    if named != [(row.party, row.kind, row.credited, row.sku, row.amount_minor) for row in sold]:
        yield "commission", "orders", order.order_id, "other lines follow from its inputs"
    if sum(row.amount_minor for row in sold) > share(order.total_minor, cap_ppm):
        yield "cap", "orders", order.order_id, "its lines exceed the cap"
    # Each line gives back its share rounded by itself: of what is left each may be a minor unit over its own.
    left = sum(row.amount_minor - row.clawed_minor for row in stored if row.state != "void")
    if left > share(order.total_minor - order.refunded_minor, cap_ppm) + len(stored):
        yield "cap", "orders", order.order_id, "what is left of its lines exceeds the cap of what is left of it"
    levels: dict[tuple[str, str], int] = {}
    for row in sold:
        if row.kind == "order" and row.amount_minor:
            levels[row.credited, row.sku] = levels.get((row.credited, row.sku), 0) + 1
    if max(levels.values(), default=0) > 2:
        yield "levels", "orders", order.order_id, "pays more than two levels"


def _restored(connected: Connected, merchant: AnyRow) -> Iterator[Found]:
    """What is owed again stands for a line of the same order and a chargeback of it that was won, and all lines of a
    claim have no more than follows from the money that is left.
    """
    restored, line, refund = tables.restored_line, tables.commission_line, tables.refund
    of = line.alias("of")
    same = [line.c[name] == of.c[name] for name in ("order_id", "kind", "sku", "currency")]
    won = [refund.c.order_id == line.c.order_id, refund.c.kind == "chargeback", refund.c.state == REINSTATED]
    query = select(restored.c.line_id, line.c.order_id, and_(*same, *won).label("won"))
    query = query.join(line, line.c.id == restored.c.line_id).join(of, of.c.id == restored.c.of_line_id)
    query = query.join(refund, refund.c.id == restored.c.refund_id).where(restored.c.merchant_id == merchant.id)
    restorations = connected.connection.execute(query).all()
    for each in restorations:
        if not each.won:
            yield "restored", "commission_line", each.line_id, "no chargeback that was won has taken it"
    for key in sorted({each.order_id for each in restorations}):
        order = connected.connection.execute(select(tables.orders).where(tables.orders.c.id == key)).one()
        rows = connected.connection.execute(select(line).where(line.c.order_id == order.id).order_by(line.c.id))
        found = claims(connected, [dict(row._mapping) for row in rows])
        have = [each.as_line() for each in found if each.left_minor]
        if dues(have, given_back(connected, order, order.refunded_minor), cap_of(connected, order)):
            yield "restored", "orders", order.id, "more is left of its lines than follows from its money"


def _log(connected: Connected, merchant: AnyRow) -> Iterator[Found]:
    """Every leaf is what its columns say, at its place in both trees; heads and sequencers have the same roots."""
    table = tables.log_sequencer
    heads = tables.log_head
    for log in connected.connection.execute(select(table).where(table.c.merchant_id == merchant.id)).all():
        mine = (heads.c.merchant_id == merchant.id, heads.c.log == log.log)
        signed = {row.size: row for row in connected.connection.execute(select(heads).where(*mine))}
        newest = max(signed, default=0)
        tree, parties, ends = Frontier(), dict[str, Frontier](), dict[str, bytes]()
        for leaf in _leaves(connected, merchant.id, log.log):
            if not _is_itself(leaf, merchant.public_id, tree.size, parties.setdefault(leaf.party, Frontier())):
                yield "log", "log_leaf", leaf.position, "was changed, dropped or moved"
            tree.append(leaf.hash)
            parties[leaf.party].append(leaf.hash)
            ends[leaf.party] = leaf.hash
            if tree.size in signed and signed[tree.size].root != tree.root():
                yield "log", "log_head", tree.size, "signs another history"
            if tree.size == newest and not _says(connected, signed[tree.size], ends):
                yield "log", "log_head", tree.size, "says that a party's sequence ends elsewhere"
        if tree.size != log.size or b"".join(tree.hashes) != log.frontier:
            yield "log", "log_sequencer", log.log, "the log does not end where it should"


def _says(connected: Connected, head: AnyRow, ends: dict[str, bytes]) -> bool:
    """Whether a log's newest head, and what it is proven with, say where the parties' sequences end."""
    found = Ends({}).moved(ends.items())
    kept = read_ends(connected, (head.merchant_id, head.log))
    return head.ends is None or (head.ends == found.root() and kept == found)


def _leaves(connected: Connected, merchant: int, log: int) -> Iterator[AnyRow]:
    table, at = tables.log_leaf, -1
    mine = (table.c.merchant_id == merchant, table.c.log == log)
    while rows := connected.connection.execute(
        select(table).where(*mine, table.c.position > at).order_by(table.c.position).limit(PAGE)
    ).all():
        at = rows[-1].position
        yield from rows


def _is_itself(leaf: AnyRow, merchant: str, position: int, party: Frontier) -> bool:
    place = (merchant, leaf.log, leaf.party, leaf.seq, leaf.before)
    entry = Entry(*place, leaf.kind, leaf.at, leaf.rule, leaf.commitment)
    kept = leaf.salt is None or leaf.body is None or commit(leaf.salt, leaf.body) == leaf.commitment
    placed = (leaf.position, leaf.seq, leaf.before) == (position, party.size, party.root())
    return kept and placed and entry.digest() == leaf.hash
