"""What no flash sale can be."""

from datetime import UTC, datetime, timedelta

import pytest

from commerce import commands as c
from commerce.errors import Invalid

NOW = datetime(2026, 1, 1, tzinfo=UTC)
GOOD = {
    "merchant": 1,
    "show": "a" * 16,
    "sku": "b" * 16,
    "price_minor": 100,
    "quantity": 5,
    "starts_at": NOW,
    "ends_at": NOW + timedelta(hours=1),
}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("show", "!"),
        ("sku", ""),
        ("price", -1),
        ("quantity", 0),
        ("starts_at", datetime(2026, 1, 1)),
        ("ends_at", NOW),
        ("ends_at", NOW + timedelta(days=8)),
        ("per_buyer_max", 0),
    ],
)
def test_each_bad_field_is_named(field, value):
    c.AnnounceSale(**GOOD)
    with pytest.raises(Invalid) as caught:
        c.AnnounceSale(**GOOD | {"price_minor" if field == "price" else field: value})
    assert caught.value.field == field


def test_a_sale_is_named_by_its_id():
    with pytest.raises(Invalid):
        c.WithdrawSale(1, "?")


SIZES = (b"1", b"2", b"3")


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("product", {"product": "!"}),
        ("sizes", {"sizes": SIZES[:2]}),
        ("image", {"sizes": (b"1", b"", b"3")}),
        ("image", {"sizes": (b"1", bytes(1024 * 1024 + 1), b"3")}),
        ("image", {"sizes": (b"1", "two", b"3")}),
    ],
)
def test_what_is_no_picture_in_its_sizes(field, given):
    good = {"merchant": 1, "product": "a" * 16, "sizes": SIZES}
    c.PutImage(**good)
    with pytest.raises(Invalid) as caught:
        c.PutImage(**good | given)
    assert caught.value.field == field
    with pytest.raises(Invalid):
        c.RemoveImage(1, "!")
