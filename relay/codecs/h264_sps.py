"""The sequence parameter set of H.264 (ISO/IEC 14496-10, 7.3.2.1.1 and Annex E)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from relay.codecs.bits import BitReader
from relay.codecs.nal import rbsp
from relay.errors import BadMedia

PICTURE_SIDE_MAX = 16_384  # pixels; level 6.2 ends below it
SPS_BYTES_MAX = 4_096
REF_FRAMES_MAX = 16  # A.3.1
EXTENDED_SAR = 255  # Table E-1
# 7.3.2.1.1.1: the profiles that say their chroma format
_CHROMA_PROFILES = frozenset((100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135))


@dataclass(frozen=True, slots=True)
class Sps:
    """What a relay wants to know of a sequence. `max_reorder` 0 means that no picture is shown later than decoded."""

    profile: int
    constraints: int
    level: int
    width: int
    height: int
    fps: Fraction | None
    max_reorder: int | None  # None: not stated
    chroma_format: int = 1
    bit_depth_luma: int = 8
    bit_depth_chroma: int = 8


@dataclass(frozen=True, slots=True)
class _Chroma:
    chroma_format: int = 1
    bit_depth_luma: int = 8
    bit_depth_chroma: int = 8
    separate_planes: bool = False


def parse_sps(unit: bytes) -> Sps:
    """Read an SPS NAL unit, its header byte included. Raises `BadMedia`."""
    if not 4 < len(unit) <= SPS_BYTES_MAX or unit[0] & 0x1F != 7:
        raise BadMedia("sps", "not a sequence parameter set")
    bits = BitReader(rbsp(unit[1:]), "sps")
    profile, constraints, level = bits.u(8), bits.u(8), bits.u(8)
    bits.ue()  # seq_parameter_set_id
    chroma = _chroma(bits) if profile in _CHROMA_PROFILES else _Chroma()
    bits.ue()  # log2_max_frame_num_minus4
    order_type = _picture_order(bits)
    if bits.ue() > REF_FRAMES_MAX:
        raise BadMedia("sps", "too many reference frames")
    bits.u(1)  # gaps_in_frame_num_value_allowed_flag
    width, height = _size(bits, chroma)
    fps, reorder = _vui(bits) if bits.flag() else (None, None)
    if profile in (66,) or order_type == 2:  # A.2.1: Baseline has no B slices; 8.2.1.3: output in decoding order
        reorder = 0
    return Sps(
        profile, constraints, level, width, height, fps, reorder,
        chroma.chroma_format, chroma.bit_depth_luma, chroma.bit_depth_chroma,
    )  # fmt: skip


def _chroma(bits: BitReader) -> _Chroma:
    chroma_format = bits.ue()
    if chroma_format > 3:
        raise BadMedia("sps", f"chroma_format_idc {chroma_format}")
    separate = chroma_format == 3 and bits.flag()
    luma, chroma = bits.ue() + 8, bits.ue() + 8
    if max(luma, chroma) > 14:
        raise BadMedia("sps", "more than 14 bits a sample")
    bits.u(1)  # qpprime_y_zero_transform_bypass_flag
    if bits.flag():  # seq_scaling_matrix_present_flag
        for number in range(8 if chroma_format != 3 else 12):
            if bits.flag():
                _skip_scaling_list(bits, 16 if number < 6 else 64)
    return _Chroma(chroma_format, luma, chroma, separate)


def _skip_scaling_list(bits: BitReader, size: int) -> None:
    last = following = 8
    for _ in range(size):  # 7.3.2.1.1.1
        if following:
            following = (last + bits.se()) % 256
        last = following or last


def _picture_order(bits: BitReader) -> int:
    order_type = bits.ue()
    if order_type == 0:
        bits.ue()  # log2_max_pic_order_cnt_lsb_minus4
    elif order_type == 1:
        bits.u(1)
        bits.se()
        bits.se()
        cycle = bits.ue()
        if cycle > 255:
            raise BadMedia("sps", "picture order cycle too long")
        for _ in range(cycle):
            bits.se()
    elif order_type > 2:
        raise BadMedia("sps", f"pic_order_cnt_type {order_type}")
    return order_type


def _size(bits: BitReader, chroma: _Chroma) -> tuple[int, int]:
    across, down = bits.ue() + 1, bits.ue() + 1
    frames_only = bits.flag()
    if not frames_only:
        bits.u(1)  # mb_adaptive_frame_field_flag
    bits.u(1)  # direct_8x8_inference_flag
    width, height = across * 16, down * 16 * (2 - frames_only)
    if bits.flag():  # frame_cropping_flag; units as in 7.4.2.1.1
        mono = chroma.chroma_format == 0 or chroma.separate_planes
        unit_x = 1 if mono or chroma.chroma_format == 3 else 2
        unit_y = (2 if not mono and chroma.chroma_format == 1 else 1) * (2 - frames_only)
        width -= unit_x * (bits.ue() + bits.ue())
        height -= unit_y * (bits.ue() + bits.ue())
    if not (0 < width <= PICTURE_SIDE_MAX and 0 < height <= PICTURE_SIDE_MAX):
        raise BadMedia("sps", f"a picture of {width}x{height}")
    return width, height


def _vui(bits: BitReader) -> tuple[Fraction | None, int | None]:
    """Frame rate and max_num_reorder_frames (E.1.1)."""
    if bits.flag() and bits.u(8) == EXTENDED_SAR:
        bits.u(32)
    if bits.flag():  # overscan
        bits.u(1)
    if bits.flag():  # video signal type
        bits.u(4)
        if bits.flag():
            bits.u(24)
    if bits.flag():  # chroma location
        bits.ue()
        bits.ue()
    fps = _frame_rate(bits) if bits.flag() else None
    nal_hrd = bits.flag()
    if nal_hrd:
        _skip_hrd(bits)
    vcl_hrd = bits.flag()
    if vcl_hrd:
        _skip_hrd(bits)
    if nal_hrd or vcl_hrd:
        bits.u(1)  # low_delay_hrd_flag
    bits.u(1)  # pic_struct_present_flag
    return fps, _reorder(bits) if bits.flag() else None


def _frame_rate(bits: BitReader) -> Fraction | None:
    tick, scale = bits.u(32), bits.u(32)
    bits.u(1)  # fixed_frame_rate_flag
    return Fraction(scale, 2 * tick) if tick and scale else None  # two ticks are a frame


def _skip_hrd(bits: BitReader) -> None:
    count = bits.ue() + 1
    if count > 32:  # E.2.2
        raise BadMedia("sps", "too many coded picture buffers")
    bits.u(8)
    for _ in range(count):
        bits.ue()
        bits.ue()
        bits.u(1)
    bits.u(20)


def _reorder(bits: BitReader) -> int:
    bits.u(1)  # motion_vectors_over_pic_boundaries_flag
    for _ in range(4):
        bits.ue()
    reorder = bits.ue()
    bits.ue()  # max_dec_frame_buffering
    return reorder
