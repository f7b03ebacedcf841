"""Legal hold: what a court or a dispute needs is not erased, neither at the person's wish nor by the clock."""

from __future__ import annotations

from sqlalchemy import CompoundSelect, Select, case, insert, select, union_all, update

from commerce.commands.guarding import LiftLegalHold, SetLegalHold
from commerce.errors import NotFound
from commerce.paging import Paging
from commerce.privacy.access import note_access
from commerce.store import tables
from commerce.store.ids import public_id
from commerce.store.reading import Connected, Reading
from commerce.store.unit import Unit
from commerce.visits import find_viewer

_hold, _order, _rule = tables.legal_hold, tables.orders, tables.retention


def set_legal_hold(unit: Unit, command: SetLegalHold) -> str:
    """From now on; answers its public id. NotFound."""
    viewer, order = _whose(unit, command)
    row = {"id": unit.new_id(), "merchant_id": command.merchant, "public_id": public_id(), "viewer_id": viewer}
    why = {"order_id": order, "reason": command.reason, "by": command.by, "at": unit.now, "lifted_at": None}
    unit.connection.execute(insert(_hold), row | why)
    what = "viewer" if command.order is None else "order"
    note_access(unit, command.merchant, command.by, ("held", what), [command.order or command.viewer or ""])
    return str(row["public_id"])


def _whose(unit: Unit, command: SetLegalHold) -> tuple[int, int | None]:
    if command.viewer is not None:
        viewer = find_viewer(unit, command.merchant, command.viewer)
        if viewer is None:
            raise NotFound("viewer", "no such viewer")
        return viewer, None
    query = select(_order.c.viewer_id, _order.c.id)
    mine = (_order.c.merchant_id == command.merchant, _order.c.public_id == command.order)
    row = unit.connection.execute(query.where(*mine)).first()
    if row is None:
        raise NotFound("order", "no such order")
    return int(row.viewer_id), int(row.id)


def lift_legal_hold(unit: Unit, command: LiftLegalHold) -> None:
    """It is kept, with its end."""
    mine = (_hold.c.merchant_id == command.merchant, _hold.c.public_id == command.hold)
    row = unit.connection.execute(select(_hold).where(*mine).with_for_update()).first()
    if row is None:
        raise NotFound("hold", "no such hold")
    if row.lifted_at is None:
        unit.connection.execute(update(_hold).where(_hold.c.id == row.id).values(lifted_at=unit.now))
        note_access(unit, command.merchant, command.by, ("lifted", "hold"), [command.hold])
        again = update(_rule).where(_rule.c.merchant_id == command.merchant)  # what was passed by because of it
        unit.connection.execute(again.values(touch_at=0, touch_id=0, leaf_log=0, leaf_position=0))


def reason_against(connected: Connected, viewer: int) -> str | None:
    """Why a person, or an order of his, may not be erased; None: he may."""
    query = select(_hold.c.reason).where(_hold.c.viewer_id == viewer, _hold.c.lifted_at.is_(None))
    found = connected.connection.execute(query.order_by(_hold.c.id).limit(1)).scalar()
    return None if found is None else str(found)


def held_persons(merchant: int) -> Select[int]:
    """Keys of viewers of whom nothing may be erased."""
    return select(_hold.c.viewer_id).where(
        _hold.c.merchant_id == merchant, _hold.c.lifted_at.is_(None), _hold.c.order_id.is_(None)
    )


def held_names(merchant: int) -> CompoundSelect[str]:
    """Public ids of the same and of the viewers that were merged into them: what is said is kept by these."""
    viewer = tables.viewer
    ways = (_hold.c.viewer_id == viewer.c.id, _hold.c.viewer_id == viewer.c.same_as_id)
    held = (_hold.c.merchant_id == merchant, _hold.c.lifted_at.is_(None), _hold.c.order_id.is_(None))
    return union_all(*(select(viewer.c.public_id).join(_hold, way).where(*held) for way in ways))


def held_orders(merchant: int) -> Select[int]:
    """Keys of orders that are held themselves."""
    return select(_hold.c.order_id).where(
        _hold.c.merchant_id == merchant, _hold.c.lifted_at.is_(None), _hold.c.order_id.is_not(None)
    )


def legal_holds(reading: Reading, merchant: int, page: Paging | None = None) -> tuple[dict[str, object], ...]:
    """A page: those that hold first, then those that were lifted, each the latest first."""
    page = page or Paging()
    viewer, standing = tables.viewer, case((_hold.c.lifted_at.is_(None), 1), else_=0)
    query = (
        select(_hold.c.public_id.label("hold"), viewer.c.public_id.label("viewer"))
        .add_columns(_order.c.public_id.label("order"), _hold.c.reason, _hold.c.by, _hold.c.at, _hold.c.lifted_at)
        .add_columns(standing.label("standing"), _hold.c.id)
        .join(viewer, viewer.c.id == _hold.c.viewer_id)
        .outerjoin(_order, _order.c.id == _hold.c.order_id)
        .where(_hold.c.merchant_id == merchant, *page.after(standing, _hold.c.id))
        .order_by(standing.desc(), _hold.c.id.desc())
        .limit(page.rows)
    )
    rows = reading.connection.execute(query).all()
    return tuple(dict(row._mapping) for row in page.take(rows, lambda row: (row.standing, row.id)))
