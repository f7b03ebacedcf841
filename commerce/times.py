"""Times at the edge: integer ms inside, aware UTC datetimes outside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def aware(milliseconds: int) -> datetime:
    """ms since 1970 as an aware UTC datetime."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def aware_or_none(milliseconds: int | None) -> datetime | None:
    """The same, where a time may be missing."""
    return None if milliseconds is None else aware(milliseconds)


def to_ms(moment: datetime) -> int:
    """An aware datetime as ms since 1970; in integers, since floats lose one now and then."""
    return (moment - EPOCH) // timedelta(milliseconds=1)
