import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.demo_clock import CELLS, TIME_BITS, cells, centre, read

NOW = 1_763_831_110_123


def shown(row: list[bool], white: float = 235, black: float = 16):
    """What a player would show: luma by place, between the cells' centres as well."""
    places = [centre(cell)[0] for cell in range(CELLS)]

    def luma(x: float, y: float) -> float:
        nearest = min(range(CELLS), key=lambda cell: abs(places[cell] - x))
        return white if row[nearest] else black

    return luma


@given(st.integers(0, 2**TIME_BITS - 1), st.integers(120, 255), st.integers(0, 50))
def test_what_is_shown_is_read_at_any_levels(milliseconds, white, black):
    assert read(shown(cells(milliseconds), white, black)) == milliseconds


@given(st.integers(0, 2**TIME_BITS - 1), st.integers(2, CELLS - 3))
def test_one_wrong_cell_is_noticed(milliseconds, wrong):
    row = cells(milliseconds)
    row[wrong] = not row[wrong]
    assert read(shown(row)) is None


def test_two_frames_mixed_into_one_are_noticed():
    first, second = cells(NOW), cells(NOW + 500)
    torn = first[: CELLS - 12] + second[CELLS - 12 :]
    assert torn not in (first, second)
    assert read(shown(torn)) is None


@pytest.mark.parametrize("level", [0, 16, 128, 255])
def test_a_plain_picture_shows_no_clock(level):
    assert read(lambda x, y: level) is None


def test_the_row_fits_the_picture():
    assert len(cells(NOW)) == CELLS
    assert 0 < centre(0)[0] < centre(CELLS - 1)[0] < 1
