"""What an order pays, decided at checkout from what was gathered: the sale is frozen with it, and so are its lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from commerce.attribution import Decision, credit
from commerce.commission import Earner, Item, Line, Plan, Sale, commission
from commerce.proof.entry import channel_party, sharer_party
from commerce.store.bulk import Row
from commerce.store.unit import Unit
from commerce.visits import Place


@dataclass(frozen=True, slots=True)
class Node:
    """A channel and the one above it in the tree, if there is one, as (public id, level)."""

    public: str
    name: str
    level: str
    parent: tuple[str, str] | None
    volume_minor: int = 0
    parent_volume_minor: int = 0

    @property
    def path(self) -> tuple[Earner, ...]:
        """Upwards from the channel: as far as anybody is ever paid."""
        own = Earner(self.public, self.level, self.volume_minor)
        return (own,) if self.parent is None else (own, Earner(*self.parent, self.parent_volume_minor))


@dataclass(frozen=True, slots=True)
class Who:
    """The buyer (public id), who shared with him (key, public id), and the channel he works for (key)."""

    buyer: str
    sharer: tuple[int, str] | None
    works_for: int | None


@dataclass(frozen=True, slots=True)
class Assessed:
    """The sale as commission saw it, and what followed. `sharer` is a surrogate key."""

    sale: Sale
    plan_hash: str
    sharer: int | None
    lines: tuple[Line, ...]

    def of(self, buyer: str) -> Assessed:
        """The same for another buyer (public id), who did not share with himself either, or did so too."""
        return Assessed(self.sale.of(buyer), self.plan_hash, self.sharer, self.lines)


def assess(
    plan: tuple[Plan, str],
    place: Place,
    decision: Decision,
    nodes: Mapping[int, Node],
    *,
    items: tuple[Item, ...],
    who: Who,
) -> Assessed:
    """Who is credited (MONEY section 3, conflict), then what each earns (section 4)."""
    tenant = place.tenant
    credited = credit(tenant.rule, decision.owner, place.channel)
    sale = Sale(
        items=items,
        show=tenant.show_public or "",
        house=nodes[tenant.house].public,
        credited={nodes[channel].public: ppm for channel, ppm in credited.items()},
        paths={nodes[channel].public: nodes[channel].path for channel in credited},
        sharer=None if who.sharer is None else who.sharer[1],
        own=None if who.works_for is None else nodes[who.works_for].public,
        self_purchase=tenant.rule.self_purchase,
        buyer=who.buyer,
    )
    return Assessed(sale, plan[1], None if who.sharer is None else who.sharer[0], tuple(commission(plan[0], sale)))


def party_of(line: Line) -> str:
    """Whose line it is, as the log and the ledger call him."""
    return channel_party(line.beneficiary) if line.kind == "order" else sharer_party(line.beneficiary)


def line_row(unit: Unit, merchant: int, line: Line, *, order: int | None, currency: str, state: str) -> Row:
    """A fresh row of commission_line."""
    return {
        "id": unit.new_id(),
        "merchant_id": merchant,
        "public_id": unit.public_id(),
        "order_id": order,
        "party": party_of(line),
        "kind": line.kind,
        "credited": line.credited,
        "sku": line.sku,
        "base_minor": line.base_minor,
        "amount_minor": line.amount_minor,
        "clawed_minor": 0,
        "currency": currency,
        "state": state,
        "reason": line.reason,
        "version": 1,
        "settlement_id": None,
        "created_at": unit.now,
        "changed_at": unit.now,
        "matured_at": None,
    }
