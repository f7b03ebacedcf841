"""What no key, webhook or idempotency key can be."""

import pytest

from commerce import commands as c
from commerce.errors import Invalid

URL = "https://shop.example/hook"


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: c.CreateApiKey(1, "", ("orders:read",)), "name"),
        (lambda: c.CreateApiKey(1, "x", ()), "scopes"),
        (lambda: c.CreateApiKey(1, "x", ("orders:read", "all")), "scopes[1]"),
        (lambda: c.CreateApiKey(1, "x", ("orders:read",) * 2), "scopes"),
        (lambda: c.RevokeApiKey(1, "?"), "key"),
        (lambda: c.BeginAnswer(1, "x", "short", "d"), "Idempotency-Key"),
        (lambda: c.CreateHook(1, "ftp://x", ("order.paid",)), "url"),
        (lambda: c.CreateHook(1, "/here", ("order.paid",)), "url"),
        (lambda: c.CreateHook(1, "https://u:p@shop.example", ("order.paid",)), "url"),
        (lambda: c.CreateHook(1, URL, ("order.lost",)), "events[0]"),
        (lambda: c.RemoveHook(1, ""), "hook"),
        (lambda: c.ReplayDelivery(1, ""), "delivery"),
    ],
)
def test_each_bad_field_is_named(make, field):
    with pytest.raises(Invalid) as caught:
        make()
    assert caught.value.field == field
