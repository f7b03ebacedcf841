"""Credentials by their names, and SDKs that may not be there."""

import subprocess
import sys

import pytest

from commerce.errors import Conflict, Invalid
from commerce.payments.gateways import KINDS, check_credentials, hint_of, open_gateway
from config.settings import PaymentSettings

STRIPE = {"secret_key": "sk_test_1234567", "webhook_secret": "whsec_1"}


def test_all_that_is_needed_and_nothing_else():
    assert check_credentials("stripe", STRIPE | {"secret_key": " sk "}) == {
        "secret_key": "sk",
        "webhook_secret": "whsec_1",
    }
    wrong = [
        ("stripe", STRIPE | {"other": "x"}, "credentials.other"),
        ("stripe", {"secret_key": "x"}, "credentials.webhook_secret"),
        ("stripe", STRIPE | {"secret_key": "x" * 8_001}, "credentials.secret_key"),
        ("wechat", dict.fromkeys(KINDS["wechat"].fields, "x") | {"public_key": "x"}, "credentials.public_key_id"),
    ]
    for provider, given, field in wrong:
        with pytest.raises(Invalid) as caught:
            check_credentials(provider, given)
        assert caught.value.field == field


def test_people_see_what_is_no_secret():
    assert hint_of("stripe", STRIPE) == "…4567"
    assert hint_of("alipay", {"app_id": "2021"}) == "2021"


def test_each_kind_has_its_gateway():
    assert open_gateway("stripe", 1, STRIPE, PaymentSettings()).name == "stripe"


def test_a_missing_sdk_names_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "stripe", None)
    monkeypatch.delitem(sys.modules, "commerce.payments.stripe", raising=False)
    with pytest.raises(Conflict, match=r"fenbo\[stripe\]"):
        open_gateway("stripe", 1, STRIPE, PaymentSettings())


def test_without_a_provider_no_sdk_is_imported():
    code = "import sys, signaling.app; print([m for m in ('stripe', 'alipay', 'wechatpayv3') if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert found.stdout.strip() == "[]"
