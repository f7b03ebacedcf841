"""Every check names its field and takes nothing that only looks right."""

from datetime import UTC, datetime

import pytest

from commerce import checks
from commerce.errors import Invalid

AWARE = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("check", "good"),
    [
        (lambda value: checks.text("f", value, 5, 1), ["a", "线\n\t", "12345"]),
        (lambda value: checks.number("f", value, -1, 3), [-1, 0, 3]),
        (lambda value: checks.quantity("f", value), [1, checks.QUANTITY_MAX]),
        (lambda value: checks.public_id("f", value), ["a2345678", "z" * 32]),
        (lambda value: checks.slug("f", value), ["a", "nanjing-01", "a" * 40]),
        (lambda value: checks.login("f", value), ["hq", "a.b@c.de"]),
        (lambda value: checks.doer("f", value), ["hq", "program: Till 1", "program: " + "x" * 120]),
        (lambda value: checks.url("f", value), ["", "/assets/x.svg", "https://x.example/y"]),
        (lambda value: checks.accent("f", value), ["", "#d4380d", "#FFFFFF"]),
        (lambda value: checks.choice("f", value, ("a", "b")), ["a", "b"]),
        (lambda value: checks.moment("f", value), [AWARE]),
    ],
)
def test_good_values_pass_unchanged(check, good):
    assert [check(value) for value in good] == good


@pytest.mark.parametrize(
    ("check", "bad"),
    [
        (lambda value: checks.text("f", value, 5, 1), ["", "123456", None, 1, b"a", "\x00", "a\x1b", "\ud800"]),
        (lambda value: checks.number("f", value, -1, 3), [-2, 4, 1.0, True, "1", None, 10**40]),
        (lambda value: checks.quantity("f", value), [0, -1, checks.QUANTITY_MAX + 1, False]),
        (lambda value: checks.public_id("f", value), ["", "A2345678", "a-345678", "z" * 33, 12345678, None]),
        (lambda value: checks.slug("f", value), ["", "-a", "a-", "A", "a_b", "a" * 41, "a/b", "..", "a\n", None]),
        (lambda value: checks.login("f", value), ["", "a", "a b", "-ab", "a\n", None, "a" * 81]),
        (
            lambda value: checks.doer("f", value),
            ["", "a b", None, "program: ", "program: " + "x" * 121, "program: \x00"],
        ),
        (lambda value: checks.url("f", value), ["javascript:alert(1)", "ftp://x", "x", None, "https://" + "x" * 2000]),
        (lambda value: checks.accent("f", value), ["red", "#fff", "#gggggg", "#ffffff;", None]),
        (lambda value: checks.choice("f", value, ("a", "b")), ["c", "", None, ["a"]]),
        (lambda value: checks.moment("f", value), [datetime(2026, 1, 1), "2026-01-01", None]),
        (lambda value: checks.size("f", value, 1, 2), [(), (1, 2, 3), [1], None]),
    ],
)
def test_bad_values_are_refused_with_their_field(check, bad):
    for value in bad:
        with pytest.raises(Invalid) as caught:
            check(value)
        assert caught.value.field == "f"
        assert caught.value.detail
