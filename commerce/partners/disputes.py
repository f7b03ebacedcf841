"""Disputes: whose is he? A channel opens one, HQ answers and decides, all of it in the log of both channels.

    open ──answer──> answered ──decide──> decided      (deciding needs no answer before it)

What is disputed is held until it is decided, also what is queued and no rail has heard of; a payout that it was queued
with goes on without it. The evidence is what `why` answers at that moment, without anybody's amounts.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, and_, func, insert, or_, select, update

from commerce.attribution import is_valid
from commerce.binding import find_held
from commerce.commands.disputes import AnswerDispute, DecideDispute, OpenDispute
from commerce.commission import next_state
from commerce.directory.channels import channel_key
from commerce.directory.tree import channel_row
from commerce.earning.claims import PAID_OUT
from commerce.earning.claw_back import at_bank
from commerce.earning.follow import order_lines
from commerce.earning.payouts import go_on, stop_payouts, with_lines_of
from commerce.earning.waiting import DISPUTED, UNDECIDED
from commerce.errors import Conflict, Forbidden, NotFound, WrongState
from commerce.order.states import PAID
from commerce.partners.crediting import move_order, move_to, taken_by_bank
from commerce.partners.holding import change_line, keep_held, release_held
from commerce.partners.notices import tell_channel
from commerce.partners.rebinding import bind_to
from commerce.proof.entry import Leaf, channel_party
from commerce.store import tables
from commerce.store.bulk import Row
from commerce.store.ids import public_id
from commerce.store.reading import AnyRow, Reading
from commerce.store.unit import Unit
from commerce.visits import Person, find_tenant, find_viewer
from commerce.why import why_customer, why_order

OPEN_MAX = 100  # of one channel at a time


def open_dispute(unit: Unit, command: OpenDispute) -> str:
    """The dispute's id. NotFound for what the channel has nothing to do with, Conflict when it is disputed already."""
    channel = channel_key(unit, command.merchant, command.channel)
    order = None if command.order is None else _order(unit, command.merchant, command.order)
    viewer = order.viewer_id if order is not None else _viewer(unit, command)
    _check_claim(unit, channel, order, viewer)
    _check_new(unit, channel, None if order is None else order.id, viewer)
    public = public_id()
    row = {"id": unit.new_id(), "merchant_id": command.merchant, "public_id": public, "channel_id": channel}
    about = {"viewer_id": viewer, "order_id": None if order is None else order.id, "evidence": _evidence(unit, command)}
    text = {"state": "open", "claim": command.text, "answer": "", "outcome": "", "reason": "", "decided_by": ""}
    times = {"opened_by": command.by, "opened_at": unit.now, "changed_at": unit.now}
    unit.connection.execute(insert(tables.dispute), row | about | text | times)
    found = _find(unit, command.merchant, public)
    _hold(unit, found, [order] if order is not None else _orders_of(unit, viewer))
    _tell(unit, found, {"event": "opened", "text": command.text, "by": command.by})
    return public


def _hold(unit: Unit, row: AnyRow, orders: Sequence[AnyRow]) -> None:
    """What is stopped waits for the dispute as whatever comes back from a bank does; all other lines are held here."""
    stopped = stop_payouts(unit, row.merchant_id, with_lines_of([order.id for order in orders]))
    for order in orders:
        lines = [line for line in order_lines(unit, order.id) if next_state(line["state"], "hold") is not None]
        for line in lines:
            change_line(unit, line, "held", DISPUTED + row.public_id)
        keep_held(unit, lines, "hold")
    go_on(unit, row.merchant_id, stopped)


def hold_disputed(unit: Unit, viewer: int) -> None:
    """After a merge, of the viewer (key) who stays: where he is disputed, what came along waits, too."""
    table = tables.dispute
    about = (table.c.viewer_id == viewer, table.c.order_id.is_(None), table.c.state.in_(UNDECIDED))
    for row in unit.connection.execute(select(table).where(*about).order_by(table.c.id).with_for_update()).all():
        _hold(unit, row, _orders_of(unit, viewer))


def _order(unit: Unit, merchant: int, order: str) -> AnyRow:
    table = tables.orders
    query = select(table).where(table.c.merchant_id == merchant, table.c.public_id == order).with_for_update()
    row = unit.connection.execute(query).first()
    if row is None:
        raise NotFound("order", "no such order")
    if row.state not in PAID:
        raise Conflict("order", "only what is paid can be disputed")
    return row


def _viewer(unit: Unit, command: OpenDispute) -> int:
    assert command.viewer is not None
    viewer = find_viewer(unit, command.merchant, command.viewer)
    if viewer is None:
        raise NotFound("viewer", "no such customer")
    return viewer


def _orders_of(unit: Unit, viewer: int) -> list[AnyRow]:
    table = tables.orders
    query = select(table).where(table.c.viewer_id == viewer, table.c.state.in_(PAID)).order_by(table.c.id)
    return list(unit.connection.execute(query.with_for_update()).all())


def _check_claim(unit: Unit, channel: int, order: AnyRow | None, viewer: int) -> None:
    """A channel may claim whom it brought once, and what was bought in its room."""
    if order is not None and channel in (order.room_channel_id, order.owner_channel_id):
        return
    touch = tables.touch
    mine = (touch.c.viewer_id == viewer, touch.c.channel_id == channel, touch.c.counted_at.is_not(None))
    if unit.connection.execute(select(touch.c.id).where(*mine).limit(1)).first() is None:
        raise NotFound("viewer" if order is None else "order", "nothing of yours")


def _check_new(unit: Unit, channel: int, order: int | None, viewer: int) -> None:
    table = tables.dispute
    undecided = (table.c.state.in_(UNDECIDED), table.c.viewer_id == viewer)
    same = table.c.order_id.is_(None) if order is None else (table.c.order_id.is_(None) | (table.c.order_id == order))
    if unit.connection.execute(select(table.c.id).where(*undecided, same).limit(1)).first() is not None:
        raise Conflict("order" if order is not None else "viewer", "is disputed already")
    count = select(func.count()).where(table.c.channel_id == channel, table.c.state.in_(UNDECIDED))
    if unit.connection.execute(count).scalar_one() >= OPEN_MAX:
        raise Conflict("channel", f"at most {OPEN_MAX} disputes at a time")


def _evidence(unit: Unit, command: OpenDispute) -> str:
    """The replay in both languages; what others earn is left out."""
    reading = Reading(unit.connection, unit.now)
    found: dict[str, Any] = {}
    for language in ("zh", "en"):
        if command.order is not None:
            why = why_order(reading, command.merchant, command.order, language)
            said = sum(2 if line["reason"] else 1 for line in why["lines"])
            found[language] = why["words"][: len(why["words"]) - said]
            found |= {name: why[name] for name in ("owner", "room_channel", "clause", "agrees", "rule_hash", "inputs")}
        else:
            assert command.viewer is not None
            why = why_customer(reading, command.merchant, command.viewer, language)
            found[language] = why["words"]
            found |= {"channel": why["channel"], "events": why["events"]}
    return json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _find(unit: Unit, merchant: int, dispute: str) -> AnyRow:
    table = tables.dispute
    query = select(table).where(table.c.merchant_id == merchant, table.c.public_id == dispute).with_for_update()
    row = unit.connection.execute(query).first()
    if row is None:
        raise NotFound("dispute", "no such dispute")
    return row


def _change(unit: Unit, row: AnyRow, **values: object) -> None:
    table = tables.dispute
    changed = update(table).where(table.c.id == row.id).values(values | {"changed_at": unit.now})
    unit.connection.execute(changed)


def answer_dispute(unit: Unit, command: AnswerDispute) -> str:
    """HQ's word, once or again; WrongState when it is decided."""
    row = _find(unit, command.merchant, command.dispute)
    if row.state not in UNDECIDED:
        raise WrongState("dispute", row.state, "answer")
    _change(unit, row, state="answered", answer=command.answer)
    _tell(unit, row, {"event": "answered", "text": command.answer, "by": command.by})
    return "answered"


def decide_dispute(unit: Unit, command: DecideDispute) -> int:
    """How many lines were held or moved."""
    row = _find(unit, command.merchant, command.dispute)
    if row.state not in UNDECIDED:
        raise WrongState("dispute", row.state, "decide")
    moved = command.outcome == "moved"
    if moved and channel_row(unit, row.channel_id).state != "active":
        raise Forbidden("outcome", "this channel takes nobody now")
    count = 0
    for order, lines in _disputed(unit, row):
        held = [line for line in lines if line["reason"] == DISPUTED + row.public_id]
        if moved:
            count += move_order(unit, move_to(unit, row.channel_id, row), order, lines)
        else:
            count += len(held)
        _release(unit, [line for line in held if line["state"] == "held"], row.public_id)
    _tell(unit, row, {"event": command.outcome, "text": command.reason, "by": command.by})
    if moved and row.order_id is None:
        _rebind(unit, row, command)
    _change(unit, row, state="decided", outcome=command.outcome, reason=command.reason, decided_by=command.by)
    return count


def _disputed(unit: Unit, row: AnyRow) -> list[tuple[AnyRow, list[Row]]]:
    """The order, with its lines; of a customer those orders of which something has not been sent yet, whatever it waits
    for (and be it a bank that took it), or which he has not paid yet.
    """
    table, line = tables.orders, tables.commission_line
    query = select(table).order_by(table.c.id).with_for_update()
    if row.order_id is not None:
        order = unit.connection.execute(query.where(table.c.id == row.order_id)).one()
        return [(order, order_lines(unit, order.id))]
    unsent = or_(line.c.state.not_in((*PAID_OUT, "void")), and_(line.c.state == "void", at_bank(table.c.id)))
    here = select(line.c.id).where(line.c.order_id == table.c.id, unsent)
    mine = (table.c.viewer_id == row.viewer_id, table.c.state.in_(("created", *PAID, "refunded")), here.exists())
    found = [(order, order_lines(unit, order.id)) for order in unit.connection.execute(query.where(*mine)).all()]
    return [(order, lines) for order, lines in found if _is_unsent(unit, order, lines)]


def _is_unsent(unit: Unit, order: AnyRow, lines: list[Row]) -> bool:
    """Void are also lines that others stand for by now, and those may have been sent."""
    if any(line["state"] not in (*PAID_OUT, "void") for line in lines):
        return True
    taken = taken_by_bank(unit, order, lines)
    return any(line["state"] == "void" and line["id"] in taken for line in lines)


def _release(unit: Unit, lines: list[Row], dispute: str) -> None:
    release_held(unit, lines, "decided", ended=dispute)
    keep_held(unit, lines, "release")


def _rebind(unit: Unit, row: AnyRow, command: DecideDispute) -> None:
    held = find_held(unit, [row.viewer_id]).get(row.viewer_id)
    if held is not None and held.terms.channel == row.channel_id and is_valid(held.terms, unit.now):
        return
    person = Person(row.viewer_id, _public(unit, tables.viewer, row.viewer_id))
    why = ("decided", command.reason[:200], command.by)
    bind_to(unit, find_tenant(unit, row.merchant_id), person, row.channel_id, held=held, why=why)


def _tell(unit: Unit, row: AnyRow, said: dict[str, str]) -> None:
    """The channel that opened it and the one that has him, on their desks and in their logs."""
    for channel in {row.channel_id, _other(unit, row)} - {None}:
        assert channel is not None
        party = channel_party(channel_row(unit, channel).public_id)
        body = {"dispute": row.public_id, **said}
        unit.log(Leaf(row.merchant_id, party, "dispute", body, "", row.viewer_id))
        told = {"dispute": row.public_id, "event": said["event"], "order": _public(unit, tables.orders, row.order_id)}
        tell_channel(unit, row.merchant_id, channel, "dispute", told)


def _public(unit: Unit, table: Table, key: int | None) -> str:
    """A row's public id; "" for none."""
    query = select(table.c.public_id).where(table.c.id == key)
    return "" if key is None else str(unit.connection.execute(query).scalar_one())


def _other(unit: Unit, row: AnyRow) -> int | None:
    if row.order_id is not None:
        order = tables.orders
        owner = select(order.c.owner_channel_id).where(order.c.id == row.order_id)
        return int(unit.connection.execute(owner).scalar_one())
    held = find_held(unit, [row.viewer_id]).get(row.viewer_id)
    return None if held is None else held.terms.channel
