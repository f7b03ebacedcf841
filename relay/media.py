"""The one packet type at every door.

Every source (RTMP, WHIP, a transcoder, the slate) makes `Packet`s and every output takes them.
What holds for the packets of a broadcast, in the order they leave it:

- `dts` never decreases within a track, and `pts >= dts`; both count ticks of `track.clock_rate`.
- `key` is true for a frame that can be decoded on its own (an IDR or CRA picture), and for every audio frame.
- Parameter sets are out of band, in `track.config`; they never stand in `data`.
- H.264 and HEVC `data` is length-prefixed NAL units (four bytes each); AAC is raw, without ADTS; Opus is one packet.
- A new `Track` object means new parameters: an output that has a discontinuity marks one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

VIDEO_CLOCK_RATE = 90_000  # RFC 6184, section 5.1; the same for every video codec here
OPUS_CLOCK_RATE = 48_000  # RFC 7587, section 4.1
NAL_LENGTH_BYTES = 4


class Kind(StrEnum):
    """What a track carries."""

    VIDEO = "video"
    AUDIO = "audio"


class Codec(StrEnum):
    """How a track is coded."""

    H264 = "h264"
    HEVC = "hevc"
    AV1 = "av1"
    VP8 = "vp8"
    AAC = "aac"
    OPUS = "opus"

    @property
    def kind(self) -> Kind:
        return Kind.AUDIO if self in (Codec.AAC, Codec.OPUS) else Kind.VIDEO


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One elementary stream with fixed parameters; compared by identity.

    `config` is the codec's own record: AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1),
    HEVCDecoderConfigurationRecord, AV1CodecConfigurationRecord, AudioSpecificConfig (ISO/IEC 14496-3), OpusHead.
    """

    codec: Codec
    clock_rate: int
    config: bytes = b""
    width: int = 0
    height: int = 0
    channels: int = 0
    kind: Kind = field(init=False)  # the codec's; kept here because every packet's way asks for it many times

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", self.codec.kind)


@dataclass(frozen=True, slots=True, eq=False)
class Packet:
    """One access unit (video frame or audio frame). The module's docstring states its invariants.

    `received_ns` is the monotonic clock when its last byte came in: latency is measured from it.
    """

    track: Track
    pts: int
    dts: int
    key: bool
    data: bytes
    received_ns: int = 0

    @property
    def seconds(self) -> float:
        """Decode time on the broadcast's time line."""
        return self.dts / self.track.clock_rate
