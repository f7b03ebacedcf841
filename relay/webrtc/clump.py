"""What a source sends at one moment leaves at one moment: a picture and its sound cost each viewer one call, not three.

Encoders write sound and pictures in clumps, but the two come here apart: sound that is made into Opus takes a
millisecond longer. So what comes first waits for the other kind, `HOLD_S` at most, and not at all where there is none.
"""

from __future__ import annotations

from dataclasses import replace

from relay.codecs import opus
from relay.media import OPUS_CLOCK_RATE, Kind
from relay.webrtc.packetise import Frame
from relay.webrtc.rtp import PAYLOAD_BYTES_MAX

HOLD_S = 0.004
EXPECTED_NS = 500_000_000  # a kind of media not seen for this long is not waited for
SOUND_SAMPLES_MAX = OPUS_CLOCK_RATE * 60 // 1000  # of one packet: what browsers themselves send at most


class Clump:
    """Frames that have not left yet, in their order. `now_ns` is a monotonic clock."""

    def __init__(self) -> None:
        self._frames: dict[Kind, list[Frame]] = {Kind.VIDEO: [], Kind.AUDIO: []}
        self._seen_ns: dict[Kind, int] = {}

    def add(self, frame: Frame, now_ns: int) -> None:
        self._frames[frame.kind].append(frame)
        self._seen_ns[frame.kind] = now_ns

    @property
    def is_empty(self) -> bool:
        return not any(self._frames.values())

    def is_whole(self, now_ns: int) -> bool:
        """Whether nothing is left to wait for."""
        return all(
            frames or now_ns - self._seen_ns.get(kind, now_ns - EXPECTED_NS) >= EXPECTED_NS
            for kind, frames in self._frames.items()
        )

    def take(self) -> tuple[list[Frame], list[Frame]]:
        """Pictures, and sounds in as few packets as can be."""
        pictures, sounds = self._frames[Kind.VIDEO], self._frames[Kind.AUDIO]
        self._frames = {Kind.VIDEO: [], Kind.AUDIO: []}
        return pictures, _paired(sounds)


def _paired(sounds: list[Frame]) -> list[Frame]:
    found: list[Frame] = []
    for sound in sounds:
        pair = _pair(found[-1], sound) if found else None
        if pair is None:
            found.append(sound)
        else:
            found[-1] = pair
    return found


def _pair(first: Frame, second: Frame) -> Frame | None:
    """Both as one packet, if the second goes on where the first ends."""
    data = opus.paired(first.payloads[0], second.payloads[0])
    if data is None or len(data) > PAYLOAD_BYTES_MAX:
        return None
    samples = opus.samples(data)
    follows = second.timestamp - first.timestamp == samples // 2
    return replace(first, payloads=(data,)) if follows and samples <= SOUND_SAMPLES_MAX else None
