"""The fan-out in Python: the reference for `_fanout.pyx`, and what runs where no compiler was.

It lives on the event loop and gives it back every few milliseconds. `legs.py` states the rules both paths follow.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from relay.media import VIDEO_CLOCK_RATE
from relay.webrtc import srtp
from relay.webrtc.legs import (
    ABSENT,
    CATCHUP_BYTES_PER_S,
    CATCHUP_LATE_NS,
    FEED_FRAMES_MAX,
    HISTORY_FRAMES,
    LAG_FRAMES_MAX,
    PACE_SLACK_NS,
    REPAIR_PACKETS_MAX,
    RUN_BYTES_PER_S,
    RUN_PACKETS_MAX,
    TIMESTAMP_STEP,
    Catchup,
    Feed,
    LaneStats,
    LegParams,
    LegStats,
)
from relay.webrtc.packetise import Frame
from relay.webrtc.rtp import TIMESTAMP_MOD, extend
from relay.webrtc.session import Path
from relay.webrtc.transmit import Run, Transmitter

SLICE_NS = 3_000_000  # the longest a pass holds the loop
LATENCIES_MAX = 4096  # between two calls of `stats`: fifty seconds of one broadcast


class PythonLane:
    """A lane on the running loop. `now` counts nanoseconds and never goes back."""

    def __init__(self, udp: socket.socket, *, gso: bool = True, now: Callable[[], int] = time.monotonic_ns) -> None:
        self.now = now
        self.transmitter = Transmitter(udp, gso=gso)
        self._feeds: list[PythonFeed] = []
        self._dropped = 0
        self._latencies: deque[int] = deque(maxlen=LATENCIES_MAX)
        self._timer: asyncio.Handle | None = None

    @property
    def gso(self) -> bool:
        """Whether the kernel still segments for this lane."""
        return self.transmitter.gso

    def open(self) -> PythonFeed:
        feed = PythonFeed(self)
        self._feeds.append(feed)
        return feed

    def forget(self, feed: PythonFeed) -> None:
        if feed in self._feeds:
            self._feeds.remove(feed)

    def stats(self) -> LaneStats:
        latencies = tuple(self._latencies)
        self._latencies.clear()
        sent = self.transmitter
        return LaneStats(sent.packets, sent.octets, self._dropped, sent.failed, latencies)

    def close(self) -> None:
        for feed in list(self._feeds):
            feed.close()
        if self._timer is not None:
            self._timer.cancel()

    def note_latency(self, frame: Frame) -> None:
        if frame.received_ns:
            self._latencies.append((self.now() - frame.received_ns) // 1000)

    def note_dropped(self, frames: int) -> None:
        self._dropped += frames

    def wake(self) -> None:
        """Run a pass as soon as the loop is free."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_soon(self._pass)

    def _pass(self) -> None:
        self._timer = None
        self.transmitter.begin_pass()
        began = self.now()
        due: int | None = None
        for feed in list(self._feeds):
            feed_due = feed.serve(began)
            due = feed_due if due is None or (feed_due is not None and feed_due < due) else due
        if due is not None:
            wait = max(0.0, (due - self.now()) / 1e9)
            self._timer = asyncio.get_running_loop().call_later(wait, self._pass)


class PythonFeed:
    """One broadcast's frames, the newest `FEED_FRAMES_MAX` at most."""

    def __init__(self, lane: PythonLane) -> None:
        self.lane = lane
        self.frames: dict[int, Frame] = {}
        self.starts: dict[int, int] = {}  # serial > bytes pushed before it
        self.head = 0  # the serial after the newest
        self.oldest = 0
        self._pushed = 0
        self._legs: list[PythonLeg] = []
        self._turn = 0
        self._sound: Frame | None = None  # the newest, until everybody has been sent it
        self._noted = 0  # the serial after the newest frame whose latency is known

    def push(self, serial: int, frame: Frame, oldest: int, sound: Frame | None = None) -> None:
        self.frames[serial] = frame
        self.starts[serial] = self._pushed
        self._pushed += frame.size
        self.head = serial + 1
        self.oldest = max(oldest, self.head - FEED_FRAMES_MAX)
        for old in [known for known in self.frames if known < self.oldest]:
            del self.frames[old], self.starts[old]
        if not self._legs:
            self._noted = self.head
        if sound is not None:
            self.push_audio(sound)
        elif self._legs:
            self.lane.wake()

    def push_audio(self, frame: Frame) -> None:
        for leg in self._legs:
            leg.take_sound(frame)
        if self._legs:
            self._sound = frame
            self.lane.wake()

    def add(self, params: LegParams) -> PythonLeg:
        leg = PythonLeg(self, params)
        self._legs.append(leg)
        self.lane.wake()
        return leg

    def forget(self, leg: PythonLeg) -> None:
        self._legs.remove(leg)

    def adopt(self, leg: PythonLeg) -> None:
        self._legs.append(leg)

    def close(self) -> None:
        for leg in list(self._legs):
            leg.close()
        self.lane.forget(self)

    def serve(self, now: int) -> int | None:
        """Send what is due; returns when more will be. After `SLICE_NS` it stops, to go on with the next leg."""
        due: int | None = None
        for _ in range(len(self._legs)):
            self._turn = (self._turn + 1) % len(self._legs)
            leg_due = self._legs[self._turn].serve(now)
            due = leg_due if due is None or (leg_due is not None and leg_due < due) else due
            if self.lane.now() - now > SLICE_NS:
                return now
        self._note_latency()
        return due

    def _note_latency(self) -> None:
        """Everybody has been served: who is at the live edge has the sound, and the newest frame if it is all out."""
        if self._sound is not None:
            self.lane.note_latency(self._sound)
            self._sound = None
        live = [leg.cursor for leg in self._legs if leg.is_live]
        if live and self._noted < self.head == min(live):
            self._noted = self.head
            self.lane.note_latency(self.frames[self.head - 1])


class PythonLeg:
    """One viewer: a cursor on the feed's video, three streams' counters, a history of what went under which number."""

    def __init__(self, feed: PythonFeed, params: LegParams) -> None:
        self.path = params.path
        self.session = srtp.ffi.cast("srtp_t", params.session)
        self.cursor = feed.head
        self._feed = feed
        self._address = params.session
        self._video, self._rtx, self._audio = params.video, params.rtx, params.audio
        self._video_sequence = params.video.sequence
        self._rtx_sequence = params.rtx.sequence
        self._audio_sequence = params.audio.sequence
        self._waits = True
        self._until = 0  # frames before this one are caught up
        self._base = (0, 0)  # the byte and the time stamp that catching up began with
        self._again: Catchup | None = None  # where to go back to when the frame begun is out
        self._sent = 0  # packets of the frame at the cursor that are out
        self._timestamp: int | None = None  # of the frame begun last
        self._free_at = 0  # pacing: nothing more before this moment
        self._sound: Frame | None = None  # to be sent in the next pass
        self._history: deque[tuple[int, int, int]] = deque(maxlen=HISTORY_FRAMES)  # first sequence, time stamp, serial
        self._counts = LegStats()
        self._joined = feed.lane.now()
        if params.catchup is not None:
            self.restart(params.catchup)

    @property
    def is_live(self) -> bool:
        """Whether what was cached when it joined is behind it."""
        return self.cursor >= self._until

    def move(self, path: Path) -> None:
        self.path = path

    def stats(self) -> LegStats:
        return replace(self._counts)

    def close(self) -> None:
        if self._address:
            srtp.free_media(self._address)
            self._address = 0
            self._feed.forget(self)

    def restart(self, catchup: Catchup) -> None:
        if not self._address:
            return
        if self._sent:
            self._again = catchup
        else:
            self._go_back(catchup, self._feed.lane.now())
            self._feed.lane.wake()

    def join(self, feed: Feed, catchup: Catchup) -> None:
        if not self._address:
            return
        assert isinstance(feed, PythonFeed), "both are of this lane"
        now, old = self._feed.lane.now(), self._feed
        while self._sent:
            if self.cursor < old.oldest or not self._send_run(old.frames[self.cursor], now):
                self._sent = 0
        old.forget(self)
        self._history.clear()
        self._feed = feed
        feed.adopt(self)
        self.cursor, self._until, self._waits = feed.head, 0, True
        self._go_back(catchup, now)
        feed.lane.wake()

    def _go_back(self, catchup: Catchup, now: int) -> None:
        self._again, self._free_at = None, max(self._free_at, now)
        if catchup.serial in self._feed.starts:
            self.cursor, self._until, self._waits = catchup.serial, catchup.until, False
            self._base = (self._feed.starts[catchup.serial], catchup.timestamp)

    def serve(self, now: int) -> int | None:
        """Send what is due; returns when more of the video will be, None when nothing waits."""
        due = self._serve_video(now)
        if self._sound is not None:
            self._feed.lane.transmitter.send(self.session, self.path, *self._sound_runs())
        return due

    def _serve_video(self, now: int) -> int | None:
        feed = self._feed
        while self.cursor < feed.head or self._again is not None:
            if self._again is not None and not self._sent:
                self._go_back(self._again, now)
            elif self.cursor < feed.oldest or (self.cursor >= self._until and feed.head - self.cursor > LAG_FRAMES_MAX):
                self._skip(max(feed.oldest, self.cursor + 1))
            elif self._waits and not feed.frames[self.cursor].key:
                self._skip(self.cursor + 1)
            elif now + PACE_SLACK_NS < self._free_at:
                return self._free_at - PACE_SLACK_NS
            elif not self._send_run(feed.frames[self.cursor], now):
                self._skip(self.cursor + 1)
        return None

    def _skip(self, serial: int) -> None:
        """Lose the frames before `serial`, and all after it up to the next key frame."""
        self._counts.frames_dropped += serial - self.cursor
        self._feed.lane.note_dropped(serial - self.cursor)
        self.cursor, self._sent, self._waits = serial, 0, True

    def _send_run(self, frame: Frame, now: int) -> bool:
        if self._sent == 0:
            self._begin(frame)
        payloads = frame.payloads[self._sent : self._sent + RUN_PACKETS_MAX]
        rest = len(frame.payloads) - self._sent - len(payloads)
        video, size = self._video, sum(map(len, payloads))
        rate = CATCHUP_BYTES_PER_S if self.cursor < self._until else RUN_BYTES_PER_S
        padding = frame.padding if rest == 0 else 0
        run = Run(
            payloads, video.payload_type, self._video_sequence, self._timestamp or 0, video.ssrc, rest == 0, padding
        )
        fits = self._feed.lane.transmitter.send(self.session, self.path, run, *self._sound_runs())
        self._video_sequence += len(payloads)  # refused packets too: their numbers are used up
        self._counts.video_packets += len(payloads)
        self._counts.video_octets += size - padding
        late = CATCHUP_LATE_NS if self.cursor < self._until else 0
        self._free_at = max(self._free_at, now - late) + size * 1_000_000_000 // rate
        self._sent += len(payloads)
        if rest == 0 and fits:
            self._counts.frames_sent += 1
            if not self._counts.first_frame_us:
                self._counts.first_frame_us = max(1, (self._feed.lane.now() - self._joined) // 1000)
            self.cursor, self._sent = self.cursor + 1, 0
        return fits

    def _begin(self, frame: Frame) -> None:
        self._waits = False
        timestamp = frame.timestamp
        if self.cursor < self._until:
            start, base = self._base
            timestamp = base + (self._feed.starts[self.cursor] - start) * VIDEO_CLOCK_RATE // CATCHUP_BYTES_PER_S
        timestamp = (timestamp + self._video.timestamp_offset) % TIMESTAMP_MOD
        last = self._timestamp
        if last is not None and not 0 < (timestamp - last) % TIMESTAMP_MOD < TIMESTAMP_MOD // 2:
            timestamp = (last + TIMESTAMP_STEP) % TIMESTAMP_MOD
        self._timestamp = timestamp
        self._history.append((self._video_sequence, timestamp, self.cursor))

    def take_sound(self, frame: Frame) -> None:
        """What goes out in the next pass; what has waited for that until now goes before it."""
        if self._sound is not None:
            self._feed.lane.transmitter.send(self.session, self.path, *self._sound_runs())
        self._sound = frame

    def _sound_runs(self) -> tuple[Run, ...]:
        """The sound that waits, numbered; nothing when none does."""
        frame, self._sound = self._sound, None
        audio = self._audio
        if frame is None or audio.payload_type == ABSENT:
            return ()
        timestamp = (frame.timestamp + audio.timestamp_offset) % TIMESTAMP_MOD
        run = Run(frame.payloads, audio.payload_type, self._audio_sequence, timestamp, audio.ssrc, False)
        self._audio_sequence += len(frame.payloads)
        self._counts.audio_packets += len(frame.payloads)
        self._counts.audio_octets += frame.size
        return (run,)

    def repair(self, sequences: tuple[int, ...]) -> None:
        if not self._address:
            return
        for wanted in sequences[:REPAIR_PACKETS_MAX]:
            sequence = extend(wanted, self._video_sequence)
            found = next((entry for entry in reversed(self._history) if entry[0] <= sequence), None)
            if found is None or sequence >= self._video_sequence:
                continue
            first, timestamp, serial = found
            frame = self._feed.frames.get(serial)
            if frame is not None and sequence - first < len(frame.payloads):
                self._repeat(sequence, sequence - first, timestamp, frame)

    def _repeat(self, sequence: int, number: int, timestamp: int, frame: Frame) -> None:
        payload, marker = frame.payloads[number : number + 1], number == len(frame.payloads) - 1
        padding = frame.padding if marker else 0
        if self._rtx.payload_type == ABSENT:
            run = Run(payload, self._video.payload_type, sequence, timestamp, self._video.ssrc, marker, padding)
        else:
            prefix = (sequence & 0xFFFF).to_bytes(2, "big")
            rtx = self._rtx
            run = Run(payload, rtx.payload_type, self._rtx_sequence, timestamp, rtx.ssrc, marker, padding, prefix)
            self._rtx_sequence += 1
        self._counts.repaired += 1
        self._feed.lane.transmitter.send(self.session, self.path, run)
