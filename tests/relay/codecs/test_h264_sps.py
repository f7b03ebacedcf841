from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.codecs.h264_sps import Sps, parse_sps
from relay.errors import BadMedia

# Written by x264 164 (Debian 12) for a still picture of that size and rate, with the options named.
SETS = {
    "preset veryfast, high, B-frames": (
        "6764001facd9405005bb0110000003001000000303c0f1831960",
        Sps(100, 0, 31, 1280, 720, Fraction(30), 2),
    ),
    "profile baseline": (
        "6742c00cd901419f9f011000000300100000030320f142a480",
        Sps(66, 192, 12, 320, 180, Fraction(25), 0),
    ),
    "profile main, tune zerolatency, cropped": (
        "674d401fd900d83de6f01100000303e90000ea608f183248",
        Sps(77, 64, 31, 854, 480, Fraction(30_000, 1001), 0),
    ),
    "interlaced, with HRD": (
        "67640028acd94078044fde022000000300200000064c4c001e848003d09c98601f162d96",
        Sps(100, 0, 40, 1920, 1080, Fraction(25), 2),
    ),
    "4:4:4, cropped by one pixel a side": (
        "67f4000d919b282a33c7c5e022000003000200000300641e28532c",
        Sps(244, 0, 13, 322, 182, Fraction(25), 2, 3),
    ),
    "ten bits": (
        "676e0015a6cd941419f9f011000003000100000300640f162d96",
        Sps(110, 0, 21, 320, 180, Fraction(50), 2, 1, 10, 10),
    ),
    "scaling matrix, sample aspect ratio, colours, overscan, chroma location": (
        "6764001eacd940b4126c06d404040694000003000400000300c83c58b658",
        Sps(100, 0, 30, 720, 576, Fraction(25), 2),
    ),
    "grey": (
        "6764001ef3650280bfe27016c80000030008000003019078b16cb0",
        Sps(100, 0, 30, 640, 360, Fraction(25), 2, 0),
    ),
}


@pytest.mark.parametrize(("unit", "expected"), SETS.values(), ids=SETS)
def test_what_x264_writes(unit: str, expected: Sps) -> None:
    assert parse_sps(bytes.fromhex(unit)) == expected


def made(
    *, profile: int = 66, order: str = "011", references: str = "1", size: str = "00111" * 2, tail: str = ""
) -> bytes:
    """An SPS from its bits: id 0, log2_max_frame_num_minus4 0, then as given."""
    bits = "1" + "1" + order + references + "0" + size + "1" + "1" + (tail or "0" + "0") + "1"
    return bytes((0x67, profile, 0, 30)) + int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8))


def test_one_without_vui_says_no_rate() -> None:
    parsed = parse_sps(made(profile=77, order="1" + "1"))  # pic_order_cnt_type 0
    assert (parsed.width, parsed.height, parsed.fps, parsed.max_reorder) == (112, 112, None, None)


def test_output_in_decoding_order_cannot_reorder() -> None:
    assert parse_sps(made(profile=77)).max_reorder == 0  # pic_order_cnt_type 2


@pytest.mark.parametrize(
    ("unit", "problem"),
    [
        (b"", "not a sequence"),
        (b"\x68\x64\x00\x1f\xac", "not a sequence"),
        (b"\x67" * 5000, "not a sequence"),
        (made(order="00100"), "pic_order_cnt_type 3"),
        (made(references="000010010"), "reference frames"),
        (made(size="00000000001" + "0" * 9 + "1" + "1"), "a picture of"),
        (made(tail="1" + "00000100000" * 4 + "0"), "a picture of"),
        (made()[:6], "too early"),
    ],
)
def test_sets_that_lie(unit: bytes, problem: str) -> None:
    with pytest.raises(BadMedia, match=problem):
        parse_sps(unit)


@given(st.sampled_from([unit for unit, _ in SETS.values()]), st.data())
def test_mutated_sets_only_raise_bad_media(unit: str, data: st.DataObject) -> None:
    raw = bytearray.fromhex(unit)
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(1, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        parsed = parse_sps(bytes(raw))
    except BadMedia:
        return
    assert 0 < parsed.width <= 16_384
    assert 0 < parsed.height <= 16_384
