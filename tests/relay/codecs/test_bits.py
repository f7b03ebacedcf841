import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.codecs.bits import BitReader
from relay.errors import BadMedia


def golomb(number: int) -> str:
    digits = f"{number + 1:b}"
    return "0" * (len(digits) - 1) + digits


def packed(bits: str) -> bytes:
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


@given(st.lists(st.integers(0, 2**31), min_size=1, max_size=20))
def test_exp_golomb_numbers_come_back(numbers: list[int]) -> None:
    reader = BitReader(packed("".join(golomb(number) for number in numbers)), "test")
    assert [reader.ue() for _ in numbers] == numbers


@pytest.mark.parametrize(("code", "value"), [(0, 0), (1, 1), (2, -1), (3, 2), (4, -2)])  # Table 9-3
def test_signed_exp_golomb(code: int, value: int) -> None:
    assert BitReader(packed(golomb(code)), "test").se() == value


def test_reading_past_the_end_names_what_was_read() -> None:
    reader = BitReader(b"\xff", "sps")
    assert reader.u(5) == 31
    assert reader.left == 3
    with pytest.raises(BadMedia, match="sps: ends 1 bits too early"):
        reader.u(4)


def test_an_endless_prefix_is_refused() -> None:
    with pytest.raises(BadMedia, match="too long"):
        BitReader(bytes(100), "sps").ue()
