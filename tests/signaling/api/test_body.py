import pytest

from signaling.api.body import answers, path
from signaling.api.models import Money


@pytest.mark.parametrize(
    ("location", "shown"),
    [((), ""), (("name",), "name"), (("lines", 0, "quantity"), "lines[0].quantity"), ((2,), "[2]")],
)
def test_places_are_written_as_people_write_them(location, shown):
    assert path(location) == shown


def test_lists_keep_the_fields_of_their_models():
    body = answers([Money(minor=1, currency="CNY"), Money(minor=2, currency="EUR")]).body
    assert body == b'[{"minor":1,"currency":"CNY"},{"minor":2,"currency":"EUR"}]'
    assert answers([]).body == b"[]"
