"""Commands around disputes are well formed or name the field."""

import pytest

from commerce.commands import disputes as d
from commerce.errors import Invalid

ID = "0" * 16


@pytest.mark.parametrize(
    ("field", "make"),
    [
        ("order", lambda: d.OpenDispute(1, ID, "mine", "bob")),
        ("order", lambda: d.OpenDispute(1, ID, "mine", "bob", order=ID, viewer=ID)),
        ("order", lambda: d.OpenDispute(1, ID, "mine", "bob", order="x")),
        ("text", lambda: d.OpenDispute(1, ID, "", "bob", order=ID)),
        ("answer", lambda: d.AnswerDispute(1, ID, "", "boss")),
        ("outcome", lambda: d.DecideDispute(1, ID, "lost", "why", "boss")),
        ("reason", lambda: d.DecideDispute(1, ID, "moved", "", "boss")),
    ],
)
def test_wrong_values_name_their_field(field, make):
    with pytest.raises(Invalid) as caught:
        make()
    assert caught.value.field == field
