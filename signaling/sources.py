"""What publishes into a broadcast, as HQ sees it."""

from __future__ import annotations

from dataclasses import dataclass

from relay.media import Kind
from relay.meter import TrackFacts
from relay.source import Source
from signaling.api.models_studio import AdviceView, SourceView


@dataclass(frozen=True, slots=True)
class OnAirView:
    """The sources of a show, what viewers see now, and the source that people have chosen."""

    sources: list[SourceView]
    on: str | None
    chosen: str | None


def view(source: Source, now_ns: int) -> SourceView:
    """One source as of `now_ns` of the monotonic clock."""
    facts = source.facts(now_ns)
    advice = source.advice(now_ns)
    return SourceView(
        slot=source.slot.value,
        state=source.state,
        encoder=source.description,
        video=_said(facts.video),
        audio=_said(facts.audio),
        gop_seconds=round(facts.gop_seconds, 1),
        b_frames=facts.has_b_frames,
        jitter_ms=round(facts.video.jitter_ms, 1) if facts.video else 0.0,
        warnings=[one.text for one in advice],
        advice=[AdviceView(kind=one.warned, number=one.number) for one in advice],
    )


def _said(facts: TrackFacts | None) -> str | None:
    """`h264 1280x720, 30 fps, 2.5 Mb/s`, `aac 48000 Hz, 0.1 Mb/s`."""
    if facts is None:
        return None
    track, rate = facts.track, f"{facts.bits_per_second / 1e6:.1f} Mb/s"
    if track.kind is Kind.AUDIO:
        return f"{track.codec} {track.clock_rate} Hz, {rate}"
    size = f" {track.width}x{track.height}" if track.width else ""
    return f"{track.codec}{size}, {facts.packets_per_second:.0f} fps, {rate}"
