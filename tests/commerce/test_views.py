"""The little that views decide: when a stream key opens nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from commerce.views import StreamKey

NOW, HOUR = datetime(2026, 1, 1, 12, tzinfo=UTC), timedelta(hours=1)


@pytest.mark.parametrize(
    ("valid_from", "valid_until", "only_show", "show", "closed"),
    [
        (None, None, None, "a", ""),
        (NOW, NOW + HOUR, "a", "a", ""),
        (NOW + HOUR, None, None, "a", "early"),
        (None, NOW, None, "a", "expired"),
        (None, None, "a", "b", "other_show"),
        (None, None, "a", None, ""),  # no show is on: that is said instead
        (NOW + HOUR, None, "a", "b", "early"),
    ],
)
def test_a_key_says_why_it_is_closed(valid_from, valid_until, only_show, show, closed):
    key = StreamKey("primary", "abcd", NOW - HOUR, valid_from, valid_until, only_show)
    assert key.closed(NOW, show) == closed
