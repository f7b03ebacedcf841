"""What every fan-out does, whichever way it is built: the words, the limits, the seam.

A `Lane` is one thread's share of the viewers. A `Feed` is one broadcast in a lane: the frames sent lately, by serial
number. A `Leg` is one viewer's way out of a feed, a cursor on its video frames: live when it stands at the newest one,
catching up when it was set on a cached key frame, waiting when it lost frames and needs the next key frame.

Rules that hold on both paths, and make their bytes equal:

- Video frames leave in serial order; a leg's sequence numbers have no gap, also not where frames were dropped: only
  packets that the kernel refused are missing, and those can be repaired.
- Frames before `catchup.until` get the time stamps of the moment they are due on the wire at `CATCHUP_BYTES_PER_S`,
  counted from `catchup.timestamp`: a player sees them come exactly when they should, so it builds up no delay.
- After that a frame has its own time stamp plus the leg's offset, but always later than the one before it.
- Sound that comes with a picture is sent after its first run, in the same call where their sizes allow it.
- Audio is sent as it comes and is not repaired: it carries its own concealment (RFC 6716, section 4.4).
- A repair is the same payload under the RTX source (RFC 4588), or the identical packet where there is no RTX. No index
  of a source ever carries two payloads: with GCM that would give the key away (RFC 7714, section 8.1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from relay.webrtc.packetise import Frame
from relay.webrtc.session import Path

FEED_FRAMES_MAX = 512  # video frames a feed holds: the group of pictures for joiners and the history for repair
HISTORY_FRAMES = 256  # frames a leg can repair: eight seconds at 30 fps, twice the longest cached group of pictures
LAG_FRAMES_MAX = 60  # a live leg further behind than this, two seconds at 30 fps, drops to the next key frame
RUN_PACKETS_MAX = 16  # handed over at once: what a receive buffer of Linux's default size takes three times over
RUN_BYTES_PER_S = 20_000_000  # the pace between runs of one frame: a key frame of 50 kB is out in 3 ms
PACE_SLACK_NS = 1_000_000  # ahead of the pace by this much: a wake-up a millisecond at most
CATCHUP_LATE_NS = 5_000_000  # catching up makes good for a pass that came late by this much: 25 kB more at once
CATCHUP_BYTES_PER_S = 5_000_000  # the pace of a cached group of pictures: 40 Mb/s, twice as fast as a good 4G link
REPAIR_PACKETS_MAX = 256  # of one request; the rest is asked for again
BUFFER_WAIT_MS = 4  # how long a pass waits for room in the socket's buffer before viewers lose frames
TIMESTAMP_STEP = 90  # between frames whose own time stamp is already past: a millisecond
ABSENT = -1


@dataclass(frozen=True, slots=True)
class Catchup:
    """Start at frame `serial` with RTP time `timestamp` (before the leg's offset); frames from `until` on are live."""

    serial: int
    until: int
    timestamp: int


@dataclass(frozen=True, slots=True)
class Source:
    """One outgoing RTP stream: where its numbers start. `timestamp_offset` is added to the broadcast's."""

    ssrc: int
    payload_type: int
    sequence: int
    timestamp_offset: int = 0


@dataclass(frozen=True, slots=True)
class LegParams:
    """A leg's constants. `session` is the address of a libsrtp session; the leg owns it and frees it.

    The payload type of `rtx` or `audio` is `ABSENT` where the peer has none. Without `catchup` the leg waits for
    a key frame.
    """

    session: int
    path: Path
    video: Source
    rtx: Source
    audio: Source
    catchup: Catchup | None


@dataclass(slots=True)
class LegStats:
    """What a leg has sent (RFC 3550, section 6.4.1: octets of payload) and lost."""

    video_packets: int = 0
    video_octets: int = 0
    audio_packets: int = 0
    audio_octets: int = 0
    repaired: int = 0
    frames_dropped: int = 0
    frames_sent: int = 0
    first_frame_us: int = 0  # from joining to the first whole frame sent; 0 before that


@dataclass(frozen=True, slots=True)
class LaneStats:
    """Since the lane began. `latencies_us`: since the last call, from a frame's arrival to its last datagram."""

    packets: int
    octets: int
    frames_dropped: int
    sends_failed: int
    latencies_us: tuple[int, ...]


class Leg(Protocol):
    """One viewer's way out."""

    def move(self, path: Path) -> None: ...

    def repair(self, sequences: tuple[int, ...]) -> None:
        """Send these video packets again, as far as they are still known. The rest is passed over."""
        ...

    def restart(self, catchup: Catchup) -> None:
        """Go back to a cached key frame, also from the midst of catching up; a frame begun is sent to its end."""
        ...

    def join(self, feed: Feed, catchup: Catchup) -> None:
        """Go on with another feed of the same lane, from one of its key frames: numbers and time stamps continue.

        A frame begun is sent to its end first; what was sent before can be repaired no more.
        """
        ...

    def stats(self) -> LegStats: ...

    def close(self) -> None: ...


class Feed(Protocol):
    """One broadcast in one lane."""

    def push(self, serial: int, frame: Frame, oldest: int, sound: Frame | None = None) -> None:
        """A video frame, and the sound that goes out with it; frames before `oldest` are let go."""
        ...

    def push_audio(self, frame: Frame) -> None:
        """Sound without a picture."""
        ...

    def add(self, params: LegParams) -> Leg: ...

    def close(self) -> None:
        """With all its legs."""
        ...


class Lane(Protocol):
    """One share of the viewers, on its own thread or on the loop."""

    @property
    def gso(self) -> bool:
        """Whether the kernel still segments for this lane."""
        ...

    def open(self) -> Feed: ...

    def stats(self) -> LaneStats: ...

    def close(self) -> None: ...


Deliver = Callable[[list[bytes]], None]
