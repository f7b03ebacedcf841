"""Commands of the studio that cannot be made."""

from datetime import UTC, datetime

import pytest

from commerce import commands as c
from commerce.commands.studio import SLATE_BYTES_MAX
from commerce.errors import Invalid

NOON, NAIVE = datetime(2026, 1, 1, 12, tzinfo=UTC), datetime(2026, 1, 1, 12)


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: c.RotateStreamKey(1, "third"), "slot"),
        (lambda: c.RevokeStreamKey(1, ""), "slot"),
        (lambda: c.LimitStreamKey(1, "third"), "slot"),
        (lambda: c.LimitStreamKey(1, "primary", NAIVE), "valid_from"),
        (lambda: c.LimitStreamKey(1, "primary", NOON, NOON), "valid_until"),
        (lambda: c.LimitStreamKey(1, "primary", show="x"), "show"),
        (lambda: c.SetStudio(1, "sometimes"), "back"),
        (lambda: c.PutSlate(1, "bored", "image/png", b"1"), "cause"),
        (lambda: c.PutSlate(1, "waiting", "", b"1"), "content_type"),
        (lambda: c.PutSlate(1, "waiting", "image/png", b""), "data"),
        (lambda: c.PutSlate(1, "waiting", "image/png", bytes(SLATE_BYTES_MAX + 1)), "data"),
        (lambda: c.RemoveSlate(1, "bored"), "cause"),
        (lambda: c.PutRestream(1, "no spaces", "h", b"1"), "name"),
        (lambda: c.PutRestream(1, "name", "", b"1"), "host"),
        (lambda: c.PutRestream(1, "name", "h", b""), "sealed"),
        (lambda: c.SwitchRestream(1, "name", "yes"), "enabled"),
        (lambda: c.RemoveRestream(1, ""), "name"),
    ],
)
def test_malformed(make, field):
    with pytest.raises(Invalid) as caught:
        make()
    assert caught.value.field == field
