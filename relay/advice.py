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
    """One warning; `text` is for the broadcaster, `number` what it is about: seconds, ms, pictures a second, Mb/s."""

    warned: Warned
    number: float
    text: str


@dataclass(frozen=True, slots=True)
class Observed:
    """A source as of now."""

    facts: Facts
    age_ms: float
    silent_ms: float


def advice(observed: Observed) -> list[Advice]:
    """All that is worth saying of a source, the most pressing first."""
    found = ((warned, check(observed), text) for warned, check, text in _CHECKS)
    return [Advice(warned, number, text.format(number)) for warned, number, text in found if number is not None]


def _silent(observed: Observed) -> float | None:
    return observed.silent_ms / 1000 if observed.silent_ms > SILENT_MS_MAX else None


def _no_video(observed: Observed) -> float | None:
    return 0.0 if observed.facts.video is None and observed.age_ms > YOUNG_MS else None


def _no_audio(observed: Observed) -> float | None:
    return 0.0 if observed.facts.audio is None and observed.age_ms > YOUNG_MS else None


def _long_groups(observed: Observed) -> float | None:
    seconds = observed.facts.gop_seconds
    return seconds if seconds > GOP_SECONDS_MAX else None


def _uneven(observed: Observed) -> float | None:
    video = observed.facts.video
    return video.jitter_ms if video is not None and video.jitter_ms > JITTER_MS_MAX else None


def _low_frame_rate(observed: Observed) -> float | None:
    video = observed.facts.video
    if video is None or observed.age_ms <= YOUNG_MS or not 0 < video.packets_per_second < FRAMES_PER_SECOND_MIN:
        return None
    return video.packets_per_second


def _high_bit_rate(observed: Observed) -> float | None:
    video = observed.facts.video
    return video.bits_per_second / 1e6 if video is not None and video.bits_per_second > BITS_PER_SECOND_MAX else None


def _hevc(observed: Observed) -> float | None:
    video = observed.facts.video
    return 0.0 if video is not None and video.track.codec is Codec.HEVC else None


def _av1(observed: Observed) -> float | None:
    video = observed.facts.video
    return 0.0 if video is not None and video.track.codec is Codec.AV1 else None


def _b_frames(observed: Observed) -> float | None:
    return 0.0 if observed.facts.has_b_frames else None


_CHECKS: tuple[tuple[Warned, Callable[[Observed], float | None], str], ...] = (
    (Warned.SILENT, _silent, "Nothing has come from the encoder for {:.0f} s: viewers do not see it."),
    (Warned.NO_VIDEO, _no_video, "The encoder sends no picture."),
    (Warned.NO_AUDIO, _no_audio, "The encoder sends no sound."),
    (
        Warned.LONG_GROUPS,
        _long_groups,
        "Key frames come every {:.0f} s: viewers on LL-HLS wait that long. Set the key frame interval to 2 s.",
    ),
    (
        Warned.UNEVEN,
        _uneven,
        "Pictures arrive unevenly, by {:.0f} ms: look at the network between encoder and server.",
    ),
    (Warned.LOW_FRAME_RATE, _low_frame_rate, "Only {:.0f} pictures a second: movement is not smooth."),
    (Warned.HIGH_BIT_RATE, _high_bit_rate, "{:.0f} Mb/s is more than most phones can receive."),
    (Warned.NOT_FOR_ALL, _hevc, "HEVC does not play on every phone; H.264 does."),
    (Warned.NOT_FOR_ALL, _av1, "AV1 does not play on every phone; H.264 does."),
    (
        Warned.B_FRAMES,
        _b_frames,
        "B-frames: for WebRTC viewers the picture is encoded anew on this server. Turn them off to spare it the work.",
    ),
)
