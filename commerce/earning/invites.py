"""The invite reward (MONEY section 4): a fixed sum for a qualified newcomer, never for a head that was only counted.

It is tried by itself: when a phone is verified (customers.login), and when whoever verified it too early has watched
long enough (earning.watching). Outcomes: qualified · no_reward (the plan has none) · no_sharer · not_new · too_short ·
same_device · same_address · daily_cap · pool_empty. Each verified viewer has one, kept for ever, after his erasure as
well, without what it knew him by; only `too_short` is tried again.

New is whom the merchant did not know before the sharer brought him: he had not come, logged in or ordered, nor under
another cookie. What he does afterwards - buying at once, say - speaks for him.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Table, and_, delete, false, func, insert, or_, select, update

from commerce.books import post
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
from commerce.visits import Tenant

AGAIN = "too_short"
OUTCOMES = (
    "qualified",
    "no_reward",
    "no_sharer",
    "not_new",
    AGAIN,
    "same_device",
    "same_address",
    "daily_cap",
    "pool_empty",
)


@dataclass(frozen=True, slots=True)
class Seen:
    """Who a viewer has shown to be, on which device and at which address: keyed digests; "" is like no other."""

    identity: str
    device: str = ""
    address: str = ""


def qualify(unit: Unit, tenant: Tenant, viewer: int, seen: Seen) -> str:
    """The outcome for a viewer (key) who was verified; a qualified one is posted, payable with the next settlement."""
    table = tables.newcomer
    known = unit.connection.execute(select(table).where(table.c.viewer_id == viewer)).first()
    if known is not None and known.outcome != AGAIN:
        _know_again(unit, viewer, seen)
        return str(known.outcome)
    version = plan_in_force(unit, tenant.id)
    brought = _brought(unit, viewer)
    outcome = _outcome(unit, tenant, (viewer, seen), brought, version.plan)
    row = {"viewer_id": viewer, "merchant_id": tenant.id, "identity": seen.identity, "device": seen.device}
    row |= {"address": seen.address, "outcome": outcome, "at": unit.now}
    row |= {
        name: None if brought is None else brought._mapping[name] for name in ("sharer_id", "channel_id", "show_id")
    }
    unit.connection.execute(delete(table).where(table.c.viewer_id == viewer))
    unit.connection.execute(insert(table), row)
    if outcome == "qualified":
        assert brought is not None
        _reward(unit, tenant, brought.public_id, version.plan.invite_minor, version.digest)
    return outcome


def _know_again(unit: Unit, viewer: int, seen: Seen) -> None:
    """Somebody who was erased has logged in once more: others are compared with him again."""
    table = tables.newcomer
    erased = update(table).where(table.c.viewer_id == viewer, table.c.identity == "")
    unit.connection.execute(erased.values(identity=seen.identity, device=seen.device, address=seen.address))


def _brought(unit: Unit, viewer: int) -> AnyRow | None:
    """The first touch by which somebody who shared brought him."""
    touch, who = tables.touch, tables.viewer
    columns = (touch.c.id, touch.c.sharer_id, touch.c.channel_id, touch.c.show_id, touch.c.counted_at)
    query = select(*columns, who.c.public_id).join(who, touch.c.sharer_id == who.c.id)
    query = query.where(touch.c.viewer_id == viewer, touch.c.counted_at.is_not(None), who.c.id != viewer)
    return unit.connection.execute(query.order_by(touch.c.counted_at, touch.c.id).limit(1)).first()


def _outcome(unit: Unit, tenant: Tenant, whose: tuple[int, Seen], brought: AnyRow | None, plan: Plan) -> str:
    viewer, seen = whose
    if not plan.invite_minor:
        return "no_reward"
    if brought is None:
        return "no_sharer"
    if _was_known(unit, viewer, brought) or _was_here(unit, tenant, whose):
        return "not_new"
    mine, theirs = _traces(unit, viewer), _traces(unit, brought.sharer_id)
    if (mine.watched_ms or 0) < plan.invite_seconds * 1000:
        return AGAIN
    for name in ("device", "address"):
        own = {getattr(seen, name), getattr(mine, name)} - {"", None}
        if own & {getattr(theirs, name), getattr(theirs, f"known_{name}")}:
            return f"same_{name}"
    return _within_caps(unit, tenant, brought.sharer_id, plan)


def _traces(unit: Unit, viewer: int) -> AnyRow:
    """How long a viewer has watched, where he did, and (`known_`) where he logged in; null where nothing is known."""
    who, watch, known = tables.viewer, tables.watch, tables.newcomer
    seen = (watch.c.watched_ms, watch.c.device, watch.c.address)
    login = (known.c.device.label("known_device"), known.c.address.label("known_address"))
    query = select(*seen, *login).select_from(who).outerjoin(watch, watch.c.viewer_id == who.c.id)
    return unit.connection.execute(
        query.outerjoin(known, known.c.viewer_id == who.c.id).where(who.c.id == viewer)
    ).one()


def _was_known(unit: Unit, viewer: int, brought: AnyRow) -> bool:
    """Had come, logged in or ordered, before he was brought."""
    touch, order, who, customer = tables.touch, tables.orders, tables.viewer, tables.customer
    at = brought.counted_at
    earlier = or_(touch.c.counted_at < at, and_(touch.c.counted_at == at, touch.c.id < brought.id))
    named = who.join(customer, customer.c.id == who.c.customer_id)
    return (
        _is_there(unit, touch, touch.c.viewer_id == viewer, touch.c.counted_at.is_not(None), earlier)
        or _is_there(unit, order, order.c.viewer_id == viewer, order.c.created_at < at)
        or unit.connection.execute(
            select(who.c.id).select_from(named).where(who.c.id == viewer, customer.c.created_at < at)
        ).first()
        is not None
    )


def _is_there(unit: Unit, table: Table, *where: ColumnElement[bool]) -> bool:
    return unit.connection.execute(select(table.c.id).where(*where).limit(1)).first() is not None


def _was_here(unit: Unit, tenant: Tenant, whose: tuple[int, Seen]) -> bool:
    """Under another cookie."""
    (viewer, seen), table, touch = whose, tables.newcomer, tables.touch
    same = [table.c[name] == getattr(seen, name) for name in ("identity", "device") if getattr(seen, name)]
    mine = (table.c.merchant_id == tenant.id, table.c.viewer_id != viewer)
    # His own sharer on the same device is another outcome.
    sharers = select(touch.c.sharer_id).where(touch.c.viewer_id == viewer, touch.c.sharer_id.is_not(None))
    known = select(table.c.viewer_id).where(*mine, or_(false(), *same), table.c.viewer_id.not_in(sharers))
    return unit.connection.execute(known.limit(1)).first() is not None


def _within_caps(unit: Unit, tenant: Tenant, sharer: int, plan: Plan) -> str:
    """Counted while no other node can reward for this merchant."""
    table, line, merchant = tables.newcomer, tables.commission_line, tables.merchant
    one_at_a_time = select(merchant.c.id).where(merchant.c.id == tenant.id).with_for_update(key_share=True)
    unit.connection.execute(one_at_a_time).all()
    day = datetime.fromtimestamp(unit.now / 1000, tenant.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    today = (table.c.sharer_id == sharer, table.c.outcome == "qualified", table.c.at >= to_ms(day.astimezone(UTC)))
    if unit.connection.execute(select(func.count()).where(*today)).scalar_one() >= plan.invite_daily_max:
        return "daily_cap"
    if not plan.invite_pool_minor:
        return "qualified"
    paid = select(func.coalesce(func.sum(line.c.amount_minor - line.c.clawed_minor), 0))
    paid = paid.where(line.c.merchant_id == tenant.id, line.c.kind == "invite")
    spent = int(unit.connection.execute(paid).scalar_one())
    return "pool_empty" if spent + plan.invite_minor > plan.invite_pool_minor else "qualified"


def _reward(unit: Unit, tenant: Tenant, sharer: str, amount: int, plan: str) -> None:
    line = Line("invite", sharer, "", "", 0, amount)
    row = line_row(unit, tenant.id, line, order=None, currency=tenant.currency, state="matured")
    row["matured_at"] = unit.now
    insert_rows(unit.connection, tables.commission_line, [row])
    name = f"invite:{row['public_id']}"
    post(unit, tenant.id, [Transfer(name, "sales", row["party"], amount, tenant.currency, "invite")])
    unit.log(Leaf(tenant.id, sharer_party(sharer), "commission", {"event": "invite", "lines": [line_body(row)]}, plan))
