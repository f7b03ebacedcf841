"""One track of a publisher, from RTP packets to media packets, and what to tell the publisher about it. No I/O."""

from __future__ import annotations

from collections import Counter

from relay.errors import BadMedia, BadRtp
from relay.media import OPUS_CLOCK_RATE, VIDEO_CLOCK_RATE, Codec, Kind, Packet
from relay.webrtc import rtcp, rtp
from relay.webrtc.depacketise import depacketiser
from relay.webrtc.frames import Frames
from relay.webrtc.negotiate import Choice
from relay.webrtc.receipts import Receipts
from relay.webrtc.reorder import Reorder
from relay.webrtc.rtp import RtpPacket
from relay.webrtc.senderclock import SenderClock

KEYFRAME_S = 2.0  # a browser makes key frames on request alone, and the segments of LL-HLS end at them
KEYFRAME_S_MIN = 0.5  # between two requests, whoever wants them
WAIT_S = {Kind.VIDEO: 0.5, Kind.AUDIO: 0.1}  # for a missing packet; sound rather goes on without it
SILENT_S = 1.0  # a stream that is silent for this long may go on under another SSRC


class Stream:
    """`counts` has what happened: lost, late, bad, asked, keyframe_asked. `now` is a monotonic clock in seconds."""

    def __init__(self, choice: Choice, clock: SenderClock) -> None:
        self.codec = Codec(choice.format.name)
        self.kind = self.codec.kind
        self.counts: Counter[str] = Counter()
        self.ssrc: int | None = None
        self._choice = choice
        self._clock = clock
        self._rate = VIDEO_CLOCK_RATE if self.kind is Kind.VIDEO else OPUS_CLOCK_RATE
        self._frames = Frames(self.codec, clock)
        self._heard = 0.0
        self._keyframe_wanted = False
        self._keyframe_asked = -KEYFRAME_S
        self._keyframe_seen = 0.0
        self._begin(None)

    def takes(self, packet: RtpPacket) -> bool:
        """Whether the payload type is this track's, or its RTX."""
        return packet.payload_type in (self._choice.format.payload_type, self._choice.rtx)

    def push(self, packet: RtpPacket, now: float) -> list[Packet]:
        """Take one packet as it came; give the media it completes."""
        if packet.payload_type == self._choice.rtx:
            if self.ssrc is None or len(packet.payload) <= 2:
                return []  # padding, sent to probe the bandwidth
            packet = rtp.parse_rtx(packet, self._choice.format.payload_type, self.ssrc)
        elif packet.ssrc != self.ssrc:
            if self.ssrc is not None and now - self._heard < SILENT_S:
                self.counts["bad"] += 1
                return []
            self._begin(packet.ssrc)
        self._heard = now
        self._receipts.note(packet, now)
        return self._made(self._reorder.push(packet, now), now)

    def tick(self, now: float) -> list[Packet]:
        """Stop waiting for what is too late."""
        return self._made(self._reorder.give_up(now), now)

    def reported(self, report: rtcp.SenderReport, now: float) -> None:
        """A sender report of this track."""
        self._receipts.reported(report.ntp, now)
        self._clock.reported(self.kind, report.ntp, report.timestamp)

    def request_keyframe(self) -> None:
        """Somebody watching needs one."""
        self._keyframe_wanted = True

    def feedback(self, sender: int, now: float) -> list[rtcp.Nack | rtcp.PictureLoss]:
        """What to ask of the publisher now. `sender` is our SSRC."""
        if self.kind is Kind.AUDIO or self.ssrc is None:
            return []
        asked: list[rtcp.Nack | rtcp.PictureLoss] = []
        if missing := self._reorder.wanted(now):
            self.counts["asked"] += len(missing)
            asked.append(rtcp.Nack(sender, self.ssrc, missing))
        wanted = self._keyframe_wanted or self._frames.wants_key or now - self._keyframe_seen > KEYFRAME_S
        if wanted and now - self._keyframe_asked >= KEYFRAME_S_MIN:
            self._keyframe_asked, self._keyframe_wanted = now, False
            self.counts["keyframe_asked"] += 1
            asked.append(rtcp.PictureLoss(sender, self.ssrc))
        return asked

    def block(self, now: float) -> rtcp.ReportBlock | None:
        """What a receiver report says of it."""
        return self._receipts.block(self.ssrc, now) if self.ssrc is not None else None

    def _begin(self, ssrc: int | None) -> None:
        """A new SSRC starts with nothing of the old one's."""
        self.ssrc = ssrc
        self._reorder = Reorder(WAIT_S[self.kind])
        self._units = depacketiser(self.codec)
        self._receipts = Receipts(self._rate)

    def _made(self, packets: list[RtpPacket], now: float) -> list[Packet]:
        self.counts["lost"], self.counts["late"] = self._reorder.lost, self._reorder.late
        made = []
        for packet in packets:
            try:
                found = [self._frames.push(unit, now) for unit in self._units.push(packet)]
            except (BadRtp, BadMedia):
                self.counts["bad"] += 1
                continue
            made += [media for media in found if media is not None]
        if any(media.key for media in made):
            self._keyframe_seen = now
        return made
