"""Playlists as a strict reader sees them."""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass
class M3u8Segment:
    """A segment of a playlist; one without `uri` is still open."""

    msn: int
    tags: list[str]
    parts: list[dict[str, str]]
    uri: str = ""
    duration: Decimal = Decimal()

    def tag(self, name: str) -> str | None:
        return next((tag.partition(":")[2] for tag in self.tags if tag.partition(":")[0] == name), None)

    @property
    def pdt(self) -> datetime:
        return datetime.fromisoformat(self.tag("#EXT-X-PROGRAM-DATE-TIME") or "")


class M3u8:
    """A media playlist as a strict reader sees it."""

    HEADER = ("VERSION", "TARGETDURATION", "SERVER-CONTROL", "PART-INF", "MEDIA-SEQUENCE", "DISCONTINUITY-SEQUENCE")

    def __init__(self, text: str) -> None:
        lines = text.splitlines()
        assert lines[0] == "#EXTM3U" and text.endswith("\n")
        self.text = text
        self.header: dict[str, str] = {}
        self.hints: list[dict[str, str]] = []
        self.reports: list[dict[str, str]] = []
        self.ranges: list[dict[str, str]] = []
        self.skipped = 0
        self.segments: list[M3u8Segment] = []
        self.ended = "#EXT-X-ENDLIST" in lines
        self.independent = "#EXT-X-INDEPENDENT-SEGMENTS" in lines
        for line in lines[1:]:
            self._read(line)

    def _read(self, line: str) -> None:
        name, _, value = line.partition(":")
        short = name.removeprefix("#EXT-X-")
        if short in self.HEADER:
            self.header[short] = value
        elif short == "SKIP":
            self.skipped = int(attributes(value)["SKIPPED-SEGMENTS"])
        elif short == "PRELOAD-HINT":
            self.hints.append(attributes(value))
        elif short == "DATERANGE":
            assert not self.segments and not self.skipped
            self.ranges.append(attributes(value))
        elif short == "RENDITION-REPORT":
            self.reports.append(attributes(value))
        elif short in ("ENDLIST", "INDEPENDENT-SEGMENTS"):
            pass
        elif short == "PART":
            self._open().parts.append(attributes(value))
        elif name == "#EXTINF":
            self._open().duration = Decimal(value.rstrip(","))
        elif not line.startswith("#"):
            self._open().uri = line
        else:
            assert short in ("DISCONTINUITY", "MAP", "PROGRAM-DATE-TIME"), line
            assert not self._open().parts, "row 7: before the first part"
            self._open().tags.append(line)

    def _open(self) -> M3u8Segment:
        if not self.segments or self.segments[-1].uri:
            msn = self.media_sequence + self.skipped + len(self.segments)
            self.segments.append(M3u8Segment(msn, [], []))
        return self.segments[-1]

    @property
    def media_sequence(self) -> int:
        return int(self.header["MEDIA-SEQUENCE"])

    @property
    def control(self) -> dict[str, str]:
        return attributes(self.header["SERVER-CONTROL"])

    @property
    def target(self) -> int:
        return int(self.header["TARGETDURATION"])

    @property
    def part_target(self) -> Decimal:
        return Decimal(attributes(self.header["PART-INF"])["PART-TARGET"])

    @property
    def whole(self) -> list[M3u8Segment]:
        return [segment for segment in self.segments if segment.uri]

    @property
    def parts(self) -> list[dict[str, str]]:
        return [part for segment in self.segments for part in segment.parts]

    @property
    def hint(self) -> str:
        (hint,) = self.hints
        assert hint["TYPE"] == "PART"
        return hint["URI"]

    @property
    def next(self) -> tuple[int, int]:
        """Sequence number and index of the hinted part."""
        msn, part, _ = self.hint.split(".")
        return int(msn), int(part)


def attributes(text: str) -> dict[str, str]:
    """An attribute list (rfc8216bis, 4.2)."""
    found = re.findall(r'([A-Z0-9-]+)=("[^"]*"|[^",]+)(?:,|$)', text)
    assert ",".join(f"{name}={value}" for name, value in found) == text
    return {name: value.strip('"') for name, value in found}
