"""What people do to lines and channels: holds with their reasons, staff.

Everything is in the log, but for the reasons: they may speak of the buyer, and are told while they stand.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import delete, insert, select

from commerce.commands.earning import HoldLines, HoldParty, ReleaseLines, ReleaseParty, SetStaff
from commerce.commission import next_state
from commerce.directory.channels import channel_key
from commerce.directory.tree import channel_row
from commerce.earning.follow import keep_lines, order_lines
from commerce.earning.payouts import go_on, stop_payouts, with_lines_of
from commerce.earning.settlement import names_of_one
from commerce.earning.told import BEGIN, line_body
from commerce.earning.waiting import BY_RULE, DISPUTED
from commerce.errors import Conflict, Forbidden, Invalid, NotFound, WrongState
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
    """All lines of the order that no rail has heard of wait, with the reason; WrongState when there are none.

    A payout that they were queued with goes on without them.
    """
    _check_reason(command.reason)
    order = _order(unit, command.merchant, command.order)
    stopped = stop_payouts(unit, command.merchant, with_lines_of([order.id]))
    held = [line for line in order_lines(unit, order.id) if _may_be_held(line)]
    if not held:
        raise WrongState("order", order.state, "hold")
    for line in held:
        change_line(unit, line, "held", command.reason)
    _keep(unit, order, held, "hold")
    go_on(unit, command.merchant, stopped)
    return len(held)


def _may_be_held(line: Row) -> bool:
    """By hand also what waits by rule: it is not let go when that ends. When the hand lets go, the rule is asked."""
    by_rule = line["state"] == "held" and line["reason"].startswith(BY_RULE)
    return by_rule or next_state(line["state"], "hold") is not None


def _check_reason(reason: str) -> None:
    if reason.startswith(BEGIN):
        raise Invalid("reason", f"must not begin with {' or '.join(map(str.strip, BEGIN))}: that is how a rule speaks")


def hold_party(unit: Unit, command: HoldParty) -> int:
    """All that no rail has heard of waits, with the reason; Conflict when that is nothing."""
    _check_reason(command.reason)
    names = names_of_one(unit, command.merchant, command.party)
    stopped = stop_payouts(unit, command.merchant, tables.payout.c.party.in_(names))
    lines = [line for line in _party_lines(unit, command.merchant, names) if _may_be_held(line)]
    if not lines:
        raise Conflict("party", "nothing of theirs can be held")
    for line in lines:
        change_line(unit, line, "held", command.reason)
    keep_held(unit, lines, "hold")
    go_on(unit, command.merchant, stopped)
    return len(lines)


def release_party(unit: Unit, command: ReleaseParty) -> int:
    """What somebody held by hand goes on, or waits by rule; Conflict when that is nothing."""
    _check_reason(command.reason)
    names = names_of_one(unit, command.merchant, command.party)
    lines = [line for line in _party_lines(unit, command.merchant, names) if line["state"] == "held"]
    held = [line for line in lines if not line["reason"].startswith(BY_RULE)]
    if not held:
        raise Conflict("party", "nobody holds anything of theirs")
    release_held(unit, held, command.reason)
    keep_held(unit, held, "release")
    return len(held)


def _party_lines(unit: Unit, merchant: int, names: Collection[str]) -> list[Row]:
    table = tables.commission_line
    mine = (table.c.merchant_id == merchant, table.c.party.in_(names))
    query = select(table).where(*mine, table.c.state.not_in(("paid", "void"))).order_by(table.c.id).with_for_update()
    return [dict(row._mapping) for row in unit.connection.execute(query)]


def release_lines(unit: Unit, command: ReleaseLines) -> int:
    """They go on where they were: matured if the after-sales window is over by now.

    What waits for a dispute or a suspended channel goes on when that ends; what such a one has come upon meanwhile
    waits for it now. A line that the decision of its dispute has missed (its buyer had logged in) is nobody else's.
    """
    _check_reason(command.reason)
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
    """Who works for whom; at most one channel each. Forbidden for a channel that is closed: it earns nothing more."""
    viewer = find_viewer(unit, command.merchant, command.viewer)
    if viewer is None:
        raise NotFound("viewer", "no such viewer")
    unit.connection.execute(delete(tables.staff).where(tables.staff.c.viewer_id == viewer))
    if command.channel is not None:
        channel = channel_key(unit, command.merchant, command.channel)
        if channel_row(unit, channel).state == "closed":
            raise Forbidden("channel", "is closed: nobody works for it")
        row = {"viewer_id": viewer, "merchant_id": command.merchant, "channel_id": channel, "since": unit.now}
        unit.connection.execute(insert(tables.staff), row)
