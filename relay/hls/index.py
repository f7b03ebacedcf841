"""The multivariant playlist of a broadcast: which of its renditions are listed, with what bit rates and names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from relay.hls.entries import codec_string
from relay.hls.playlist import BANDWIDTH_MARGIN, SOUND, Text, Variant, address, multivariant
from relay.hls.rendition import Rendition
from relay.hls.rungs import RungRendition
from relay.ladder import PEAK, Ladder, codec_of, size_of
from relay.media import Kind, Track

PICTURE = "video"  # the source's, where its sound is apart
CONTAINER = Fraction(21, 20)  # bits of a rung with their boxes, over those that its encoder was told


class Index:
    """What is known when it is asked for. `frames_per_second` is that of the picture."""

    def __init__(
        self,
        tracks: Sequence[Track],
        renditions: Mapping[str, Rendition],
        ladder: Ladder | None,
        frames_per_second: Fraction,
    ) -> None:
        by_kind = {track.kind: track for track in tracks}
        self._picture, self._sound = by_kind.get(Kind.VIDEO), by_kind.get(Kind.AUDIO)
        self._renditions, self._ladder, self._frames_per_second = renditions, ladder, frames_per_second

    @staticmethod
    def listed(renditions: Mapping[str, Rendition], ladder: Ladder | None) -> list[Rendition]:
        """With a ladder, sound is a rendition of its own; without, the whole is one, and sound may be another."""
        left_out = {""} if ladder is not None and ladder.rungs and PICTURE in renditions else {PICTURE}
        return [one for folder, one in renditions.items() if folder not in left_out]

    def text(self) -> Text:
        """Raises `BadMedia` for a codec without a name."""
        listed = self.listed(self._renditions, self._ladder)
        sound = self._renditions.get(SOUND)
        apart = sound is not None and self._renditions[""] not in listed
        variants = [self._variant(one, sound if apart else None) for one in listed if one is not sound]
        if sound is not None:
            variants.append(self._variant(sound, None, sound_apart=apart))
        channels = self._sound.channels if self._sound is not None else 2
        return Text(multivariant(variants, address(SOUND) if apart else "", channels))

    def _variant(self, rendition: Rendition, sound: Rendition | None, *, sound_apart: bool = False) -> Variant:
        codecs, size = self._names(rendition)
        peak, mean = _bits(rendition)
        if sound is not None:
            codecs = [*codecs, *([codec_string(self._sound)] if self._sound else [])]
            peak, mean = peak + _bits(sound)[0], mean + _bits(sound)[1]
        return Variant(
            address(rendition.folder), codecs, size, peak, mean, self._frames_per_second,
            sound_apart or sound is not None,
        )  # fmt: skip

    def _names(self, rendition: Rendition) -> tuple[list[str], tuple[int, int] | None]:
        """The codecs and the size of a rendition's own media."""
        picture, sound = self._picture, self._sound
        size = (picture.width, picture.height) if picture else None
        if rendition.folder == SOUND:
            return [codec_string(sound)] if sound else [], None
        if isinstance(rendition, RungRendition):
            assert size is not None, "a rung is of a picture"
            step = rendition.outlet.step
            return [codec_of(step, size)], size_of(step, size)
        tracks = [picture] if rendition.folder == PICTURE else [picture, sound]
        return [codec_string(track) for track in tracks if track], size


def _bits(rendition: Rendition) -> tuple[int, int]:
    """Bits a second at most and on the average; of a rung that does not run, what it will have."""
    window = rendition.window
    peak, mean = int(window.bits_per_second_peak * BANDWIDTH_MARGIN), window.bits_per_second_mean
    if isinstance(rendition, RungRendition):
        told = rendition.outlet.step.bits_per_second * CONTAINER
        return max(peak, int(told * PEAK)), mean or int(told)
    return peak, mean
