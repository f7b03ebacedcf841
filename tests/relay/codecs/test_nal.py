import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.codecs import nal
from relay.errors import BadMedia

# A NAL unit has no start code inside and does not end in zero (ISO/IEC 14496-10, 7.4.1).
units = st.lists(
    st.binary(min_size=1, max_size=40).map(lambda unit: unit.replace(b"\x00\x00", b"\x00\x07") + b"\x80"), max_size=8
)


@given(units)
def test_both_forms_give_the_units_back(nal_units: list[bytes]) -> None:
    assert list(nal.units(nal.join(nal_units))) == nal_units
    assert list(nal.from_annexb(nal.to_annexb(nal_units))) == nal_units


def test_three_byte_start_codes_and_trailing_zeros() -> None:
    assert list(nal.from_annexb(b"\x00\x00\x01\x09\x10\x00\x00\x00\x01\x65\x88\x00\x00")) == [b"\x09\x10", b"\x65\x88"]


@pytest.mark.parametrize("length_bytes", [1, 2, 3, 4])
def test_shorter_length_fields(length_bytes: int) -> None:
    data = b"".join(len(unit).to_bytes(length_bytes, "big") + unit for unit in (b"\x65\x01", b"\x41"))
    assert list(nal.units(data, length_bytes)) == [b"\x65\x01", b"\x41"]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"\x00\x00\x00\x05\x65\x01", "runs past"),
        (b"\x00\x00\x00\x01\x65\x00\x00", "runs past"),
        (b"\x00\x00\x00\x00", "is empty"),
        (b"\xff\xff\xff\xff\x65", "runs past"),
        (b"\x00\x00\x00\x01\x65" * 1025, "more than 1024"),
    ],
)
def test_lying_lengths(data: bytes, problem: str) -> None:
    with pytest.raises(BadMedia, match=problem):
        list(nal.spans(data))


def test_emulation_prevention_goes() -> None:
    assert nal.rbsp(b"\x67\x00\x00\x03\x01\x00\x00\x03\x00\x00\x03") == b"\x67\x00\x00\x01\x00\x00\x00\x00"
