"""AAC as far as a relay must understand it: AudioSpecificConfig (ISO/IEC 14496-3)."""

from __future__ import annotations

from dataclasses import dataclass

from relay.codecs.bits import BitReader
from relay.errors import BadMedia

SAMPLE_RATES = (96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350)
CHANNELS = (0, 1, 2, 3, 4, 5, 6, 8)  # Table 1.19; 0: a program config element says it
AAC_LC, SBR, ER_AAC_LD, PS = 2, 5, 23, 29  # Table 1.17
_GENERAL_AUDIO = frozenset((1, 2, 3, 4, 6, 7, 17, 19, 20, 21, 22, 23))


@dataclass(frozen=True, slots=True)
class AacConfig:
    """What an AudioSpecificConfig says. `sample_rate` is the core's: HE-AAC plays at `output_rate`, twice that."""

    object_type: int
    sample_rate: int
    channels: int
    samples_per_frame: int = 1024
    output_rate: int = 0  # 0: as `sample_rate`
    signalled_type: int = 0  # SBR or PS where the record begins with it; 0: as `object_type`

    def record(self) -> bytes:
        """A plain AudioSpecificConfig of the core: type, rate, channels."""
        value, bits = self.object_type, 5
        if self.sample_rate in SAMPLE_RATES:
            value, bits = value << 4 | SAMPLE_RATES.index(self.sample_rate), bits + 4
        else:
            value, bits = (value << 4 | 15) << 24 | self.sample_rate, bits + 28
        short_frame = self.samples_per_frame in (960, 480)
        value, bits = (value << 4 | CHANNELS.index(self.channels)) << 3 | short_frame << 2, bits + 7
        padding = -bits % 8
        return (value << padding).to_bytes((bits + padding) // 8, "big")


def parse_config(record: bytes) -> AacConfig:
    """Read an AudioSpecificConfig (1.6.2.1). Raises `BadMedia` for what is no AAC or has no usable rate."""
    bits = BitReader(record[:64], "AudioSpecificConfig")
    object_type = signalled = _object_type(bits)
    rate = output_rate = _sample_rate(bits)
    layout = bits.u(4)
    if object_type in (SBR, PS):  # 1.6.5.2: explicit, hierarchical signalling
        output_rate, object_type = _sample_rate(bits), _object_type(bits)
    if object_type not in _GENERAL_AUDIO:
        raise BadMedia("AudioSpecificConfig", f"audio object type {object_type} is not AAC")
    if layout >= len(CHANNELS):
        raise BadMedia("AudioSpecificConfig", f"channel configuration {layout}")
    short_frame = bits.flag()  # 4.4.1: frameLengthFlag
    samples = 1024 >> (object_type == ER_AAC_LD)
    return AacConfig(
        object_type, rate, CHANNELS[layout] or 2, samples * 15 // 16 if short_frame else samples, output_rate, signalled
    )


def _object_type(bits: BitReader) -> int:
    kind = bits.u(5)
    return 32 + bits.u(6) if kind == 31 else kind


def _sample_rate(bits: BitReader) -> int:
    index = bits.u(4)
    rate = bits.u(24) if index == 15 else SAMPLE_RATES[index] if index < len(SAMPLE_RATES) else 0
    if not 7_000 <= rate <= 96_000:
        raise BadMedia("AudioSpecificConfig", f"sampling frequency index {index} ({rate} Hz)")
    return rate


def codec_string(record: bytes) -> str:
    """For CODECS attributes, e.g. "mp4a.40.2" (RFC 6381, section 3.3)."""
    return f"mp4a.40.{parse_config(record).signalled_type}"
