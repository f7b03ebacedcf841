"""What an encoder's settings mean for the viewers, in plain words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from relay.media import Codec
from relay.meter import Facts

GOP_SECONDS_MAX = 4.0  # beyond it, joiners cannot start from the cache and segments grow
JITTER_MS_MAX = 150.0
FRAMES_PER_SECOND_MIN = 15.0
BITS_PER_SECOND_MAX = 10_000_000
SILENT_MS_MAX = 1_000
YOUNG_MS = 2_000  # a source is watched this long before something is missed


class Warned(StrEnum):
    """The kinds of advice: stable words for metrics and pages."""

    LONG_GROUPS = "long_groups"
    B_FRAMES = "b_frames"
    NO_VIDEO = "no_video"
    NO_AUDIO = "no_audio"
    LOW_FRAME_RATE = "low_frame_rate"
    HIGH_BIT_RATE = "high_bit_rate"
    UNEVEN = "uneven"
    SILENT = "silent"
    NOT_FOR_ALL = "not_for_all"


@dataclass(frozen=True, slots=True)
class Advice:
    """One warning; `text` is for the broadcaster."""

    warned: Warned
    text: str


@dataclass(frozen=True, slots=True)
class Observed:
    """A source as of now."""

    facts: Facts
    age_ms: float
    silent_ms: float


def advice(observed: Observed) -> list[Advice]:
    """All that is worth saying of a source, the most pressing first."""
    return [Advice(warned, text) for warned, check in _CHECKS if (text := check(observed))]


def _silent(observed: Observed) -> str:
    if observed.silent_ms <= SILENT_MS_MAX:
        return ""
    return f"Nothing has come from the encoder for {observed.silent_ms / 1000:.0f} s: viewers see a frozen picture."


def _no_video(observed: Observed) -> str:
    missing = observed.facts.video is None and observed.age_ms > YOUNG_MS
    return "The encoder sends no picture." if missing else ""


def _no_audio(observed: Observed) -> str:
    missing = observed.facts.audio is None and observed.age_ms > YOUNG_MS
    return "The encoder sends no sound." if missing else ""


def _long_groups(observed: Observed) -> str:
    seconds = observed.facts.gop_seconds
    if seconds <= GOP_SECONDS_MAX:
        return ""
    return (
        f"Key frames come every {seconds:.0f} s: viewers on LL-HLS wait that long. Set the key frame interval to 2 s."
    )


def _uneven(observed: Observed) -> str:
    video = observed.facts.video
    if video is None or video.jitter_ms <= JITTER_MS_MAX:
        return ""
    return f"Pictures arrive unevenly, by {video.jitter_ms:.0f} ms: look at the network between encoder and server."


def _low_frame_rate(observed: Observed) -> str:
    video = observed.facts.video
    if video is None or observed.age_ms <= YOUNG_MS or not 0 < video.packets_per_second < FRAMES_PER_SECOND_MIN:
        return ""
    return f"Only {video.packets_per_second:.0f} pictures a second: movement is not smooth."


def _high_bit_rate(observed: Observed) -> str:
    video = observed.facts.video
    if video is None or video.bits_per_second <= BITS_PER_SECOND_MAX:
        return ""
    return f"{video.bits_per_second / 1e6:.0f} Mb/s is more than most phones can receive."


def _not_for_all(observed: Observed) -> str:
    video = observed.facts.video
    if video is None or video.track.codec not in (Codec.HEVC, Codec.AV1):
        return ""
    return f"{video.track.codec.upper()} does not play on every phone; H.264 does."


def _b_frames(observed: Observed) -> str:
    if not observed.facts.has_b_frames:
        return ""
    return (
        "B-frames: for WebRTC viewers the picture is encoded anew on this server. Turn them off to spare it the work."
    )


_CHECKS: tuple[tuple[Warned, Callable[[Observed], str]], ...] = (
    (Warned.SILENT, _silent),
    (Warned.NO_VIDEO, _no_video),
    (Warned.NO_AUDIO, _no_audio),
    (Warned.LONG_GROUPS, _long_groups),
    (Warned.UNEVEN, _uneven),
    (Warned.LOW_FRAME_RATE, _low_frame_rate),
    (Warned.HIGH_BIT_RATE, _high_bit_rate),
    (Warned.NOT_FOR_ALL, _not_for_all),
    (Warned.B_FRAMES, _b_frames),
)
