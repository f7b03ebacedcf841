from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.codecs import av1
from relay.errors import BadMedia

Stream = tuple[bytes, list[bytes]]
SVT = {"preset": "12", "svtav1-params": "keyint=5:scd=0"}


@pytest.fixture(scope="module")
def stream(encoded: Callable[..., Stream]) -> Stream:
    return encoded("libsvtav1", (320, 180), SVT)


def test_the_record_and_the_picture_size(stream: Stream) -> None:
    assert av1.parse_record(stream[0]) == (320, 180)
    assert av1.parse_record(stream[0][:4]) == (0, 0)


@pytest.mark.parametrize("size", [(64, 64), (1280, 720)])
def test_other_sizes(encoded: Any, size: tuple[int, int]) -> None:
    assert av1.parse_record(encoded("libsvtav1", size, SVT)[0]) == size


def test_key_frames(stream: Stream) -> None:
    units = [av1.access_unit(data) for data in stream[1]]
    assert units[0].key
    assert 2 <= sum(unit.key for unit in units) <= 3
    assert all(unit.picture for unit in units)
    assert any(unit.data is data for unit, data in zip(units, stream[1], strict=True))  # uncopied


@pytest.mark.parametrize(
    ("record", "name"),
    [
        ("81040c00", "av01.0.04M.08"),
        ("81088c00", "av01.0.08H.08"),
        ("81044c00", "av01.0.04M.10"),
        ("814d6c00", "av01.2.13M.12"),
    ],
)
def test_codec_strings(record: str, name: str) -> None:
    assert av1.codec_string(bytes.fromhex(record)) == name


def test_the_delimiter_and_padding_are_taken_out() -> None:
    delimiter, header, frame, padding = b"\x12\x00", b"\x0a\x01\x00", b"\x32\x02\x10\xaa", b"\x7a\x01\x80"
    assert av1.access_unit(delimiter + header + frame + padding) == av1.AccessUnit(header + frame, True, True)
    assert not av1.access_unit(b"\x32\x02\x30\xaa").key  # an inter frame
    assert not av1.access_unit(b"\x32\x01\x80").key  # shows an existing frame
    assert not av1.access_unit(delimiter).picture


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"\x30", "says no size"),
        (b"\x92\x00", "malformed"),
        (b"\x32\x05\x10", "runs past"),
        (b"\x32\xff\xff\xff\xff\xff\xff\xff\xff\xff", "does not end"),
        (b"\x32", "does not end"),
        (b"\x12\x00" * 1025, "malformed"),
    ],
)
def test_units_that_lie(data: bytes, problem: str) -> None:
    with pytest.raises(BadMedia, match=problem):
        av1.access_unit(data)


@given(st.data())
def test_mutated_records_only_raise_bad_media(stream: Stream, data: st.DataObject) -> None:
    record = bytearray(stream[0])
    for _ in range(data.draw(st.integers(1, 6))):
        record[data.draw(st.integers(0, len(record) - 1))] = data.draw(st.integers(0, 255))
    try:
        av1.parse_record(bytes(record))
    except BadMedia:
        return


@given(st.binary(max_size=60))
def test_any_bytes_only_raise_bad_media(data: bytes) -> None:
    try:
        unit = av1.access_unit(data)
    except BadMedia:
        return
    assert len(unit.data) <= len(data)
