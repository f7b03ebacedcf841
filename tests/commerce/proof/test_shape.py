"""Strict reading: what a browser would read otherwise, or not at all, is refused, and the place is named."""

import pytest

from commerce.proof import shape


@pytest.mark.parametrize(("found", "read"), [(7, 7), (7.0, 7), (-0.0, 0), (-(2**53) + 1, -(2**53) + 1)])
def test_whole_numbers_are_read(found, read):
    assert (shape.integer(found), type(shape.integer(found))) == (read, int)


@pytest.mark.parametrize("found", [True, "7", 7.5, 2**53, -(2**53), float("inf"), float("nan"), 1e300, None, [7]])
def test_what_is_no_whole_number_is_refused(found):
    with pytest.raises(shape.Malformed, match="whole number"):
        shape.integer(found)


@pytest.mark.parametrize("found", ["AB", "a", " ab", "ab\n", "zz", 7, None, b"ab"])
def test_hex_is_lower_case_and_without_spaces(found):
    assert shape.hexed("00ab") == "00ab"
    with pytest.raises(shape.Malformed):
        shape.hexed(found)
    with pytest.raises(shape.Malformed):
        shape.digest("ab" * 31)


@pytest.mark.parametrize("found", ["\ud800", "a\udfff", 7, None])
def test_half_a_character_is_no_text(found):
    assert shape.text("分😀") == "分😀"
    with pytest.raises(shape.Malformed):
        shape.text(found)


@pytest.mark.parametrize("found", ["[NaN]", "{", "[" * 200_000, b"\xff", ""])
def test_what_is_no_json_or_too_deep_is_refused(found):
    assert shape.loads('{"a": [1]}') == {"a": [1]}
    with pytest.raises(shape.Malformed):
        shape.loads(found)


def test_the_place_is_named():
    with pytest.raises(shape.Malformed, match=r"^\[1\]\.public must be 64 digits"):
        shape.keys([{"kid": "", "public": "00" * 32, "endorsed_by": "", "endorsement": ""}, {"kid": "x"}])
    with pytest.raises(shape.Malformed, match=r"^\.a must be 0 or more"):
        shape.counts({"a": -1})
    with pytest.raises(shape.Malformed, match=r"^must be an object"):
        shape.head([])


def test_lines_of_a_body():
    assert shape.lines("{}") == []
    (line,) = shape.lines(
        '{"lines": [{"public": "l", "state": "s", "version": 1, "amount_minor": 7, "clawed_minor": 0}]}'
    )
    assert (line["amount_minor"], line["currency"]) == (7, None)


@pytest.mark.parametrize("body", ["[]", "7", "null", '{"lines": null}', '{"lines": [7]}', "[" * 200_000, ""])
def test_a_body_of_another_shape_is_refused(body):
    with pytest.raises(shape.Malformed):
        shape.lines(body)
