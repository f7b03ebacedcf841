"""The ledger: sums to zero, balances are derived, every refusal has its name, linked transfers go together."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.ledger import CREATED, EXISTS, LINKED_FAILED, Ledger, Transfer

EARNED = Transfer("t1", "sales", "channel:a", 1_000, "CNY", "commission")
PENDING = Transfer("p1", "channel:a", "payout", 400, "CNY", "payout", pending=True)
POSTED = Transfer("p2", "channel:a", "payout", 400, "CNY", "payout", resolves="p1")
VOIDED = replace(POSTED, id="p3", void=True)


def test_a_transfer_moves_from_one_account_to_another():
    ledger = Ledger([EARNED])
    assert ledger.balances() == {("sales", "CNY"): -1_000, ("channel:a", "CNY"): 1_000}


@pytest.mark.parametrize(
    ("again", "result"),
    [
        (EARNED, EXISTS),
        (replace(EARNED, amount_minor=1_001), "exists_with_different_amount"),
        (replace(EARNED, currency="USD"), "exists_with_different_currency"),
        (replace(EARNED, credit="channel:b"), "exists_with_different_accounts"),
        (replace(EARNED, entry="refund"), "exists_with_different_entry"),
        (replace(EARNED, pending=True), "exists_with_different_flags"),
    ],
)
def test_the_same_id_again_never_moves_anything(again, result):
    ledger = Ledger([EARNED])
    assert ledger.record([again]) == [result]
    assert ledger.balances()["channel:a", "CNY"] == 1_000


@pytest.mark.parametrize(
    ("change", "result"),
    [
        ({"amount_minor": 0}, "amount_must_be_positive"),
        ({"amount_minor": -1}, "amount_must_be_positive"),
        ({"amount_minor": 1.5}, "amount_must_be_positive"),
        ({"credit": "sales"}, "accounts_must_differ"),
        ({"credit": "pocket"}, "account_unknown"),
        ({"void": True}, "nothing_to_void"),
        ({"resolves": "p1", "pending": True}, "pending_cannot_resolve"),
        ({"resolves": "p1"}, "pending_not_found"),
    ],
)
def test_what_does_not_fit_has_a_name(change, result):
    assert Ledger().record([replace(EARNED, **change)]) == [result]


def test_pending_is_in_transit_until_it_is_posted():
    ledger = Ledger([EARNED, PENDING])
    assert ledger.balances()["channel:a", "CNY"] == 1_000
    assert ledger.in_transit() == {("channel:a", "CNY"): -400, ("payout", "CNY"): 400}
    assert ledger.record([POSTED]) == [CREATED]
    assert (ledger.balances()["channel:a", "CNY"], ledger.in_transit()) == (600, {})


def test_or_voided_and_never_both():
    ledger = Ledger([EARNED, PENDING, VOIDED])
    assert (ledger.balances()["channel:a", "CNY"], ledger.in_transit()) == (1_000, {})
    assert ledger.record([POSTED]) == ["pending_already_voided"]
    assert Ledger([EARNED, PENDING, POSTED]).record([VOIDED]) == ["pending_already_posted"]


@pytest.mark.parametrize(
    ("change", "result"),
    [
        ({"amount_minor": 401}, "exceeds_pending_amount"),
        ({"credit": "clearing"}, "pending_has_different_accounts"),
        ({"currency": "USD"}, "pending_has_different_currency"),
        ({"amount_minor": 100}, CREATED),
    ],
)
def test_a_pending_transfer_is_ended_by_one_that_fits(change, result):
    assert Ledger([EARNED, PENDING]).record([replace(POSTED, **change)]) == [result]


def test_linked_transfers_go_together_or_not_at_all():
    ledger = Ledger([PENDING])
    bad = replace(EARNED, id="t2", amount_minor=0)
    assert ledger.record([EARNED, POSTED, bad]) == [LINKED_FAILED, LINKED_FAILED, "amount_must_be_positive"]
    assert list(ledger.transfers) == ["p1"]
    assert ledger.record([EARNED, POSTED]) == [CREATED, CREATED]


accounts = st.sampled_from(["sales", "channel:a", "channel:b", "sharer:m", "receivable", "clearing"])
transfers = st.builds(
    Transfer,
    st.sampled_from([f"t{n}" for n in range(12)]),
    accounts,
    accounts,
    st.integers(-5, 1_000),
    st.sampled_from(["CNY", "USD"]),
    st.just("x"),
    st.booleans(),
    st.none() | st.sampled_from([f"t{n}" for n in range(12)]),
    st.booleans(),
)


@given(st.lists(st.lists(transfers, min_size=1, max_size=3), max_size=15))
def test_it_sums_to_zero_and_a_replay_gives_every_balance(batches):
    ledger = Ledger()
    for batch in batches:
        before = dict(ledger.transfers)
        results = ledger.record(batch)
        if set(results) - {CREATED, EXISTS}:
            assert ledger.transfers == before
        for balances in (ledger.balances(), ledger.in_transit()):
            for currency in ("CNY", "USD"):
                assert sum(minor for (_, found), minor in balances.items() if found == currency) == 0
    again = Ledger(ledger.transfers.values())
    assert (again.balances(), again.in_transit()) == (ledger.balances(), ledger.in_transit())
