"""The table is whole: every error anybody raises on purpose has a look of its own or of its base."""

import re
from pathlib import Path

import pytest

from commerce import errors as commerce
from relay import errors as relay
from signaling import errors
from signaling.errors import INTERNAL, TABLE, BadBody, TooMany, detail_of, fields, look


def leaves(base):
    below = base.__subclasses__()
    return [base] if not below else [leaf for each in below for leaf in leaves(each)]


@pytest.mark.parametrize(
    "kind", [*leaves(commerce.CommerceError), *leaves(relay.RelayError), *leaves(errors.SignalingError)]
)
def test_every_error_is_in_the_table(kind):
    assert any(issubclass(kind, known) for known, _ in TABLE)


def test_the_chinese_pages_have_words_for_whatever_a_form_can_meet():
    text = (Path(__file__).parents[2] / "web/src/text/problems.ts").read_text()
    said_at_the_field = {"invalid", "bad-request", "wrong-type", "bad-signature"}
    words = {look.word for _, look in TABLE} | {INTERNAL.word, errors.TOO_LARGE.word}
    assert {word for word in words if not re.search(rf'^  "?{word}"?: ', text, re.M)} == said_at_the_field


def test_no_row_is_hidden_by_one_above_it():
    for at, (kind, _) in enumerate(TABLE):
        assert not any(issubclass(kind, above) for above, _ in TABLE[:at]), kind


@pytest.mark.parametrize(
    ("error", "status", "word"),
    [
        (commerce.SoldOut("lines[0].sku", 0), 409, "sold-out"),
        (commerce.Conflict("x", "y"), 409, "conflict"),
        (commerce.Overloaded("later"), 503, "overloaded"),
        (relay.BadSdp("offer", "empty"), 400, "bad-request"),
        (TooMany("slower", 3.0), 429, "too-many"),
        (ValueError("secret"), 500, "internal"),
    ],
)
def test_looks(error, status, word):
    assert (look(error).status, look(error).word) == (status, word)


def test_fields_at_fault():
    assert fields(commerce.SoldOut("lines[0].sku", 2)) == [("lines[0].sku", "only 2 left")]
    assert fields(BadBody("no", [("a", "x"), ("b", "y")])) == [("a", "x"), ("b", "y")]
    assert fields(relay.BadSdp("m=video", "no codec")) == [("m=video", "m=video: no codec")]
    assert fields(ValueError("x")) == []


def test_what_broke_inside_stays_inside():
    assert look(ValueError("password=1")) is INTERNAL
    assert "password" not in detail_of(ValueError("password=1"))
