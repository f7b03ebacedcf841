"""Bindings that no touch made: by hand, by the decision of a dispute, or because the channel closed.

Clauses: moved (by hand) · decided (a dispute) · passed (the channel closed). The binding before it is kept as
superseded, the reason and who gave it stand beside the new one, and both channels' logs have it.
"""

from __future__ import annotations

from sqlalchemy import insert

from commerce.attribution import Touch, bind, is_valid
from commerce.binding import Held, find_held, log_binding, supersede
from commerce.commands.partners import Rebind
from commerce.directory.channels import channel_key
from commerce.directory.tree import channel_row
from commerce.errors import Conflict, Forbidden, NotFound
from commerce.events import ViewerBound
from commerce.partners.notices import tell_channel
from commerce.store import tables
from commerce.store.bulk import Row, insert_rows
from commerce.store.unit import Unit
from commerce.visits import Person, Tenant, find_persons, find_tenant

CLAUSES = ("moved", "decided", "passed")


def rebind(unit: Unit, command: Rebind) -> None:
    """By hand; Conflict when he is the channel's already, Forbidden for one that takes no customers."""
    person = find_persons(unit, [(command.merchant, command.viewer)]).get((command.merchant, command.viewer))
    if person is None:
        raise NotFound("viewer", "no such viewer")
    to = channel_key(unit, command.merchant, command.channel)
    if channel_row(unit, to).state != "active":
        raise Forbidden("channel", "this channel takes no customers now")
    held = find_held(unit, [person.key]).get(person.key)
    if held is not None and held.terms.channel == to and is_valid(held.terms, unit.now):
        raise Conflict("channel", "he is this channel's customer already")
    tenant = find_tenant(unit, command.merchant)
    bind_to(unit, tenant, person, to, held=held, why=("moved", command.reason, command.by))
    before = None if held is None else held.terms.channel
    tell_both(unit, command.merchant, (before, to), command.reason, person.public)


def bind_to(
    unit: Unit, tenant: Tenant, person: Person, to: int, *, held: Held | None, why: tuple[str, str, str]
) -> str:
    """A binding from now on with the ends of the one before it, or those of the rule where none is valid.

    `why`: clause, reason, by whom. Answers the channel's public id.
    """
    clause, reason, by = why
    assert clause in CLAUSES, clause
    if held is not None:
        supersede(unit, [held.id])
    public = str(channel_row(unit, to).public_id)
    row = _row(unit, tenant, person.key, to, held) | {"clause": clause}
    insert_rows(unit.connection, tables.binding, [row])
    kept = {"binding_id": row["id"], "merchant_id": tenant.id, "reason": reason, "decided_by": by}
    unit.connection.execute(insert(tables.rebinding), kept)
    log_binding(unit, row, person.public, public, held, why={"reason": reason, "by": by})
    unit.tell(ViewerBound(tenant.id, person.public, public, None if held is None else held.channel_public))
    return public


def _row(unit: Unit, tenant: Tenant, viewer: int, to: int, held: Held | None) -> Row:
    fresh = bind(tenant.rule, Touch(0, to, unit.now, tenant.show), tenant.zone)
    terms = fresh if held is None or not is_valid(held.terms, unit.now) else held.terms
    return {
        "id": unit.new_id(),
        "merchant_id": tenant.id,
        "viewer_id": viewer,
        "channel_id": to,
        "show_id": tenant.show,
        "touch_id": None,
        "replaces_id": None if held is None else held.id,
        "state": "active",
        "rule_hash": tenant.rule_hash,
        "since": unit.now,
        "valid_until": terms.valid_until,
        "protected_until": terms.protected_until,
        "ended_at": None,
    }


def tell_both(unit: Unit, merchant: int, ends: tuple[int | None, int], reason: str, viewer: str) -> None:
    """One customer: the channel that had him and the one that has him, each on its desk."""
    before, to = ends
    came = {"viewer": viewer, "reason": reason, "channel": "" if before is None else channel_row(unit, before).name}
    tell_channel(unit, merchant, to, "customer_came", came)
    if before is not None:
        left = {"viewer": viewer, "reason": reason, "channel": channel_row(unit, to).name}
        tell_channel(unit, merchant, before, "customer_left", left)
