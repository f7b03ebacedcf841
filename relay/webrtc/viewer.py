"""One WHEP viewer of an egress: its leg in the fan-out, and the RTCP between him and us."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

from relay.errors import BadRtp
from relay.webrtc import rtcp, srtp
from relay.webrtc.choice import Choice
from relay.webrtc.legs import ABSENT, Catchup, Feed, LegParams, LegStats, Source
from relay.webrtc.rtp import TIMESTAMP_MOD
from relay.webrtc.session import Path, ViewerParams

if TYPE_CHECKING:
    from relay.webrtc.egress import Egress

REPAIRS_PER_S = 500  # of one viewer: a tenth of 50 Mb/s lost; a storm of requests gets no more
KEYFRAME_NS_MIN = 250_000_000  # between two answers to the same viewer's picture losses: a browser asks every 200 ms
REPORT_NS_FIRST = (0, 400_000_000, 900_000_000)  # after joining: a browser needs two before it can align sound
REPORT_NS = 3_000_000_000


class EgressViewer:
    """What the network side holds of a viewer (`session.Viewer`)."""

    def __init__(self, egress: Egress, params: ViewerParams, lane: int, feed: Feed, catchup: Catchup | None) -> None:
        self.lane = lane
        self.rung = self.wanted = ""  # the one he is sent, the one he waits for; "" is the source
        self.choice = Choice(egress.now_ns() / 1e9)
        self.bits_per_s = 0  # the receiver's own estimate; 0 when it never gave one
        self.fraction_lost = 0.0
        self._egress = egress
        self._params = params
        self._path = params.path
        self._rtcp = srtp.RtcpSession(params.keys)
        self._offsets = params.zero
        self._leg = feed.add(_leg(params, self._offsets, catchup))
        self._joined_ns = egress.now_ns()
        self._reports = 0
        self._report_due_ns = self._joined_ns
        self._keyframe_ns: int | None = None
        self._repairs_left: float = REPAIRS_PER_S
        self._repairs_ns = self._joined_ns
        self._fir_number: int | None = None
        self._first_frame_seen = False
        self._repaired = 0
        self._closed = False

    def move(self, path: Path) -> None:
        self._path = path
        self._leg.move(path)

    def switch(self, rung: str, feed: Feed, catchup: Catchup) -> None:
        """Go on with another rung, from a key frame of it."""
        self.rung = rung
        self._leg.join(feed, catchup)

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._leg.close()
        self._egress.forget(self)

    # From the viewer

    def receive_rtcp(self, srtcp: bytes) -> bool:
        """Whether it was authentic. Bad datagrams are counted, never raised."""
        is_authentic = False
        try:
            compound = self._rtcp.unprotect(srtcp)
            is_authentic = True
            reports = rtcp.parse(compound)
        except BadRtp:
            self._egress.count("bad")
            return is_authentic
        for report in reports:
            handler = _HANDLERS.get(type(report))
            if handler is not None and not self._closed:
                handler(self, report)
        return True

    def _on_nack(self, nack: rtcp.Nack) -> None:
        self._egress.count("nack")
        if nack.ssrc != self._params.video_ssrc:
            return
        now = self._egress.now_ns()
        earned = (now - self._repairs_ns) * REPAIRS_PER_S / 1e9
        self._repairs_left = min(float(REPAIRS_PER_S), self._repairs_left + earned)
        self._repairs_ns = now
        wanted = nack.sequences[: int(self._repairs_left)]
        self._repairs_left -= len(wanted)
        if wanted:
            self._leg.repair(wanted)

    def _on_picture_loss(self, _: rtcp.PictureLoss) -> None:
        self._egress.count("pli")
        self._restart()

    def _on_full_intra(self, fir: rtcp.FullIntra) -> None:
        """RFC 5104, section 4.3.1.1: a repeated command number is not a new request."""
        self._egress.count("fir")
        for ssrc, number in fir.commands:
            if ssrc == self._params.video_ssrc and number != self._fir_number:
                self._fir_number = number
                self._restart()

    def _on_bitrate(self, estimate: rtcp.BitrateEstimate) -> None:
        self._egress.count("remb")
        self.bits_per_s = estimate.bits_per_s

    def _on_report(self, report: rtcp.ReceiverReport | rtcp.SenderReport) -> None:
        self._egress.count("report")
        for block in report.blocks:
            if block.ssrc == self._params.video_ssrc:
                self.fraction_lost = block.fraction_lost / 256
                self._egress.reported(self)

    def _restart(self) -> None:
        now = self._egress.now_ns()
        if self._keyframe_ns is not None and now - self._keyframe_ns < KEYFRAME_NS_MIN:
            return
        self._keyframe_ns = now
        catchup = self._egress.catchup(self.rung)
        if catchup is not None:
            self._leg.restart(catchup)

    # To the viewer

    def report(self, now_ns: int, moment: tuple[int, int, int]) -> None:
        """A sender report when one is due. `moment`: NTP, video and audio time stamps of now."""
        if now_ns < self._report_due_ns:
            return
        self._reports += 1
        first = REPORT_NS_FIRST[self._reports :]
        self._report_due_ns = self._joined_ns + first[0] if first else now_ns + REPORT_NS
        stats = self._leg.stats()
        if stats.first_frame_us and not self._first_frame_seen:
            self._first_frame_seen = True
            self._egress.note_first_frame(stats.first_frame_us)
        self._egress.note_repaired(stats.repaired - self._repaired)
        self._repaired = stats.repaired
        self._path.send(self._rtcp.protect(self._compound(moment, stats)))

    def _compound(self, moment: tuple[int, int, int], stats: LegStats) -> bytes:
        ntp, params = moment[0], self._params
        video, audio = (
            (media + offset) % TIMESTAMP_MOD for media, offset in zip(moment[1:], self._offsets, strict=True)
        )
        compound = (
            rtcp.SenderReport(params.video_ssrc, ntp, video, stats.video_packets, stats.video_octets).build()
            + rtcp.SourceDescription(params.video_ssrc, params.cname).build()
        )
        if params.audio_payload_type is not None:
            compound += (
                rtcp.SenderReport(params.audio_ssrc, ntp, audio, stats.audio_packets, stats.audio_octets).build()
                + rtcp.SourceDescription(params.audio_ssrc, params.cname).build()
            )
        return compound


def _leg(params: ViewerParams, offsets: tuple[int, int], catchup: Catchup | None) -> LegParams:
    """RFC 3711, section 3.3.1: starting below 2^15 keeps the first wrap away from the first lost packets."""
    starts = [secrets.randbits(15) for _ in range(3)]
    rtx, audio = (ABSENT if kind is None else kind for kind in (params.rtx_payload_type, params.audio_payload_type))
    return LegParams(
        srtp.open_media(params.keys, repeats=rtx == ABSENT),
        params.path,
        Source(params.video_ssrc, params.video_payload_type, starts[0], offsets[0]),
        Source(params.rtx_ssrc, rtx, starts[1]),
        Source(params.audio_ssrc, audio, starts[2], offsets[1]),
        catchup,
    )


_HANDLERS: dict[type, Callable[..., None]] = {
    rtcp.Nack: EgressViewer._on_nack,
    rtcp.PictureLoss: EgressViewer._on_picture_loss,
    rtcp.FullIntra: EgressViewer._on_full_intra,
    rtcp.BitrateEstimate: EgressViewer._on_bitrate,
    rtcp.ReceiverReport: EgressViewer._on_report,
    rtcp.SenderReport: EgressViewer._on_report,
}
