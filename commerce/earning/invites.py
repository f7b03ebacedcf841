"""The invite reward (MONEY section 4): a fixed sum for a qualified newcomer, never for a head that was only counted.

Outcomes: qualified · no_reward (the plan has none) · no_sharer · not_new · too_short · same_device · same_address ·
daily_cap · pool_empty. Each verified viewer has one, kept for ever; only `too_short` may be asked again.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import delete, func, insert, or_, select

from commerce.books import post
from commerce.commands.earning import QualifyViewer
from commerce.commission import Line, Plan
from commerce.earning.assess import line_row
from commerce.earning.plans import plan_in_force
from commerce.earning.told import line_body
from commerce.ledger import Transfer
from commerce.proof.entry import Leaf, sharer_party
from commerce.store import tables
from commerce.store.bulk import insert_rows
from commerce.store.reading import AnyRow
from commerce.store.unit import Unit
from commerce.times import to_ms
from commerce.visits import Tenant, ensure_viewer, find_place

AGAIN = "too_short"


def qualify_viewer(unit: Unit, command: QualifyViewer) -> str:
    """The outcome; a qualified one is posted, payable with the next settlement."""
    place = find_place(unit, command.room)
    table, viewer = tables.newcomer, ensure_viewer(unit, place.tenant.id, command.viewer)
    known = unit.connection.execute(select(table).where(table.c.viewer_id == viewer)).first()
    if known is not None and known.outcome != AGAIN:
        return str(known.outcome)
    version = plan_in_force(unit, place.tenant.id)
    sharer = _sharer(unit, viewer)
    outcome = _outcome(unit, command, (place.tenant, viewer), sharer, version.plan)
    unit.connection.execute(delete(table).where(table.c.viewer_id == viewer))
    row = {"viewer_id": viewer, "merchant_id": place.tenant.id, "sharer_id": None if sharer is None else sharer.id}
    digests = {"identity": command.identity, "device": command.device, "address": command.address}
    unit.connection.execute(insert(table), row | digests | {"outcome": outcome, "at": unit.now})
    if outcome == "qualified":
        assert sharer is not None
        _reward(unit, place.tenant, sharer.public_id, version.plan.invite_minor, version.digest)
    return outcome


def _sharer(unit: Unit, viewer: int) -> AnyRow | None:
    """Who shared the link that first brought him."""
    touch, who = tables.touch, tables.viewer
    query = select(who.c.id, who.c.public_id).join(touch, touch.c.sharer_id == who.c.id)
    query = query.where(touch.c.viewer_id == viewer, touch.c.counted_at.is_not(None), who.c.id != viewer)
    return unit.connection.execute(query.order_by(touch.c.counted_at, touch.c.id).limit(1)).first()


def _outcome(unit: Unit, command: QualifyViewer, whose: tuple[Tenant, int], sharer: AnyRow | None, plan: Plan) -> str:
    tenant, viewer = whose
    if not plan.invite_minor:
        return "no_reward"
    if sharer is None:
        return "no_sharer"
    if _was_here(unit, command, tenant, viewer):
        return "not_new"
    if command.watched_seconds < plan.invite_seconds:
        return AGAIN
    table = tables.newcomer
    own = unit.connection.execute(select(table).where(table.c.viewer_id == sharer.id)).first()
    for name in ("device", "address"):
        if own is not None and getattr(own, name) == getattr(command, name):
            return f"same_{name}"
    return _within_caps(unit, tenant, sharer, plan)


def _was_here(unit: Unit, command: QualifyViewer, tenant: Tenant, viewer: int) -> bool:
    """Under another cookie, or as somebody who has ordered before."""
    table, order = tables.newcomer, tables.orders
    same = or_(table.c.identity == command.identity, table.c.device == command.device)
    mine = (table.c.merchant_id == tenant.id, table.c.viewer_id != viewer)
    touch = tables.touch
    # His own sharer on the same device is another outcome.
    sharers = select(touch.c.sharer_id).where(touch.c.viewer_id == viewer, touch.c.sharer_id.is_not(None))
    known = select(table.c.viewer_id).where(*mine, same, table.c.viewer_id.not_in(sharers))
    if unit.connection.execute(known.limit(1)).first() is not None:
        return True
    return unit.connection.execute(select(order.c.id).where(order.c.viewer_id == viewer).limit(1)).first() is not None


def _within_caps(unit: Unit, tenant: Tenant, sharer: AnyRow, plan: Plan) -> str:
    table, line = tables.newcomer, tables.commission_line
    day = datetime.fromtimestamp(unit.now / 1000, tenant.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    today = (table.c.sharer_id == sharer.id, table.c.outcome == "qualified", table.c.at >= to_ms(day.astimezone(UTC)))
    if unit.connection.execute(select(func.count()).where(*today)).scalar_one() >= plan.invite_daily_max:
        return "daily_cap"
    paid = select(func.coalesce(func.sum(line.c.amount_minor), 0))
    paid = paid.where(line.c.merchant_id == tenant.id, line.c.kind == "invite")
    spent = int(unit.connection.execute(paid).scalar_one())
    if plan.invite_pool_minor and spent + plan.invite_minor > plan.invite_pool_minor:
        return "pool_empty"
    return "qualified"


def _reward(unit: Unit, tenant: Tenant, sharer: str, amount: int, plan: str) -> None:
    line = Line("invite", sharer, "", "", 0, amount)
    row = line_row(unit, tenant.id, line, order=None, currency=tenant.currency, state="matured")
    row["matured_at"] = unit.now
    insert_rows(unit.connection, tables.commission_line, [row])
    name = f"invite:{row['public_id']}"
    post(unit, tenant.id, [Transfer(name, "sales", row["party"], amount, tenant.currency, "invite")])
    unit.log(Leaf(tenant.id, sharer_party(sharer), "commission", {"event": "invite", "lines": [line_body(row)]}, plan))
