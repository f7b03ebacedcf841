"""A span that cannot be is no command."""

import pytest

from commerce.commands import RecordWatch, Watched
from commerce.commands.watching import SPAN_MS_MAX, SPANS_MAX
from commerce.errors import Invalid

GOOD = Watched("0" * 16, "room", 1_000, 2_000)


@pytest.mark.parametrize(
    ("field", "spans"),
    [
        ("spans", ()),
        ("spans", (GOOD,) * (SPANS_MAX + 1)),
        ("viewer", (Watched("?", "room", 1, 2),)),
        ("room", (Watched("0" * 16, "Room!", 1, 2),)),
        ("until", (Watched("0" * 16, "room", 2, 1),)),
        ("until", (Watched("0" * 16, "room", 0, SPAN_MS_MAX + 1),)),
        ("device", (Watched("0" * 16, "room", 1, 2, "phone"),)),
        ("address", (Watched("0" * 16, "room", 1, 2, "", "192.0.2.1"),)),
    ],
)
def test_what_cannot_be_names_its_field(field, spans):
    RecordWatch((GOOD,))
    with pytest.raises(Invalid) as caught:
        RecordWatch(spans)
    assert caught.value.field == field
