"""The sandbox's signature: forged, stale, cut or changed is refused."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce import views
from commerce.errors import BadSignature, Invalid
from commerce.money import Money
from commerce.payments.sandbox import HEADER, Sandbox

KEY, NOW = b"k" * 32, 1_800_000_000.0
PAYMENT = views.Payment("p" * 16, "sandbox", "pending", Money(9_900, "CNY"), datetime(2027, 1, 1, tzinfo=UTC))
sandbox = Sandbox(KEY)


def test_what_it_posts_it_can_read():
    headers, body = sandbox.webhook(PAYMENT, "pay", NOW)
    found = sandbox.read_webhook(headers, body, NOW)
    assert (found.payment, found.outcome, found.amount_minor, found.currency) == ("p" * 16, "paid", 9_900, "CNY")


@pytest.mark.parametrize("age", [301, -301, 10**6])
def test_an_old_or_early_webhook_is_refused(age):
    headers, body = sandbox.webhook(PAYMENT, "pay", NOW)
    with pytest.raises(BadSignature, match="too old"):
        sandbox.read_webhook(headers, body, NOW + age)
    assert sandbox.read_webhook(headers, body, NOW + 300)


@pytest.mark.parametrize("header", ["", "t=,v1=", "t=1800000000", "v1=00", "t=1800000000,v1=", "t=-1,v1=0", "t=²,v1=é"])
def test_a_header_that_is_none_is_refused(header):
    _, body = sandbox.webhook(PAYMENT, "pay", NOW)
    with pytest.raises(BadSignature) as caught:
        sandbox.read_webhook({HEADER: header}, body, NOW)
    assert caught.value.field == HEADER


def test_another_key_or_body_is_refused():
    headers, body = Sandbox(b"x" * 32).webhook(PAYMENT, "pay", NOW)
    with pytest.raises(BadSignature):
        sandbox.read_webhook(headers, body, NOW)
    headers, body = sandbox.webhook(PAYMENT, "fail", NOW)
    with pytest.raises(BadSignature):
        sandbox.read_webhook(headers, body.replace(b"failed", b"paid"), NOW)


def test_an_unknown_outcome_cannot_be_asked_for():
    with pytest.raises(Invalid) as caught:
        sandbox.webhook(PAYMENT, "steal", NOW)
    assert caught.value.field == "outcome"


def signed(body: bytes) -> dict[str, str]:
    return {HEADER: f"t={int(NOW)},v1={sandbox._sign(int(NOW), body)}"}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"1", b"{}", b"\xff", b"x" * 5_000])
def test_a_signed_body_that_is_no_notice_is_invalid(body):
    with pytest.raises(Invalid):
        sandbox.read_webhook(signed(body), body, NOW)


json_values = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=3)


@given(st.dictionaries(st.sampled_from(["notice", "payment", "outcome", "amount", "currency"]), json_values))
def test_whatever_a_signed_notice_holds_only_invalid_is_raised(notice):
    body = json.dumps(notice).encode()
    try:
        sandbox.read_webhook(signed(body), body, NOW)
    except Invalid as error:
        assert error.field


@given(st.text(), st.binary(max_size=100))
def test_no_header_makes_it_fail_otherwise(header, body):
    with pytest.raises(BadSignature):
        sandbox.read_webhook({HEADER: header}, body, NOW)
