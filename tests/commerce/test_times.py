"""Times keep their millisecond both ways."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from commerce.times import aware, aware_or_none, to_ms


@given(st.integers(0, 4_000_000_000_000))
def test_there_and_back(milliseconds):
    assert to_ms(aware(milliseconds)) == milliseconds


def test_any_zone_is_the_same_moment():
    noon = datetime(2026, 5, 1, 12, tzinfo=UTC)
    assert to_ms(noon.astimezone(timezone(timedelta(hours=8)))) == to_ms(noon)
    assert aware(to_ms(noon)) == noon
    assert (aware_or_none(None), aware_or_none(0)) == (None, datetime(1970, 1, 1, tzinfo=UTC))
