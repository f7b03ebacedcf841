"""What no hold and no retention can be."""

import pytest

from commerce.commands import guarding as g
from commerce.errors import Invalid

VIEWER = "0" * 16


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: g.LogAccess(1, "", "saw", "orders", ()), "by"),
        (lambda: g.LogAccess(1, "boss", "looked", "orders", ()), "kind"),
        (lambda: g.SetLegalHold(1, "boss", "", VIEWER), "reason"),
        (lambda: g.SetLegalHold(1, "boss", "court"), "viewer"),
        (lambda: g.SetLegalHold(1, "boss", "court", VIEWER, VIEWER), "viewer"),
        (lambda: g.SetLegalHold(1, "boss", "court", order="?"), "order"),
        (lambda: g.LiftLegalHold(1, "boss", "?"), "hold"),
        (lambda: g.SetRetention(1, "boss", chat_days=0), "chat_days"),
        (lambda: g.SetRetention(1, "boss", contact_days=36_501), "contact_days"),
    ],
)
def test_each_bad_field_is_named(make, field):
    with pytest.raises(Invalid) as caught:
        make()
    assert caught.value.field == field
