"""Cursors come back as they went, and nothing else is one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.cursors import read_cursor, write_cursor
from commerce.errors import Invalid


@given(st.integers(0, 1 << 62), st.integers(0, 1 << 62))
def test_a_cursor_comes_back_as_it_went(at, key):
    assert read_cursor(write_cursor(at, key)) == (at, key)


@pytest.mark.parametrize(
    "cursor", ["", "x", "???", "MS4", "MS4tMQ", write_cursor(1, -2), write_cursor(1 << 63, 1), "é"]
)
def test_what_is_none_of_ours(cursor):
    with pytest.raises(Invalid) as caught:
        read_cursor(cursor)
    assert caught.value.field == "cursor"
