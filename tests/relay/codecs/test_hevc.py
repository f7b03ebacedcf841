from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.codecs import hevc, nal
from relay.errors import BadMedia

Stream = tuple[bytes, list[bytes]]
X265 = {"preset": "ultrafast", "x265-params": "log-level=none:keyint=5:min-keyint=5:scenecut=0:bframes=0"}


@pytest.fixture(scope="module")
def stream(encoded: Callable[..., Stream]) -> Stream:
    return encoded("libx265", (320, 180), X265)


def test_the_record_and_the_picture_size(stream: Stream) -> None:
    config = hevc.parse_record(stream[0])
    assert config.length_bytes == 4
    assert hevc.picture_size(config.sps) == (320, 180)  # cropped from 184


@pytest.mark.parametrize("size", [(64, 64), (1280, 720), (322, 182)])
def test_other_sizes(encoded: Any, size: tuple[int, int]) -> None:
    assert hevc.picture_size(hevc.parse_record(encoded("libx265", size, X265)[0]).sps) == size


def test_key_frames(stream: Stream) -> None:
    units = [hevc.access_unit(data) for data in stream[1]]
    assert [number for number, unit in enumerate(units) if unit.key] == [0, 5, 10]
    assert all(unit.picture for unit in units)


# 14496-15, E.3, checked against what GPAC and Apple's tools name these profiles.
@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("0101600000009000000000005d", "hvc1.1.6.L93.90"),
        ("0101600000000000000000007b", "hvc1.1.6.L123"),
        ("0122200000009000000000009a", "hvc1.2.4.H154.90"),
        ("0141600000000000000000005d", "hvc1.A1.6.L93"),
    ],
)
def test_codec_strings(head: str, name: str) -> None:
    assert hevc.codec_string(bytes.fromhex(head) + bytes(10)) == name


def test_ffmpeg_says_the_same_of_its_stream(stream: Stream) -> None:
    assert hevc.codec_string(stream[0]).startswith("hvc1.1.6.L")


def test_what_is_out_of_band_is_taken_out() -> None:
    vps, sps, pps, aud, idr, sei = (bytes((kind << 1, 1, 9)) for kind in (32, 33, 34, 35, 19, 39))
    unit = hevc.access_unit(nal.join([aud, vps, sps, pps, sei, idr]))
    assert unit == hevc.AccessUnit(nal.join([sei, idr]), True, True)
    assert not hevc.access_unit(nal.join([aud])).picture


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        (b"", "version 1"),
        (b"\x00" * 23, "version 1"),
        (b"\x01" + bytes(21) + b"\x01", "inside an array"),
        (b"\x01" + bytes(21) + b"\x01\x20\x00\x01\x00\x05\x40", "runs past"),
        (b"\x01" + bytes(21) + b"\x01\x20\xff\xff", "parameter sets of one kind"),
        (b"\x01" + bytes(22), "no parameter sets"),
    ],
)
def test_records_that_lie(record: bytes, problem: str) -> None:
    with pytest.raises(BadMedia, match=problem):
        hevc.parse_record(record)


@given(st.data())
def test_mutated_records_only_raise_bad_media(stream: Stream, data: st.DataObject) -> None:
    record = bytearray(stream[0][:200])
    for _ in range(data.draw(st.integers(1, 6))):
        record[data.draw(st.integers(0, len(record) - 1))] = data.draw(st.integers(0, 255))
    try:
        width, height = hevc.picture_size(hevc.parse_record(bytes(record)).sps)
    except BadMedia:
        return
    assert 0 < width <= 16_384
    assert 0 < height <= 16_384
