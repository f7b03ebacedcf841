"""`fenbo audit`: what must be true of a store at any moment (MONEY section 9), checked on the live one.

Every check is a query for what contradicts it, so that a clean store answers nothing and a million orders are read by
the database, not by us. Decisions are the exception: they are decided again from what was stored with the order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, FromClause, Select, Subquery, Table, func, literal, or_, select

from commerce.attribution import LockRule, decide, read_inputs
from commerce.earning.check import money_findings
from commerce.order.states import PAID
from commerce.store import tables
from commerce.store.reading import Connected
from commerce.store.tables import metadata

FOUND_MAX = 100
PAGE = 500


@dataclass(frozen=True, slots=True)
class Finding:
    """A row that contradicts a check: which check, which table, which key, and what is wrong with it."""

    check: str
    table: str
    key: int
    detail: str


def audit(connected: Connected) -> list[Finding]:
    """All that is wrong, at most 100 findings per check; empty when nothing is."""
    return [
        *_stock_adds_up(connected),
        *_refunds_add_up(connected),
        *_sales_add_up(connected),
        *_sums_agree(connected),
        *_one_binding(connected),
        *_merged_have_nothing(connected),
        *_no_row_across_merchants(connected),
        *_decisions_hold(connected),
        *(Finding(*found) for found in money_findings(connected)),
    ]


def _findings(
    connected: Connected, check: str, table: str, query: Select[*tuple[Any, ...]], detail: str
) -> Iterator[Finding]:
    for row in connected.connection.execute(query.limit(FOUND_MAX)):
        yield Finding(check, table, row[0], detail.format(*row))


def _restocked() -> Subquery:
    """Units of each SKU that refunds have put back on the shelf."""
    line, back = tables.order_line, tables.refund_line
    query = select(line.c.sku_id, func.sum(back.c.quantity).label("units")).join(line, line.c.id == back.c.line_id)
    return query.where(back.c.restocked).group_by(line.c.sku_id).subquery()


def _held(states: ColumnElement[bool]) -> Subquery:
    """Units of each SKU in the lines of orders in some states: all lines are read once, not once for each SKU."""
    line, order = tables.order_line, tables.orders
    query = select(line.c.sku_id, func.sum(line.c.quantity).label("units"))
    return query.join(order, order.c.id == line.c.order_id).where(states).group_by(line.c.sku_id).subquery()


def _stock_adds_up(connected: Connected) -> Iterator[Finding]:
    """received = free + reserved + sold, none negative; reserved and sold are what the orders and refunds say."""
    stock, order = tables.stock.c, tables.orders.c
    negative = or_(stock.free < 0, stock.reserved < 0, stock.sold < 0)
    broken = select(stock.sku_id).where(or_(negative, stock.received != stock.free + stock.reserved + stock.sold))
    yield from _findings(connected, "stock", "stock", broken, "does not add up")
    reserved, sold, back = _held(order.state == "created"), _held(order.state.in_((*PAID, "refunded"))), _restocked()
    units = {each: func.coalesce(each.c.units, 0) for each in (reserved, sold, back)}
    rows: FromClause = tables.stock
    for each in units:
        rows = rows.outerjoin(each, each.c.sku_id == stock.sku_id)
    for name, column, held in (
        ("reserved", stock.reserved, units[reserved]),
        ("sold", stock.sold, units[sold] - units[back]),
    ):
        query = select(stock.sku_id, column, held).select_from(rows).where(column != held)
        yield from _findings(connected, "stock", "stock", query, name + " {1}, orders say {2}")


def _refunds_add_up(connected: Connected) -> Iterator[Finding]:
    """What refunds name was sold, in their own orders, once, and for no more than was paid and they gave back."""
    line, refund, back = tables.order_line.c, tables.refund.c, tables.refund_line
    units, minor = func.sum(back.c.quantity), func.sum(back.c.amount_minor)
    named = select(line.id, units, line.quantity, minor, line.amount_minor).join(back, back.c.line_id == line.id)
    named = named.group_by(line.id, line.quantity, line.amount_minor)
    broken = named.having(or_(units > line.quantity, minor > line.amount_minor))
    yield from _findings(connected, "returns", "order_line", broken, "{1} of {2} refunded, for {3} of {4}")
    given = select(refund.id, minor, refund.amount_minor).join(back, back.c.refund_id == refund.id)
    given = given.group_by(refund.id, refund.amount_minor).having(minor > refund.amount_minor)
    yield from _findings(connected, "returns", "refund", given, "{2} were given back, its lines say {1}")
    strange = select(back.c.id).join(tables.refund, refund.id == back.c.refund_id)
    strange = strange.join(tables.order_line, line.id == back.c.line_id).where(line.order_id != refund.order_id)
    yield from _findings(connected, "returns", "refund_line", strange, "names a line of another order")


def _sales_add_up(connected: Connected) -> Iterator[Finding]:
    """What was taken in a flash sale is what its orders hold, and no more than its total."""
    sale, line, order = tables.flash_sale.c, tables.order_line, tables.orders
    held = select(func.coalesce(func.sum(line.c.quantity), 0)).join(order, order.c.id == line.c.order_id)
    held = held.where(line.c.sale_id == sale.id, order.c.state != "cancelled").correlate(tables.flash_sale)
    total = held.scalar_subquery()
    query = select(sale.id, sale.taken, total, sale.quantity).where(or_(sale.taken != total, total > sale.quantity))
    yield from _findings(connected, "sale", "flash_sale", query, "{1} of {3} taken, orders say {2}")


def _sums_agree(connected: Connected) -> Iterator[Finding]:
    """An order is the sum of its lines, its refunds are the sum of its refunds, its payment is for its total."""
    order, line, refund, payment = tables.orders.c, tables.order_line.c, tables.refund.c, tables.payment.c
    lines = select(func.sum(line.amount_minor)).where(line.order_id == order.id).scalar_subquery()
    refunds = select(func.coalesce(func.sum(refund.amount_minor), 0)).where(refund.order_id == order.id)
    paid = select(payment.amount_minor).where(payment.order_id == order.id).scalar_subquery()
    for name, column, held in (
        ("total", order.total_minor, func.coalesce(lines, -1)),
        ("refunded", order.refunded_minor, refunds.scalar_subquery()),
        ("payment", order.total_minor, func.coalesce(paid, -1)),
    ):
        query = select(order.id, column, held).where(column != held)
        yield from _findings(connected, name, "orders", query, "{1}, but its rows say {2}")


def _one_binding(connected: Connected) -> Iterator[Finding]:
    """A viewer is one channel's at a time."""
    viewer = tables.binding.c.viewer_id
    query = select(viewer, func.count()).where(tables.binding.c.state == "active").group_by(viewer)
    yield from _findings(connected, "binding", "viewer", query.having(func.count() > 1), "{1} active bindings")


def _merged_have_nothing(connected: Connected) -> Iterator[Finding]:
    """What was a merged viewer's is the customer's: nothing of a person is found anywhere else."""
    viewer = tables.viewer
    merged = select(viewer.c.id).where(viewer.c.same_as_id.is_not(None))
    held = (tables.dispute, tables.legal_hold)
    for table in (tables.orders, tables.touch, tables.binding, tables.cart_line, *held):
        query = select(table.c.viewer_id, func.count()).where(table.c.viewer_id.in_(merged)).group_by(table.c.viewer_id)
        yield from _findings(connected, "merged", table.name, query, "{1} rows of viewer {0}, who is merged")


def _no_row_across_merchants(connected: Connected) -> Iterator[Finding]:
    """Every row refers to rows of its own merchant only; the references are found from the metadata."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            for reference in column.foreign_keys:
                target = reference.column.table
                if "merchant_id" in table.columns and "merchant_id" in target.columns:
                    yield from _strangers(connected, table, column, target)


def _strangers(connected: Connected, table: Table, column: Any, target: Table) -> Iterator[Finding]:
    query = _select_strangers(table, column, target)
    yield from _findings(connected, "merchant", table.name, query, f"{column.name} is another merchant's {{1}}")


@cache
def _select_strangers(table: Table, column: Any, target: Table) -> Select[*tuple[Any, ...]]:
    """Made once: there are a hundred of them, and to make them costs more than to ask a small store."""
    other = target.alias("target")
    same = other.c[next(iter(target.primary_key)).name] == column
    query = select(column, literal(target.name)).select_from(table.join(other, same))
    return query.where(table.c.merchant_id != other.c.merchant_id)


def _decisions_hold(connected: Connected) -> Iterator[Finding]:
    """Every order's owner follows from what was stored with it, under the rule it names."""
    rules = {
        row.digest: LockRule.parse(row.canonical) for row in connected.connection.execute(select(tables.lock_rule))
    }
    merchant = tables.merchant.c
    zones = {
        row.id: ZoneInfo(row.timezone) for row in connected.connection.execute(select(merchant.id, merchant.timezone))
    }
    order = tables.orders.c
    query = select(order.id, order.merchant_id, order.owner_channel_id, order.rule_hash, order.decision)
    rows = connected.connection.execution_options(yield_per=PAGE).execute(query.order_by(order.id))
    for key, tenant, owner, digest, decision in rows:
        rule = rules.get(digest)
        if rule is None:
            yield Finding("decision", "orders", key, "names a rule that is not kept")
        elif decide(rule, read_inputs(decision), zones[tenant]).owner != owner:
            yield Finding("decision", "orders", key, "another owner follows from its inputs")
