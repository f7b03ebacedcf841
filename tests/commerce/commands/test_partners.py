"""Commands around partners are well formed or name the field."""

import pytest

from commerce.commands import partners as p
from commerce.errors import Invalid

ID = "0" * 16


@pytest.mark.parametrize(
    ("field", "make"),
    [
        ("passing_days", lambda: p.SetPartnerTerms(1, -1)),
        ("passing_days", lambda: p.SetPartnerTerms(1, 366)),
        ("channel", lambda: p.MoveChannel(1, "x", None, "boss")),
        ("parent", lambda: p.MoveChannel(1, ID, "x", "boss")),
        ("by", lambda: p.MoveChannel(1, ID, None, "")),
        ("event", lambda: p.ChangeChannel(1, ID, "delete", "why", "boss")),
        ("reason", lambda: p.ChangeChannel(1, ID, "close", "", "boss")),
        ("reason", lambda: p.Rebind(1, ID, ID, "x" * 201, "boss")),
        ("viewer", lambda: p.Rebind(1, "x", ID, "why", "boss")),
        ("channel", lambda: p.ReadNotices(1, "x")),
    ],
)
def test_wrong_values_name_their_field(field, make):
    with pytest.raises(Invalid) as caught:
        make()
    assert caught.value.field == field
