"""The double-entry ledger (MONEY section 6). Pure and append only: transfers are recorded, balances are only derived.

A transfer moves an amount from one account (debit) to another (credit), so everything always sums to zero. It is posted
at once, or `pending` first and later posted (in full or in part) or voided by a transfer that `resolves` it. Transfers
recorded together are linked: all or none. The same transfer again is no second one; what does not fit has a name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from commerce.money import MINOR_MAX

ACCOUNTS = ("sales", "freight", "tax", "channel", "sharer", "receivable", "clearing", "payout")
CREATED, EXISTS, LINKED_FAILED = "created", "exists", "linked_failed"


@dataclass(frozen=True, slots=True)
class Transfer:
    """`id` is the idempotency key. Accounts are `kind` or `kind:owner`. `resolves`: the pending transfer this ends.

    `entry` says what it is for (commission, refund, payout ...). With `resolves`, `void` drops the pending one.
    """

    id: str
    debit: str
    credit: str
    amount_minor: int
    currency: str
    entry: str
    pending: bool = False
    resolves: str | None = None
    void: bool = False


class Ledger:
    """All transfers in their order. Replaying them makes the same ledger."""

    def __init__(self, transfers: Iterable[Transfer] = ()) -> None:
        self.transfers: dict[str, Transfer] = {}
        self._resolved: dict[str, Transfer] = {}
        for transfer in transfers:
            result = self.record([transfer])
            assert result == [CREATED], f"{transfer.id}: {result}"

    def record(self, linked: Sequence[Transfer]) -> list[str]:
        """One result for each: `created`, `exists`, or what is wrong. If anything is wrong, nothing is recorded."""
        results: list[str] = []
        recorded: list[Transfer] = []
        for transfer in linked:
            result = self._result(transfer)
            results.append(result)
            if result == CREATED:
                self._keep(transfer)
                recorded.append(transfer)
        if all(result in (CREATED, EXISTS) for result in results):
            return results
        for transfer in reversed(recorded):
            self._drop(transfer)
        return [LINKED_FAILED if result in (CREATED, EXISTS) else result for result in results]

    def _keep(self, transfer: Transfer) -> None:
        self.transfers[transfer.id] = transfer
        if transfer.resolves is not None:
            self._resolved[transfer.resolves] = transfer

    def _drop(self, transfer: Transfer) -> None:
        del self.transfers[transfer.id]
        if transfer.resolves is not None:
            del self._resolved[transfer.resolves]

    def _result(self, transfer: Transfer) -> str:
        known = self.transfers.get(transfer.id)
        if known is not None:
            return _difference(known, transfer)
        return _malformed(transfer) or self._unresolvable(transfer) or CREATED

    def _unresolvable(self, transfer: Transfer) -> str | None:
        if transfer.resolves is None:
            return None
        pending = self.transfers.get(transfer.resolves)
        if pending is None or not pending.pending:
            return "pending_not_found"
        ended = self._resolved.get(pending.id)
        if ended is not None:
            return "pending_already_voided" if ended.void else "pending_already_posted"
        if (pending.debit, pending.credit) != (transfer.debit, transfer.credit):
            return "pending_has_different_accounts"
        if pending.currency != transfer.currency:
            return "pending_has_different_currency"
        return "exceeds_pending_amount" if transfer.amount_minor > pending.amount_minor else None

    def balances(self) -> dict[tuple[str, str], int]:
        """What stands on each (account, currency): credits less debits of what was posted."""
        found: dict[tuple[str, str], int] = {}
        for transfer in self.transfers.values():
            if not transfer.pending and not transfer.void:
                _move(found, transfer)
        return found

    def in_transit(self) -> dict[tuple[str, str], int]:
        """The same of what is pending and neither posted nor voided yet."""
        found: dict[tuple[str, str], int] = {}
        for transfer in self.transfers.values():
            if transfer.pending and transfer.id not in self._resolved:
                _move(found, transfer)
        return found


def _move(balances: dict[tuple[str, str], int], transfer: Transfer) -> None:
    for account, sign in ((transfer.debit, -1), (transfer.credit, 1)):
        key = (account, transfer.currency)
        balances[key] = balances.get(key, 0) + sign * transfer.amount_minor


def _difference(known: Transfer, again: Transfer) -> str:
    """The same id again: `exists`, or in what it differs."""
    if known == again:
        return EXISTS
    for result, same in (
        ("exists_with_different_amount", known.amount_minor == again.amount_minor),
        ("exists_with_different_currency", known.currency == again.currency),
        ("exists_with_different_accounts", (known.debit, known.credit) == (again.debit, again.credit)),
        ("exists_with_different_entry", known.entry == again.entry),
    ):
        if not same:
            return result
    return "exists_with_different_flags"


def _malformed(transfer: Transfer) -> str | None:
    if type(transfer.amount_minor) is not int or not 0 < transfer.amount_minor <= MINOR_MAX:
        return "amount_must_be_positive"
    if transfer.debit == transfer.credit:
        return "accounts_must_differ"
    if any(account.partition(":")[0] not in ACCOUNTS for account in (transfer.debit, transfer.credit)):
        return "account_unknown"
    if transfer.pending and transfer.resolves is not None:
        return "pending_cannot_resolve"
    return "nothing_to_void" if transfer.void and transfer.resolves is None else None
