"""A merchant's terms for partners: when a closed channel's customers pass on, and whether the invited wait."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, insert, select

from commerce.commands.partners import SetPartnerTerms
from commerce.store import tables
from commerce.store.reading import Connected
from commerce.store.unit import Unit


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds until a merchant says otherwise."""

    passing_days: int = 30
    approve_invited: bool = True


def partner_terms(connected: Connected, merchant: int) -> Terms:
    """The merchant's terms, or the defaults."""
    table = tables.partner_terms
    query = select(table.c.passing_days, table.c.approve_invited).where(table.c.merchant_id == merchant)
    row = connected.connection.execute(query).first()
    return Terms() if row is None else Terms(*row)


def set_partner_terms(unit: Unit, command: SetPartnerTerms) -> None:
    """From now on; a channel that closed before keeps the period it was told."""
    table = tables.partner_terms
    unit.connection.execute(delete(table).where(table.c.merchant_id == command.merchant))
    terms = {"merchant_id": command.merchant, "passing_days": command.passing_days}
    terms |= {"approve_invited": command.approve_invited}
    unit.connection.execute(insert(table), terms)
