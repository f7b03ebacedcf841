"""Customers of a closed channel, and channels below it, pass to the channel above it once the published period is over.

The scheduler asks for it; what is due is in the store, so a restart forgets nobody, and each customer passes in one
transaction with his own binding. If the channel above has closed too, they go to the next one that has not.
"""

from __future__ import annotations

from sqlalchemy import delete, or_, select, update

from commerce.binding import find_held
from commerce.commands.partners import PassCustomers
from commerce.directory.tree import channel_row, path_up
from commerce.partners.moving import tell_moved
from commerce.partners.notices import tell_channel
from commerce.partners.rebinding import bind_to
from commerce.proof.entry import Leaf, channel_party
from commerce.store import tables
from commerce.store.reading import AnyRow, Reading
from commerce.store.unit import Unit
from commerce.visits import Person, find_tenant

SYSTEM = "fenbo"  # decided by the published period, by nobody in person


def passing_is_due(reading: Reading) -> bool:
    """Whether any channel's period is over; a look at an index that is mostly empty."""
    table = tables.passing
    query = select(table.c.channel_id).where(table.c.done_at.is_(None), table.c.due_at <= reading.now)
    return reading.connection.execute(query.limit(1)).first() is not None


def pass_customers(unit: Unit, command: PassCustomers) -> int:
    """Channel by channel until `limit` customers have passed; a channel with none left is done."""
    table, left = tables.passing, command.limit
    due = (table.c.done_at.is_(None), table.c.due_at <= unit.now)
    query = select(table).where(*due).order_by(table.c.due_at, table.c.channel_id)
    for row in unit.connection.execute(query.with_for_update(skip_locked=True)).all():
        passed = _pass(unit, row, left)
        left -= passed
        mine = update(table).where(table.c.channel_id == row.channel_id)
        if left > 0:
            unit.connection.execute(mine.values(passed=row.passed + passed, done_at=unit.now))
            _let_go(unit, row)
            _tell(unit, row, row.passed + passed)
            continue
        unit.connection.execute(mine.values(passed=row.passed + passed))
        break
    return command.limit - left


def _pass(unit: Unit, row: AnyRow, limit: int) -> int:
    """Whose binding is over is nobody's, and passes to nobody."""
    binding, viewer = tables.binding, tables.viewer
    valid = or_(binding.c.valid_until.is_(None), binding.c.valid_until > unit.now)
    query = (
        select(viewer.c.id, viewer.c.public_id)
        .join(binding, binding.c.viewer_id == viewer.c.id)
        .where(binding.c.channel_id == row.channel_id, binding.c.state == "active", valid)
        .order_by(binding.c.id)
        .limit(limit)
    )
    people = [Person(key, public) for key, public in unit.connection.execute(query)]
    tenant, to = find_tenant(unit, row.merchant_id), _heir(unit, row.channel_id)
    held = find_held(unit, [person.key for person in people])
    for person in people:
        bind_to(unit, tenant, person, to, held=held[person.key], why=("passed", "the channel closed", SYSTEM))
    return len(people)


def _let_go(unit: Unit, row: AnyRow) -> None:
    """Channels below it stand below its heir from now on, and nobody works for it: it earns nothing more."""
    table, staff = tables.channel, tables.staff
    heir = channel_row(unit, _heir(unit, row.channel_id))
    below = select(table).where(table.c.parent_id == row.channel_id, table.c.state != "closed")
    for each in unit.connection.execute(below.order_by(table.c.id)).all():
        unit.connection.execute(update(table).where(table.c.id == each.id).values(parent_id=heir.id))
        body = {"channel": each.public_id, "parent": heir.public_id, "by": SYSTEM}
        unit.log(Leaf(row.merchant_id, channel_party(each.public_id), "moved", body))
        tell_moved(unit, each, heir.id)
    unit.connection.execute(delete(staff).where(staff.c.channel_id == row.channel_id))


def _heir(unit: Unit, channel: int) -> int:
    """The nearest channel above that is not closed; the house never is."""
    return next(key for key in path_up(unit, channel)[1:] if channel_row(unit, key).state != "closed")


def _tell(unit: Unit, row: AnyRow, count: int) -> None:
    to = _heir(unit, row.channel_id)
    left = {"channel": channel_row(unit, to).name, "count": count}
    came = {"channel": channel_row(unit, row.channel_id).name, "count": count}
    tell_channel(unit, row.merchant_id, row.channel_id, "customers_left", left)
    tell_channel(unit, row.merchant_id, to, "customers_came", came)
