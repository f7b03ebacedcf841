"""Two viewers become one customer: what was the one's (`gone`) becomes the other's (`stays`), and nothing is lost.

Touches merge by their time. Of two bindings the older that is valid stays under first_lock, the newer otherwise
(DECISIONS); the other is kept as superseded, and both channels are told in the log. Orders, carts, links, what the
one brought others, and what is disputed or held about him, are the customer's. The cookie of the one
that is gone leads to the other from now on (visits.find_persons). Whom he brought and who turns out to be himself earns
him nothing (earning/self_invites.py).
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select, update

from commerce.attribution import merge
from commerce.binding import MERGED, Held, find_held, log_binding, supersede
from commerce.customers.carts import merge_carts
from commerce.customers.views import Cut
from commerce.earning.self_invites import end_self_invite
from commerce.earning.watching import merge_watch
from commerce.events import ViewerBound
from commerce.partners.disputes import hold_disputed
from commerce.proof.entry import Leaf, channel_party
from commerce.store import tables
from commerce.store.bulk import Row, insert_rows
from commerce.store.unit import Unit
from commerce.visits import Person, Tenant


def lock_viewers(unit: Unit, *keys: int) -> None:
    """Their rows, until the commit: whoever is writing for one of them has finished."""
    table = tables.viewer
    query = select(table.c.id).where(table.c.id.in_(keys)).order_by(table.c.id).with_for_update()
    unit.connection.execute(query).all()


def merge_viewers(unit: Unit, tenant: Tenant, gone: Person, stays: Person, customer: int) -> tuple[Cut, ...]:
    """All of it; answers the lines that the two carts together had too much of."""
    lock_viewers(unit, gone.key, stays.key)
    _merge_bindings(unit, tenant, gone, stays)
    cut = _move(unit, gone, stays)
    changes = {"same_as_id": stays.key, "customer_id": customer}
    unit.connection.execute(update(tables.viewer).where(_is(gone)).values(changes))
    end_self_invite(unit, tenant.id, stays)
    hold_disputed(unit, stays.key)
    return cut


def make_customer(unit: Unit, person: Person, customer: int) -> None:
    """The first viewer of a customer: all that is his stays where it is."""
    lock_viewers(unit, person.key)
    unit.connection.execute(update(tables.viewer).where(_is(person)).values(customer_id=customer))


def _is(person: Person) -> ColumnElement[bool]:
    """The viewers that are this person: before any login here too, where a browser was renewed by another merchant."""
    return or_(tables.viewer.c.id == person.key, tables.viewer.c.same_as_id == person.key)


def gather_strays(unit: Unit, tenant: Tenant, stays: Person) -> tuple[Cut, ...]:
    """What another node wrote for a viewer in the very moment in which he was merged: moved with the next login."""
    table = tables.viewer
    rows = unit.connection.execute(select(table.c.id, table.c.public_id).where(table.c.same_as_id == stays.key))
    cut: list[Cut] = []
    for gone in [Person(*row) for row in rows.all()]:
        _merge_bindings(unit, tenant, gone, stays)
        cut += _move(unit, gone, stays)
    end_self_invite(unit, tenant.id, stays)
    hold_disputed(unit, stays.key)
    return tuple(cut)


def _move(unit: Unit, gone: Person, stays: Person) -> tuple[Cut, ...]:
    """Everything but the bindings."""
    touch, orders = tables.touch, tables.orders
    whose = (touch.c.viewer_id, tables.dispute.c.viewer_id, tables.legal_hold.c.viewer_id)
    brought_by = (touch.c.sharer_id, tables.link.c.sharer_id, tables.newcomer.c.sharer_id)
    for column in (*whose, *brought_by):
        changed = update(column.table).where(column == gone.key).values({column.name: stays.key})
        unit.connection.execute(changed)
    _move_orders(unit, gone, stays)
    _move_single(unit, gone, stays)
    merge_watch(unit, gone.key, stays.key)
    cut = merge_carts(unit, gone.key, stays.key)
    assert unit.connection.execute(select(orders.c.id).where(orders.c.viewer_id == gone.key)).first() is None
    return cut


def _merge_bindings(unit: Unit, tenant: Tenant, gone: Person, stays: Person) -> None:
    """One stays active, none is deleted. A binding that came along is written anew, with the terms it had."""
    held = find_held(unit, [gone.key, stays.key])
    came, was = held.get(gone.key), held.get(stays.key)
    table = tables.binding
    if came is not None:
        supersede(unit, [came.id])
    if came is not None and was is not None and merge(tenant.rule, was.terms, came.terms, unit.now) == was.terms:
        _log_lost(unit, tenant, stays, came, was)
    elif came is not None:
        if was is not None:
            supersede(unit, [was.id])
        _carry_over(unit, tenant, stays, came, was)
    unit.connection.execute(update(table).where(table.c.viewer_id == gone.key).values(viewer_id=stays.key))


def _carry_over(unit: Unit, tenant: Tenant, stays: Person, came: Held, was: Held | None) -> None:
    table, terms = tables.binding, came.terms
    touch = unit.connection.execute(select(table.c.touch_id).where(table.c.id == came.id)).scalar()
    row: Row = {"id": unit.new_id(), "merchant_id": tenant.id, "viewer_id": stays.key, "channel_id": terms.channel}
    row |= {"show_id": terms.show, "touch_id": touch, "replaces_id": came.id if was is None else was.id}
    row |= {"state": "active", "clause": MERGED, "rule_hash": tenant.rule_hash, "since": terms.since}
    row |= {"valid_until": terms.valid_until, "protected_until": terms.protected_until, "ended_at": None}
    insert_rows(unit.connection, table, [row])
    other = None if was is None or was.channel_public == came.channel_public else was
    log_binding(unit, row, stays.public, came.channel_public, other)
    if other is not None:
        unit.tell(ViewerBound(tenant.id, stays.public, came.channel_public, other.channel_public))


def _log_lost(unit: Unit, tenant: Tenant, stays: Person, came: Held, was: Held) -> None:
    """The channel that had the one viewer learns whose he is as the customer he turned out to be."""
    if came.channel_public == was.channel_public:
        return
    body = {"viewer": stays.public, "binding": came.id, "clause": MERGED}
    party = channel_party(came.channel_public)
    unit.log(Leaf(tenant.id, party, "unbound", body, tenant.rule_hash, stays.key))


def _move_orders(unit: Unit, gone: Person, stays: Person) -> None:
    """The client's ids are each viewer's own: where both chose the same one, the order that comes gets a longer one."""
    table = tables.orders
    taken = select(table.c.client_order_id).where(table.c.viewer_id == stays.key)
    same = unit.connection.execute(
        select(table.c.id, table.c.client_order_id).where(
            table.c.viewer_id == gone.key, table.c.client_order_id.in_(taken)
        )
    ).all()
    for key, chosen in same:
        longer = {"client_order_id": f"{chosen}.{gone.public}"}
        unit.connection.execute(update(table).where(table.c.id == key).values(longer))
    unit.connection.execute(update(table).where(table.c.viewer_id == gone.key).values(viewer_id=stays.key))


def _move_single(unit: Unit, gone: Person, stays: Person) -> None:
    """What a viewer has once: the name, whom he works for, the outcome as a newcomer. What `stays` has, stays."""
    viewer = tables.viewer
    name = select(viewer.c.name).where(viewer.c.id == gone.key).scalar_subquery()
    unnamed = update(viewer).where(viewer.c.id == stays.key, viewer.c.name == "")
    unit.connection.execute(unnamed.values(name=name))
    for table in (tables.staff, tables.newcomer):
        if unit.connection.execute(select(table.c.viewer_id).where(table.c.viewer_id == stays.key)).first() is None:
            moved = update(table).where(table.c.viewer_id == gone.key)
            unit.connection.execute(moved.values(viewer_id=stays.key))
