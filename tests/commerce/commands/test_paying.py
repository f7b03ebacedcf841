import pytest

from commerce import commands as c
from commerce.errors import Invalid

VIEWER, PAYMENT = "b" * 16, "a" * 16


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: c.PutProvider(1, "paypal", "", b"x", True), "provider"),
        (lambda: c.PutProvider(1, "stripe", "x" * 81, b"x", True), "hint"),
        (lambda: c.PutProvider(1, "stripe", "", b"x" * 40_001, True), "credentials"),
        (lambda: c.SwitchProvider(1, "paypal", True), "provider"),
        (lambda: c.RemoveProvider(1, "paypal"), "provider"),
        (lambda: c.ChooseWay("x", PAYMENT, "stripe"), "viewer"),
        (lambda: c.ChooseWay(VIEWER, "x", "stripe"), "payment"),
        (lambda: c.ChooseWay(VIEWER, PAYMENT, "sandbox"), "way"),
        (lambda: c.ChooseWay(VIEWER, PAYMENT, "stripe", "x" * 33), "leaves"),
        (lambda: c.KeepReference(1, "", "x"), "trade"),
        (lambda: c.KeepReference(1, "x", "x" * 129), "reference"),
        (lambda: c.RecordRefund(1, "paid"), "outcome"),
        (lambda: c.RetryRefund(1, "x", "r1"), "order"),
        (lambda: c.RetryRefund(1, PAYMENT, ""), "refund"),
        (lambda: c.RestockRefund(1, "x", "r1", PAYMENT), "order"),
        (lambda: c.RestockRefund(1, PAYMENT, "r1", "?"), "sku"),
        (lambda: c.RecordDispute(1, "stripe", "", PAYMENT, 1, "CNY"), "notice"),
        (lambda: c.RecordDispute(1, "stripe", "dp", PAYMENT, 0, "CNY"), "amount"),
        (lambda: c.RecordDispute(1, "stripe", "dp", PAYMENT, 1, "yuan"), "currency"),
    ],
)
def test_what_cannot_be_right_is_named(make, field):
    with pytest.raises(Invalid) as caught:
        make()
    assert caught.value.field == field
