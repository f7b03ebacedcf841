"""What commission needs to know of the buyers and channels of a batch, in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import aliased

from commerce.commission import Plan
from commerce.directory.levels import level_at
from commerce.earning.assess import Node
from commerce.earning.plans import plan_in_force
from commerce.order.states import PAID
from commerce.store import tables
from commerce.store.among import among
from commerce.store.tables.columns import Wide
from commerce.store.unit import Unit
from commerce.times import to_ms
from commerce.visits import Tenant

if TYPE_CHECKING:
    from commerce.order.gather import Buyer

Plans = dict[int, tuple[Plan, str]]


def find_plans(unit: Unit, tenants: Collection[Tenant]) -> Plans:
    """The plan in force, within the limits of the lock, and its own digest, by merchant."""
    found = {}
    for tenant in tenants:
        version, rule = plan_in_force(unit, tenant.id), tenant.rule
        found[tenant.id] = (version.plan.under(rule.max_paid_levels, rule.cap_ppm), version.digest)
    return found


@cache
def _select_staff() -> Select[*tuple[Any, ...]]:
    table = tables.staff
    return select(table.c.viewer_id, table.c.channel_id).where(among(table.c.viewer_id, "viewers"))


@cache
def _select_sharers() -> Select[*tuple[Any, ...]]:
    """Touches of the shows that are on which a sharer brought, oldest first: the last one stands.

    A buyer's own come before all others: by his own link nobody brought him, so it takes from nobody who did.
    """
    table = tables.touch
    own = (table.c.sharer_id == table.c.viewer_id).desc()
    query = select(table.c.viewer_id, table.c.channel_id, table.c.sharer_id, tables.viewer.c.public_id)
    query = query.join(tables.viewer, tables.viewer.c.id == table.c.sharer_id)
    query = query.where(among(table.c.viewer_id, "viewers"), among(table.c.show_id, "shows"))
    return query.where(table.c.counted_at.is_not(None)).order_by(own, table.c.counted_at, table.c.id)


def find_ties(unit: Unit, tenants: Collection[Tenant], buyers: Collection[Buyer]) -> None:
    """Whom each buyer works for, and whose share of the current show brought him last."""
    known = {buyer.id: buyer for buyer in buyers if buyer.id is not None}
    if not known:
        return
    for viewer, channel in unit.connection.execute(_select_staff(), {"viewers": list(known)}):
        known[viewer].works_for = channel
    shows = [tenant.show for tenant in tenants if tenant.show is not None]
    if not shows:
        return
    given = {"viewers": list(known), "shows": shows}
    for viewer, channel, sharer, public in unit.connection.execute(_select_sharers(), given):
        known[viewer].sharer = (sharer, public)
        known[viewer].shared_in = channel


@cache
def _select_nodes() -> Select[*tuple[Any, ...]]:
    table, parent = tables.channel, aliased(tables.channel, name="parent")
    now = bindparam("now", type_=Wide)
    level, above_level = level_at(table, now).label("level"), level_at(parent, now).label("above_level")
    above = (parent.c.id.label("above"), parent.c.public_id.label("above_public"), above_level)
    query = select(table.c.id, table.c.merchant_id, table.c.public_id, table.c.name, level, *above)
    return query.outerjoin(parent, parent.c.id == table.c.parent_id).where(among(table.c.id, "keys"))


def find_nodes(unit: Unit, keys: set[int], tenants: Collection[Tenant], plans: Plans) -> dict[int, Node]:
    """Channels with the one above each; volumes only where a plan has tiers."""
    rows = unit.connection.execute(_select_nodes(), {"keys": list(keys), "now": unit.now}).all()
    tiered = [tenant for tenant in tenants if any(rate.tiers for rate in plans[tenant.id][0].rates)]
    volumes: dict[int, int] = {}
    for tenant in tiered:
        own = [row for row in rows if row.merchant_id == tenant.id]
        volumes |= _volumes(unit, tenant, {key for row in own for key in (row.id, row.above) if key is not None})
    return {
        row.id: Node(
            row.public_id,
            row.name,
            row.level,
            None if row.above is None else (row.above_public, row.above_level),
            volumes.get(row.id, 0),
            volumes.get(row.above, 0),
        )
        for row in rows
    }


def _volumes(unit: Unit, tenant: Tenant, channels: set[int]) -> dict[int, int]:
    """What each channel's own customers have paid in this month of the merchant's time zone, refunds taken off."""
    local = datetime.fromtimestamp(unit.now / 1000, tenant.zone)
    begin = to_ms(local.replace(day=1, hour=0, minute=0, second=0, microsecond=0).astimezone(UTC))
    table = tables.orders
    query = (
        select(table.c.owner_channel_id, func.sum(table.c.total_minor - table.c.refunded_minor))
        .where(table.c.owner_channel_id.in_(channels), table.c.created_at >= begin, table.c.state.in_(PAID))
        .group_by(table.c.owner_channel_id)
    )
    return {channel: int(minor) for channel, minor in unit.connection.execute(query)}
