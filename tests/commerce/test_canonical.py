import json
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.canonical import json_bytes, json_text

LONG = 1 << 63
texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-LONG, LONG - 1) | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=20,
)


@given(values)
def test_it_is_what_json_says(value):
    expected = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert json_text(value) == expected
    assert json_bytes(value) == expected.encode()


def test_data_classes_are_mappings_in_the_order_of_their_fields():
    @dataclass(frozen=True, slots=True)
    class Part:
        z: int
        a: tuple[str, ...]

    assert json_text({"b": Part(1, ("x",)), "a": 2}) == '{"a":2,"b":{"z":1,"a":["x"]}}'


@pytest.mark.parametrize("value", [{1: 2}, object(), 1 << 64])
def test_what_json_does_not_know_is_an_error(value):
    with pytest.raises(TypeError):
        json_text(value)
