"""Packets in, parts out: a pure function of the packet stream.

It waits at the start until every kind of track has shown itself, or long enough. A new `Track` object, or time that
jumps further than a part, ends the segment and starts anew with an init segment of its own: a discontinuity.

A broadcast of fewer pictures a second than fit a part needs sound beside it; without, each picture is such a jump.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from relay.errors import BadMedia
from relay.hls.fmp4 import init_segment
from relay.hls.slices import STRAGGLER_MS_MAX, Part, Slices, Targets
from relay.media import Kind, Packet, Track

PACKETS_WAITING_MAX = 1_024  # before the first key frame


@dataclass(frozen=True, slots=True)
class Start:
    """What follows begins a segment, needs this init segment, and does not continue what came before.

    `at` is the time of the first sample in seconds, `received_ns` the monotonic clock when it came in.
    """

    init: bytes
    tracks: tuple[Track, ...]
    at: Fraction
    received_ns: int


Event = Start | Part


class Segmenter:
    """One broadcast's packets, cut into parts and segments."""

    def __init__(self, targets: Targets, *, apart: bool = False) -> None:
        """`apart`: picture and sound are in fragments of their own."""
        self._targets, self.apart = targets, apart
        self._sequence = 1
        self._slices: Slices | None = None
        self._wait_for({Kind.VIDEO, Kind.AUDIO})

    def add(self, packet: Packet) -> list[Event]:
        """What the packet completes. Raises `BadMedia` for what fMP4 cannot carry; it then begins anew."""
        try:
            return self._add(packet)
        except BadMedia:
            self._slices = None
            self._wait_for({Kind.VIDEO, Kind.AUDIO})
            raise

    def finish(self) -> list[Event]:
        """The broadcast is over: all that is left."""
        return [] if self._slices is None else self._end(self._slices, None)

    def _add(self, packet: Packet) -> list[Event]:
        slices = self._slices
        if slices is None:
            self._arrive(packet)
            return self._begin()
        if not slices.push(packet):
            return self._change(slices, packet)
        events: list[Event] = [*slices.parts()]
        until = slices.jump()
        if until is None:
            return events
        events += self._end(slices, until)
        # The same tracks go on; a picture that is no key frame still follows from those before the jump.
        self._arrived.update(packet.track.kind for packet in self._waiting)
        return events + self._begin(key_needed=False)

    def _change(self, slices: Slices, packet: Packet) -> list[Event]:
        events = self._end(slices, packet.pts * slices.rate // packet.track.clock_rate, stumps=False)
        # Of the other kind a new track may be on its way, too: what was queued of the old one has not arrived for it.
        self._arrive(packet)
        return events + self._begin()

    def _end(self, slices: Slices, until: int | None, *, stumps: bool = True) -> list[Event]:
        """All that starts before `until`; the rest waits for the next start."""
        end = max(lane.newest for lane in slices.lanes) + slices.rate
        events: list[Event] = [*slices.rest(end if until is None else until, stumps=stumps)]
        self._sequence = slices.sequence
        self._slices = None
        self._wait_for({lane.track.kind for lane in slices.lanes}, slices.left())
        return events

    def _wait_for(self, expected: set[Kind], waiting: Sequence[Packet] = ()) -> None:
        self._expected = expected
        self._arrived: set[Kind] = set()
        self._waiting = list(waiting)

    def _arrive(self, packet: Packet) -> None:
        if len(self._waiting) >= PACKETS_WAITING_MAX:
            raise BadMedia("hls", f"no key frame within {PACKETS_WAITING_MAX} packets")
        self._waiting.append(packet)
        self._arrived.add(packet.track.kind)

    def _begin(self, *, key_needed: bool = True) -> list[Event]:
        waiting = self._waiting
        span = 1000 * (waiting[-1].seconds - waiting[0].seconds) if waiting else 0
        if not waiting or (not self._arrived >= self._expected and span < STRAGGLER_MS_MAX):
            return []
        tracks = {packet.track.kind: packet.track for packet in waiting}
        lead_track = tracks.pop(Kind.VIDEO, None) or tracks.pop(Kind.AUDIO)
        leads = [one for one in waiting if one.track is lead_track and (one.key or not key_needed)]
        if not leads:
            return []
        self._wait_for(set(), ())
        return self._start(leads[0], tuple(tracks.values()), waiting)

    def _start(self, lead: Packet, others: tuple[Track, ...], packets: Sequence[Packet]) -> list[Event]:
        init = init_segment((lead.track, *others))
        slices = self._slices = Slices(lead, others, self._targets, self._sequence, apart=self.apart)
        at = Fraction(slices.start, slices.rate)
        for packet in packets:
            late_enough = Fraction(packet.dts, packet.track.clock_rate) >= at
            if packet is lead or (late_enough if packet.track is not lead.track else packet.dts > lead.dts):
                slices.push(packet)
        return [Start(init, (lead.track, *others), at, lead.received_ns), *slices.parts()]
