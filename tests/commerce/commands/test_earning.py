"""Commands around money are well formed, or say which field is not."""

from datetime import date

import pytest

from commerce.commands import earning as e
from commerce.errors import Invalid

ID = "0" * 16


@pytest.mark.parametrize(
    ("field", "make"),
    [
        ("channel", lambda: e.SetChannelLevel(1, "x", "gold")),
        ("level", lambda: e.SetChannelLevel(1, ID, "g" * 41)),
        ("viewer", lambda: e.SetStaff(1, "x", None)),
        ("channel", lambda: e.SetStaff(1, ID, "x")),
        ("order", lambda: e.HoldLines(1, "x", "why")),
        ("reason", lambda: e.HoldLines(1, ID, "")),
        ("order", lambda: e.ReleaseLines(1, "x", "why")),
        ("reason", lambda: e.ReleaseLines(1, ID, "")),
        ("by", lambda: e.PrepareSettlements(1, date(2026, 1, 1), "")),
        ("settlement", lambda: e.ApproveSettlement(1, "x", "anna")),
        ("by", lambda: e.ApproveSettlement(1, ID, "")),
        ("rail", lambda: e.ApproveSettlement(1, ID, "anna", "pigeon")),
        ("payout", lambda: e.RecordPayout("x", "confirmed")),
        ("outcome", lambda: e.RecordPayout(ID, "maybe")),
        ("reference", lambda: e.RecordPayout(ID, "failed", "r" * 201)),
        ("payout", lambda: e.RetryPayout(1, "x")),
        ("receivable", lambda: e.EndReceivable(1, "x", "repaid", "why")),
        ("how", lambda: e.EndReceivable(1, ID, "lost", "why")),
        ("reason", lambda: e.EndReceivable(1, ID, "repaid", "")),
        ("viewer", lambda: e.EraseViewer(1, "x")),
    ],
)
def test_what_can_never_be_right_names_its_field(field, make):
    with pytest.raises(Invalid) as caught:
        make()
    assert caught.value.field == field
