"""A WHEP session's media: a place in its broadcast's egress, from the moment the transport is ready."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from relay.webrtc.answer import Sending
from relay.webrtc.negotiate import Chosen
from relay.webrtc.session import Egress, Path, SrtpKeys, Viewer, ViewerParams


class Play:
    """See `peer.Media`. SSRCs, cname and `zero` are drawn for each session.

    `zero`: the video and audio time stamps of the broadcast's time zero, so that a page can tell what time a picture
    has on the broadcast's line.
    """

    def __init__(self, chosen: Chosen, egress: Egress, on_end: Callable[[str], None]) -> None:
        assert chosen.video is not None
        # Numbers only: the offer, some 20 KB of objects, goes when it has been answered.
        self._video, self._rtx = chosen.video.format.payload_type, chosen.video.rtx
        self._audio = chosen.audio.format.payload_type if chosen.audio else None
        self._egress = egress
        self._on_end = on_end
        self._viewer: Viewer | None = None
        self._ssrcs = secrets.SystemRandom().sample(range(1, 1 << 32), 3)
        self._cname = secrets.token_urlsafe(9)
        self.zero = (secrets.randbits(32), secrets.randbits(32))

    def sending(self, record: bytes) -> Sending:
        """What the answer says of it. `record` is the video track's AVC record."""
        video, rtx, audio = self._ssrcs
        return Sending(video, rtx, audio, self._cname, record)

    def ready(self, keys: SrtpKeys, path: Path) -> None:
        video_ssrc, rtx_ssrc, audio_ssrc = self._ssrcs
        self._viewer = self._egress.add(
            ViewerParams(
                keys,
                path,
                video_ssrc,
                self._video,
                rtx_ssrc,
                self._rtx,
                audio_ssrc,
                self._audio,
                self._cname,
                self.zero,
            )
        )

    def moved(self, path: Path) -> None:
        if self._viewer is not None:
            self._viewer.move(path)

    def received(self, datagram: bytes, *, is_rtcp: bool) -> bool:
        return is_rtcp and self._viewer is not None and self._viewer.receive_rtcp(datagram)

    def ended(self, reason: str) -> None:
        if self._viewer is not None:
            self._viewer.close()
        self._on_end(reason)
