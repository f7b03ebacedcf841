"""Sealed rows on their way out and in.

An export has in the open what was sealed here, since it is the merchant's; an import seals it with the keys there.
Not so what opens the doors of others, an address with its stream key or a payment provider's credentials: that stays
here, and whoever arrives has it off until it is entered again. Webhooks are signed with keys of the installation, so
after an import their receivers have to be given other secrets.
"""

from __future__ import annotations

from typing import Any

from commerce.customers.identity import identity_of
from commerce.vault import Vault

# What the vault seals them as, and by table: the column is `sealed`.
PHONE, CONTACT, APPLICANT, PAYEE = "customer phone", "address", "partner application", "payee"
SEALED = {"customer": PHONE, "address": CONTACT, "application": APPLICANT, "payee": PAYEE}
LEFT_OUT = ("restream", "payment_provider")  # tables whose `sealed` leaves with nobody
SIGNING = "hook"  # its secret follows from keys of ours, so no receiver has it
Row = dict[str, Any]


def opened(vault: Vault, table: str, row: Row) -> Row:
    """A row as it is exported."""
    if table in LEFT_OUT:
        return row | {"sealed": b""}
    purpose = SEALED.get(table)
    if purpose is None or not row["sealed"]:
        return row
    return row | {"sealed": vault.unseal(purpose, row["sealed"])}


def closed(vault: Vault, table: str, row: Row, merchant: str) -> Row:
    """A row as it is kept here; `merchant` is the public id. A customer's identity is a digest under keys of ours."""
    if table in LEFT_OUT:
        return row | {"sealed": b"", "enabled": False}
    if table == SIGNING:
        return row | {"handed": False}
    purpose = SEALED.get(table)
    if purpose is None or not row["sealed"]:
        return row
    changed: Row = {"sealed": vault.seal(purpose, row["sealed"])}
    if table == "customer":
        changed["identity"] = identity_of(vault.oldest("identity"), merchant, row["sealed"].decode())
    return row | changed
