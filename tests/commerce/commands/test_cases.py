"""A malformed command around cases cannot be made, and the error names the field."""

from dataclasses import replace

import pytest

from commerce.commands import cases as k
from commerce.errors import Invalid

ID = "a" * 16
ASK = k.AskCase(ID, ID, "case-0001", "refund", "torn", (k.Returned(ID, 1),))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"viewer": "?"}, "viewer"),
        ({"order": None}, "order"),
        ({"client_case_id": "short"}, "client_case_id"),
        ({"kind": "exchange"}, "kind"),
        ({"reason": ""}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"reason": "\x00"}, "reason"),
        ({"lines": ()}, "lines"),
        ({"lines": (k.Returned("?", 1),)}, "lines[0].sku"),
        ({"lines": (k.Returned(ID, 0),)}, "lines[0].quantity"),
        ({"lines": (k.Returned(ID, -1),)}, "lines[0].quantity"),
        ({"lines": (k.Returned(ID, 1),) * 2}, "lines"),
    ],
)
def test_what_is_asked_is_checked_field_by_field(change, field):
    with pytest.raises(Invalid) as caught:
        replace(ASK, **change)
    assert caught.value.field == field


def test_the_rest_is_checked_too():
    for make, field in (
        (lambda: k.SendBack(ID, "?", "SF1"), "case"),
        (lambda: k.SendBack(ID, ID, ""), "tracking"),
        (lambda: k.WithdrawCase("?", ID), "viewer"),
        (lambda: k.AgreeCase(1, "?"), "case"),
        (lambda: k.RefuseCase(1, ID, ""), "reason"),
        (lambda: k.ReceiveBack(1, "?"), "case"),
    ):
        with pytest.raises(Invalid) as caught:
            make()
        assert caught.value.field == field
