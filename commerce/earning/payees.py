"""Payees: where channels and sharers want their money, for whoever pays them by hand. One for each party, sealed."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from commerce import checks
from commerce.commands.earning import SetOwnPayee, SetPayee
from commerce.customers.book import customer_key
from commerce.customers.portable import PAYEE
from commerce.directory.channels import channel_key
from commerce.errors import Forbidden
from commerce.proof.entry import channel_party, sharer_party
from commerce.store import tables
from commerce.store.among import among
from commerce.store.reading import Connected, Reading
from commerce.store.unit import Unit
from commerce.times import aware
from commerce.visits import find_persons, find_place

CHARS_MAX = {"holder": 80, "account": 64, "bank": 80}
SHOWN_CHARS = 4  # of an account, its last
GROUP = 4
SHARER = sharer_party("")


@dataclass(frozen=True, slots=True)
class Payee:
    """In whose name an account is, its number (of a card, a wallet, an IBAN), and where it is kept."""

    holder: str
    account: str
    bank: str

    def __post_init__(self) -> None:
        """Invalid names the field."""
        for field, value in asdict(self).items():
            checks.text(field, value, CHARS_MAX[field], 1)

    @classmethod
    def said(cls, holder: str, account: str, bank: str) -> Payee:
        """As somebody typed it: each in one line, without spaces around it."""
        return cls(*(" ".join(words.split()) for words in (holder, account, bank)))

    @classmethod
    def read(cls, opened: bytes) -> Payee:
        """What was sealed."""
        return cls(**json.loads(opened))

    def encode(self) -> bytes:
        """To be sealed."""
        return json.dumps(asdict(self), ensure_ascii=False).encode()

    @property
    def hint(self) -> str:
        """The account as lists show it: its last characters, and fewer of a short one."""
        account = self.account.replace(" ", "")
        shown = min(SHOWN_CHARS, len(account) // 3)
        return "•" * 4 + account[len(account) - shown :]

    @property
    def grouped(self) -> str:
        """The account by fours if it is a number: a spreadsheet rounds a number of sixteen digits."""
        digits = self.account.replace(" ", "")
        if not (digits.isascii() and digits.isdigit()):
            return self.account
        return " ".join(digits[at : at + GROUP] for at in range(0, len(digits), GROUP))


@dataclass(frozen=True, slots=True)
class SealedPayee:
    """What a party has said, and when."""

    sealed: bytes
    changed_at: datetime

    def opened(self, unseal: Callable[[str, bytes], bytes]) -> Payee:
        """With the vault's, which takes the purpose first."""
        return Payee.read(unseal(PAYEE, self.sealed))


def set_payee(unit: Unit, command: SetPayee) -> None:
    """The channel's owner says it. NotFound for another merchant's channel."""
    channel_key(unit, command.merchant, command.channel)
    _set(unit, command.merchant, channel_party(command.channel), command.sealed, command.by)


def set_own_payee(unit: Unit, command: SetOwnPayee) -> None:
    """A sharer's: of the customer that he is, on whatever device."""
    merchant, party = _own_party(unit, command.viewer, command.room)
    if party is None:
        raise Forbidden("viewer", "log in first")
    _set(unit, merchant, party, command.sealed, party)


def _set(unit: Unit, merchant: int, party: str, sealed: bytes | None, by: str) -> None:
    table = tables.payee
    mine = (table.c.merchant_id == merchant, table.c.party == party)
    if sealed is None:
        unit.connection.execute(delete(table).where(*mine))
        return
    said = {"sealed": sealed, "by": by, "changed_at": unit.now}
    if not unit.connection.execute(update(table).where(*mine).values(said)).rowcount:
        unit.connection.execute(insert(table), {"id": unit.new_id(), "merchant_id": merchant, "party": party} | said)


def own_payee(reading: Reading, viewer: str, room: str) -> SealedPayee | None:
    """What a sharer has said; None when he has not, or has not logged in."""
    merchant, party = _own_party(reading, viewer, room)
    return None if party is None else find_payees(reading, merchant, [party]).get(party)


def _own_party(connected: Connected, viewer: str, room: str) -> tuple[int, str | None]:
    merchant = find_place(connected, room).tenant.id
    if customer_key(connected, viewer, room) is None:
        return merchant, None
    return merchant, sharer_party(find_persons(connected, [(merchant, viewer)])[merchant, viewer].public)


def find_payees(connected: Connected, merchant: int, parties: Collection[str]) -> dict[str, SealedPayee]:
    """By party, of those that have said it. What somebody earned before he logged in is his as the customer he is."""
    viewers = {party: (merchant, party.removeprefix(SHARER)) for party in parties if party.startswith(SHARER)}
    persons = find_persons(connected, set(viewers.values()))
    whose = {party: party for party in parties}
    whose |= {party: sharer_party(persons[viewer].public) for party, viewer in viewers.items() if viewer in persons}
    table = tables.payee
    query = select(table).where(table.c.merchant_id == merchant, among(table.c.party, "parties"))
    rows = connected.connection.execute(query, {"parties": list(set(whose.values()))})
    said = {row.party: SealedPayee(row.sealed, aware(row.changed_at)) for row in rows}
    return {party: said[as_whom] for party, as_whom in whose.items() if as_whom in said}
