"""A period in the query of an address."""

from types import SimpleNamespace

import pytest

from commerce.errors import Invalid
from signaling.api.period import period

NOVEMBER = 1_793_462_400_000  # 2026-11-01 in Shanghai
HOUR = 3_600_000


def read(**query):
    return period(SimpleNamespace(query=query), "Asia/Shanghai")


def test_days_begin_where_the_merchant_is_and_times_say_their_zone():
    assert read() == (None, None)
    assert read(start="2026-11-01") == (NOVEMBER, None)
    assert read(start="2026-11-01", end="2026-12-01") == (NOVEMBER, NOVEMBER + 30 * 24 * HOUR)
    assert read(end="2026-10-31T17:00:00Z") == (None, NOVEMBER + HOUR)
    assert read(end="2026-11-01T01:00+08:00") == (None, NOVEMBER + HOUR)
    assert read(start="0001-01-01", end="9999-12-31")[0] < 0


@pytest.mark.parametrize(
    ("field", "query"),
    [
        ("start", {"start": ""}),
        ("start", {"start": "2026-13-01"}),
        ("start", {"start": "20261101"}),
        ("start", {"start": "2026-W01-1"}),
        ("start", {"start": "1793462400000"}),
        ("start", {"start": "2026-11-01T01:00:00 08:00"}),  # a plus that was not escaped
        ("end", {"start": "2026-11-01", "end": "2026-11-01T01:00:00"}),
        ("end", {"end": "2026-11-01T01:00:00+24:00"}),
        ("end", {"end": "\u0662026-11-01"}),
        ("end", {"start": "2026-11-01", "end": "2026-11-01"}),
        ("end", {"start": "2026-11-02", "end": "2026-11-01"}),
    ],
)
def test_what_is_no_period_is_named(field, query):
    with pytest.raises(Invalid) as caught:
        read(**query)
    assert caught.value.field == field
