"""What people do to lines and channels: holds with their reasons, staff. Everything is in the log."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import delete, insert, select

from commerce.commands.earning import HoldLines, HoldParty, ReleaseLines, ReleaseParty, SetStaff
from commerce.commission import next_state
from commerce.directory.channels import channel_key
from commerce.earning.follow import keep_lines, order_lines
from commerce.earning.told import line_body
from commerce.earning.waiting import BY_RULE, DISPUTED
from commerce.errors import Conflict, Invalid, NotFound, WrongState
from commerce.partners.holding import change_line, keep_held, release_held
from commerce.proof.entry import Leaf
from commerce.store import tables
from commerce.store.bulk import Row
from commerce.store.reading import AnyRow
from commerce.store.unit import Unit
from commerce.visits import find_viewer


def _order(unit: Unit, merchant: int, order: str) -> AnyRow:
    table = tables.orders
    query = select(table).where(table.c.merchant_id == merchant, table.c.public_id == order).with_for_update()
    row = unit.connection.execute(query).first()
    if row is None:
        raise NotFound("order", "no such order")
    return row


def hold_lines(unit: Unit, command: HoldLines) -> int:
    """All lines of the order that are not paid out yet wait, with the reason; WrongState when there are none."""
    _check_reason(command.reason)
    order = _order(unit, command.merchant, command.order)
    held = [line for line in order_lines(unit, order.id) if next_state(line["state"], "hold") is not None]
    if not held:
        raise WrongState("order", order.state, "hold")
    for line in held:
        change_line(unit, line, "held", command.reason)
    _keep(unit, order, held, "hold")
    return len(held)


def _check_reason(reason: str) -> None:
    if reason.startswith(BY_RULE):
        raise Invalid("reason", f"must not begin with {' or '.join(map(str.strip, BY_RULE))}: such holds end by rule")


def hold_party(unit: Unit, command: HoldParty) -> int:
    """All that a party was not sent yet waits, with the reason; Conflict when that is nothing."""
    _check_reason(command.reason)
    lines = [line for line in _party_lines(unit, command) if next_state(line["state"], "hold") is not None]
    if not lines:
        raise Conflict("party", "nothing of theirs can be held")
    for line in lines:
        change_line(unit, line, "held", command.reason)
    keep_held(unit, lines, "hold")
    return len(lines)


def release_party(unit: Unit, command: ReleaseParty) -> int:
    """What somebody held by hand goes on, or waits by rule; Conflict when that is nothing."""
    lines = [line for line in _party_lines(unit, command) if line["state"] == "held"]
    held = [line for line in lines if not line["reason"].startswith(BY_RULE)]
    if not held:
        raise Conflict("party", "nobody holds anything of theirs")
    release_held(unit, held, command.reason)
    keep_held(unit, held, "release")
    return len(held)


def _party_lines(unit: Unit, command: HoldParty | ReleaseParty) -> list[Row]:
    table = tables.commission_line
    mine = (table.c.merchant_id == command.merchant, table.c.party == command.party)
    query = select(table).where(*mine, table.c.state.not_in(("paid", "void"))).order_by(table.c.id).with_for_update()
    return [dict(row._mapping) for row in unit.connection.execute(query)]


def release_lines(unit: Unit, command: ReleaseLines) -> int:
    """They go on where they were: matured if the after-sales window is over by now.

    What waits for a dispute or a suspended channel goes on when that ends; what such a one has come upon meanwhile
    waits for it now. A line that the decision of its dispute has missed (its buyer had logged in) is nobody else's.
    """
    order = _order(unit, command.merchant, command.order)
    lines = [line for line in order_lines(unit, order.id) if line["state"] == "held"]
    decided = _decided(unit, {line["reason"] for line in lines})
    held = [line for line in lines if not line["reason"].startswith(BY_RULE) or line["reason"] in decided]
    if not held:
        raise WrongState("order", order.state, "release")
    release_held(unit, held, command.reason)
    _keep(unit, order, held, "release")
    return len(held)


def _decided(unit: Unit, reasons: Collection[str]) -> set[str]:
    """Those that name a dispute which is decided."""
    table, begins = tables.dispute, len(DISPUTED)
    named = {reason[begins:] for reason in reasons if reason.startswith(DISPUTED)}
    query = select(table.c.public_id).where(table.c.public_id.in_(named), table.c.state == "decided")
    return {DISPUTED + str(public) for public in unit.connection.execute(query).scalars()}


def _keep(unit: Unit, order: AnyRow, lines: list[Row], event: str) -> None:
    keep_lines(unit, lines)
    for party in sorted({line["party"] for line in lines}):
        bodies = [line_body(line) for line in lines if line["party"] == party]
        body: dict[str, Any] = {"order": order.public_id, "event": event, "lines": bodies}
        unit.log(Leaf(order.merchant_id, party, "commission", body, order.rule_hash))


def set_staff(unit: Unit, command: SetStaff) -> None:
    """Who works for whom; at most one channel each."""
    viewer = find_viewer(unit, command.merchant, command.viewer)
    if viewer is None:
        raise NotFound("viewer", "no such viewer")
    unit.connection.execute(delete(tables.staff).where(tables.staff.c.viewer_id == viewer))
    if command.channel is not None:
        channel = channel_key(unit, command.merchant, command.channel)
        row = {"viewer_id": viewer, "merchant_id": command.merchant, "channel_id": channel, "since": unit.now}
        unit.connection.execute(insert(tables.staff), row)
