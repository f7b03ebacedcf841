"""Nobody invites himself. That he did shows when his two browsers become one customer: the reward ends then.

Unless a rail has heard of it: what was sent stays sent.
"""

from __future__ import annotations

from sqlalchemy import select, update

from commerce.books import post
from commerce.earning.claims import PAID_OUT
from commerce.earning.payouts import go_on, stop_payouts
from commerce.earning.settlement import names_of_one
from commerce.ledger import Transfer
from commerce.partners.holding import change_line, keep_held
from commerce.proof.entry import sharer_party
from commerce.store import tables
from commerce.store.bulk import Row
from commerce.store.unit import Unit
from commerce.visits import Person

SELF_INVITE = "self_invite"  # the line's reason


def end_self_invite(unit: Unit, merchant: int, person: Person) -> None:
    """After a merge, of the viewer who stays. He came by nobody then, and the pool has his reward again."""
    table = tables.newcomer
    own = (table.c.viewer_id == person.key, table.c.sharer_id == person.key, table.c.outcome == "qualified")
    at = unit.connection.execute(select(table.c.at).where(*own)).scalar()
    if at is None:
        return
    names = names_of_one(unit, merchant, sharer_party(person.public))
    line = _reward(unit, merchant, names, at)
    if line is None:
        return
    payout = tables.payout.c
    stopped = stop_payouts(unit, merchant, payout.settlement_id == line["settlement_id"])
    line = _reward(unit, merchant, names, at) if stopped else line
    if line is None or line["state"] in PAID_OUT:
        return
    _void(unit, line)
    unit.connection.execute(update(table).where(*own).values(outcome="no_sharer"))
    go_on(unit, merchant, stopped)


def _reward(unit: Unit, merchant: int, names: list[str], at: int) -> Row | None:
    """Made in the moment in which he qualified. Of several made in that moment, all of one plan, any will do."""
    table = tables.commission_line
    mine = (table.c.merchant_id == merchant, table.c.party.in_(names), table.c.kind == "invite")
    query = select(table).where(*mine, table.c.created_at == at, table.c.state != "void")
    query = query.order_by(table.c.state.in_(PAID_OUT), table.c.id).limit(1)
    row = unit.connection.execute(query.with_for_update()).first()
    return None if row is None else dict(row._mapping)


def _void(unit: Unit, line: Row) -> None:
    left = line["amount_minor"] - line["clawed_minor"]
    name = f"clawback:{line['public_id']}:{SELF_INVITE}"
    post(unit, line["merchant_id"], [Transfer(name, line["party"], "sales", left, line["currency"], "clawback")])
    change_line(unit, line, "void", SELF_INVITE)
    line["clawed_minor"] = line["amount_minor"]
    keep_held(unit, [line], SELF_INVITE)
