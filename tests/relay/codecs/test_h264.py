import av
import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.codecs import h264, nal
from relay.errors import BadMedia


def encoded(size: tuple[int, int] = (320, 180), options: dict[str, str] | None = None) -> tuple[bytes, list[bytes]]:
    """Record and access units of a second of x264's output, as a file would hold them."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height = size
    encoder.pix_fmt = "yuv420p"
    encoder.framerate = 25
    encoder.time_base = encoder.framerate**-1
    encoder.options = {"preset": "ultrafast", "x264-params": "keyint=10", **(options or {})}
    encoder.flags |= 1 << 22  # AV_CODEC_FLAG_GLOBAL_HEADER
    packets = []
    for number in range(25):
        frame = av.VideoFrame.from_ndarray(numpy.full((size[1] * 3 // 2, size[0]), number * 9, numpy.uint8), "yuv420p")
        frame.pts = number
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    headers = list(nal.from_annexb(encoder.extradata or b""))
    record = h264.record_of(
        tuple(unit for unit in headers if unit[0] & 31 == h264.SPS),
        tuple(unit for unit in headers if unit[0] & 31 == h264.PPS),
    )
    return record, [nal.join(nal.from_annexb(bytes(packet))) for packet in packets]


@pytest.fixture(scope="module")
def high() -> tuple[bytes, list[bytes]]:
    return encoded(options={"preset": "veryfast", "profile": "high"})


def test_the_record_comes_back(high: tuple[bytes, list[bytes]]) -> None:
    config = h264.parse_record(high[0])
    assert config.record() == high[0]
    assert config.length_bytes == 4
    assert h264.codec_string(high[0]) == f"avc1.{config.sps[0][1:4].hex()}"


def test_a_record_of_baseline_has_no_tail() -> None:
    record, _ = encoded(options={"profile": "baseline"})
    config = h264.parse_record(record)
    assert config.first_sps().profile == 66
    assert record.endswith(config.pps[-1])


def test_key_frames_and_untouched_data(high: tuple[bytes, list[bytes]]) -> None:
    parsed = [h264.access_unit(data) for data in high[1]]
    assert [unit.key for unit in parsed].count(True) == 3  # at 0, 10 and 20
    plain = [unit for unit in high[1] if h264.access_unit(unit).data is unit]
    assert len(plain) >= 24  # only the first carries something (x264's SEI is not taken out)


def test_what_is_out_of_band_is_taken_out() -> None:
    sps, pps, idr, sei = b"\x67\x42\x00\x1f\x95", b"\x68\xce\x3c\x80", b"\x65\x88\x84", b"\x06\x05\x01\x80"
    unit = h264.access_unit(nal.join([b"\x09\xf0", sps, pps, sei, idr, b"\x0c\xff\x80"]))
    assert unit == h264.AccessUnit(nal.join([sei, idr]), True, True, (sps,), (pps,))


def test_two_byte_lengths_become_four() -> None:
    assert h264.access_unit(b"\x00\x02\x41\x9a", 2).data == b"\x00\x00\x00\x02\x41\x9a"


@pytest.mark.parametrize("data", [b"", nal.join([b"\x09\xf0"]), nal.join([b"\x06\x05\x01\x80"])])
def test_an_access_unit_without_a_picture(data: bytes) -> None:
    assert not h264.access_unit(data).picture


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        (b"", "version 1"),
        (b"\x00" * 20, "version 1"),
        (bytes.fromhex("0164001fffe1"), "version 1"),
        (bytes.fromhex("0164001fffe1ffff67"), "runs past"),
        (bytes.fromhex("0164001fffe1000568640010ff0100"), "wrong kind"),
        (bytes.fromhex("0164001fffe0010002685b"), "no parameter sets"),
        (bytes.fromhex("0164001fffe1000467640010"), "before its picture"),
    ],
)
def test_records_that_lie(record: bytes, problem: str) -> None:
    with pytest.raises(BadMedia, match=problem):
        h264.parse_record(record)


@given(st.data())
def test_mutated_records_only_raise_bad_media(high: tuple[bytes, list[bytes]], data: st.DataObject) -> None:
    record = bytearray(high[0])
    for _ in range(data.draw(st.integers(1, 4))):
        record[data.draw(st.integers(0, len(record) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(record)))
    try:
        h264.parse_record(bytes(record[:cut])).first_sps()
    except BadMedia:
        return
