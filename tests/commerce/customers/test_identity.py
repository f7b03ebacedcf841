"""One spelling for each number."""

import pytest

from commerce.customers.identity import identity_of, keyed, normal_phone
from commerce.errors import Invalid


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("13800138000", "+8613800138000"),
        ("138 0013-8000", "+8613800138000"),
        ("+86 138 0013 8000", "+8613800138000"),
        ("0086 13800138000", "+8613800138000"),
        ("013800138000", "+8613800138000"),
        ("+49 30 1234567", "+49301234567"),
    ],
)
def test_however_it_is_spelled(given, expected):
    assert normal_phone("phone", given, "86") == expected


@pytest.mark.parametrize("given", ["", "1", "call me", "+", "++861380013", "1" * 40, "138٠٠١٣٨٠٠٠", None, 13800138000])
def test_what_is_no_phone(given):
    with pytest.raises(Invalid) as caught:
        normal_phone("contact.phone", given, "86")
    assert caught.value.field == "contact.phone"


def test_a_digest_says_nothing_without_the_key_and_differs_by_merchant():
    one = identity_of(b"k" * 32, "merchant", "+8613800138000")
    assert one == identity_of(b"k" * 32, "merchant", "+8613800138000")
    assert len({one, identity_of(b"j" * 32, "merchant", "+8613800138000"), identity_of(b"k" * 32, "m", "+861")}) == 3
    assert keyed(b"k", "a", "b", "c") != keyed(b"k", "a", "bc")
