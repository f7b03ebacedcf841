"""Commands around staff are well formed or name the field."""

import pytest

from commerce.commands import staffing as s
from commerce.errors import Invalid

ID = "0" * 16


@pytest.mark.parametrize(
    ("field", "make"),
    [
        ("channel", lambda: s.AddStaff(1, "x", "ann", "hash", "staff", "north")),
        ("user", lambda: s.AddStaff(1, ID, "a", "hash", "staff", "north")),
        ("role", lambda: s.AddStaff(1, ID, "ann", "hash", "owner", "north")),
        ("user", lambda: s.RemoveStaff(1, ID, "", "north")),
        ("viewer", lambda: s.TieStaff(1, ID, "x", True, "north")),
    ],
)
def test_wrong_values_name_their_field(field, make):
    with pytest.raises(Invalid) as caught:
        make()
    assert caught.value.field == field
