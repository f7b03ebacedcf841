"""The text of the playlists (rfc8216bis).

`index.m3u8` is the multivariant playlist, because hls.js and MSE need CODECS to be right before the first byte of
media; `media.m3u8` beside it is the one that players reload. Both are the same for every viewer and every room.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from functools import cached_property

from relay.hls.events import Dated, date_ranges
from relay.hls.window import TARGETS_WITH_PARTS, Segment, Window

MULTIVARIANT, MEDIA = "index.m3u8", "media.m3u8"
SOUND = "audio"  # name and group of the sound that goes with every rung
VERSION = 9  # rfc8216bis, 8: EXT-X-SKIP
HOLD_BACK_PARTS = 3  # rfc8216bis, 4.4.3.8: PART-HOLD-BACK is at least three part targets
SKIP_TARGETS = 6  # rfc8216bis, 4.4.3.8: CAN-SKIP-UNTIL is at least six target durations
GZIP_LEVEL = 6
BANDWIDTH_MARGIN = 1.1  # over the highest segment so far: the next one may be higher
RATE_TOLERANCE = Fraction(1, 200)
_FRAME_RATES = tuple(Fraction(1000 * n, d) for n in (10, 15, 20, 24, 25, 30, 48, 50, 60, 120) for d in (1000, 1001))


class Text:
    """A rendered playlist; compressed when somebody first asks for that."""

    def __init__(self, text: str) -> None:
        self.plain = text.encode()

    @cached_property
    def gzipped(self) -> bytes:
        return gzip.compress(self.plain, GZIP_LEVEL, mtime=0)


class MediaPlaylist:
    """One state of a window: rendered once, however many ask. A new one is made for each part."""

    def __init__(
        self, window: Window, reports: Callable[[], Sequence[str]] = tuple, dated: Sequence[Dated] = ()
    ) -> None:
        self._window, self._report, self._dated = window, reports, dated

    @cached_property
    def full(self) -> Text:
        return Text(render(self._window, 0, self._reports, self._dated))

    @cached_property
    def delta(self) -> Text:
        """Without the segments that lie before the skip boundary; the full one when there are none."""
        skipped = skippable(self._window)
        return Text(render(self._window, skipped, self._reports, self._dated)) if skipped else self.full

    @cached_property
    def _reports(self) -> Sequence[str]:
        """Of the moment somebody first asked for this state; the same in all its texts."""
        return self._report()


def render(window: Window, skipped: int, reports: Sequence[str] = (), dated: Sequence[Dated] = ()) -> str:
    """A media playlist; the first `skipped` segments are left out (a delta update, 6.2.5.1)."""
    target = window.targets.target_seconds
    part_seconds = window.targets.part_ms / 1000
    hold_back, skip = HOLD_BACK_PARTS * part_seconds, SKIP_TARGETS * target
    lines = [
        "#EXTM3U",
        f"#EXT-X-VERSION:{VERSION}",
        f"#EXT-X-TARGETDURATION:{target}",
        f"#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK={hold_back:.3f},CAN-SKIP-UNTIL={skip:.1f}",
        f"#EXT-X-PART-INF:PART-TARGET={part_seconds:.3f}",
        f"#EXT-X-MEDIA-SEQUENCE:{window.segments[0].msn if window.segments else window.next_msn}",
        f"#EXT-X-DISCONTINUITY-SEQUENCE:{window.discontinuities_gone}",
    ]
    if window.independent:
        lines.append("#EXT-X-INDEPENDENT-SEGMENTS")
    lines += date_ranges(dated, window)  # in a delta, too: without CAN-SKIP-DATERANGES none is left out
    if skipped:
        lines.append(f"#EXT-X-SKIP:SKIPPED-SEGMENTS={skipped}")
    lines += _segment_lines(window, skipped)
    if window.ended:
        lines.append("#EXT-X-ENDLIST")
    else:
        msn, part = window.next_part
        lines.append(f'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="{msn}.{part}.m4s"')
        lines += reports
    return "\n".join(lines) + "\n"


def report(from_folder: str, to_folder: str, last: tuple[int, int]) -> str:
    """How far another rendition has come (4.4.5.4); folders are "" or one name."""
    uri = ("../" if from_folder else "") + address(to_folder)
    return f'#EXT-X-RENDITION-REPORT:URI="{uri}",LAST-MSN={last[0]},LAST-PART={last[1]}'


def address(folder: str) -> str:
    """Of a rendition's media playlist, from the multivariant one."""
    return f"{folder}/{MEDIA}" if folder else MEDIA


def _segment_lines(window: Window, skipped: int) -> list[str]:
    segments = list(window.segments)
    parts_from = sum(segment.duration for segment in segments) - TARGETS_WITH_PARTS * window.targets.target_seconds
    lines: list[str] = []
    ends_at, init = Fraction(), None
    for index, segment in enumerate(segments):
        ends_at += segment.duration
        if index >= skipped:
            lines += _head(segment, with_map=segment.init != init)
            if ends_at > parts_from:
                lines += _parts(segment)
            if segment.complete:
                lines += (f"#EXTINF:{seconds(segment.duration)},", segment.name)
        init = segment.init
    return lines


def _head(segment: Segment, *, with_map: bool) -> list[str]:
    """What stands before a segment's first part (4.4.4.9)."""
    lines = ["#EXT-X-DISCONTINUITY"] if segment.discontinuity else []
    if with_map:
        lines.append(f'#EXT-X-MAP:URI="{segment.init}"')
    at = datetime.fromtimestamp(segment.unix, UTC).isoformat(timespec="milliseconds")
    lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{at.replace('+00:00', 'Z')}")
    return lines


def _parts(segment: Segment) -> list[str]:
    return [
        f'#EXT-X-PART:DURATION={seconds(part.duration)},URI="{part.name}"' + (",INDEPENDENT=YES" * part.independent)
        for part in segment.parts
    ]


def seconds(duration: Fraction) -> str:
    """Decimal seconds, to the microsecond."""
    return f"{float(duration):.6f}"


def skippable(window: Window) -> int:
    """How many segments lie before the skip boundary (4.4.3.8)."""
    from_end = sum(segment.duration for segment in window.segments)
    boundary = SKIP_TARGETS * window.targets.target_seconds
    count = 0
    for segment in window.segments:
        if from_end - segment.duration < boundary:
            break
        from_end -= segment.duration
        count += 1
    return count


@dataclass(frozen=True, slots=True)
class Variant:
    """What the multivariant playlist says of a rung: its highest and mean bit rate, the sound with it.

    `size` is (width, height), none without a picture; `sound_apart`: its sound is a rendition of its own.
    """

    uri: str
    codecs: Sequence[str]
    size: tuple[int, int] | None
    bits_per_second: int
    bits_per_second_mean: int
    frames_per_second: Fraction
    sound_apart: bool = False


def multivariant(variants: Sequence[Variant], sound: str = "", channels: int = 2) -> str:
    """The playlist of the rungs (4.4.6.2). `sound` is the address of the sound that goes with those that need it."""
    lines = ["#EXTM3U", f"#EXT-X-VERSION:{VERSION}"]
    if sound:
        said = f'TYPE=AUDIO,GROUP-ID="{SOUND}",NAME="{SOUND}",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="{channels}"'
        lines.append(f'#EXT-X-MEDIA:{said},URI="{sound}"')
    return "\n".join([*lines, *(_stream(variant) for variant in variants)]) + "\n"


def _stream(variant: Variant) -> str:
    attributes = [f"BANDWIDTH={variant.bits_per_second}", f"AVERAGE-BANDWIDTH={variant.bits_per_second_mean}"]
    attributes.append(f'CODECS="{",".join(variant.codecs)}"')
    if variant.size is not None:
        attributes.append(f"RESOLUTION={variant.size[0]}x{variant.size[1]}")
        attributes.append(f"FRAME-RATE={float(variant.frames_per_second):.3f}")
    if variant.sound_apart:
        attributes.append(f'AUDIO="{SOUND}"')
    return f"#EXT-X-STREAM-INF:{','.join(attributes)}\n{variant.uri}"


def frame_rate(measured: Fraction) -> Fraction:
    """The usual rate that a measured one stands for: time stamps of RTMP are rounded to milliseconds."""
    nearest = min(_FRAME_RATES, key=lambda rate: abs(rate - measured))
    return nearest if abs(nearest - measured) <= RATE_TOLERANCE * nearest else measured
