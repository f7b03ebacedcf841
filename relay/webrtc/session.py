"""What the network side of WebRTC hands to the media side once a peer's path stands and its keys are agreed.

port, ice and dtls make a `Path` and `SrtpKeys`; egress takes them as `ViewerParams` and gives back a `Viewer`.
Neither side sees more of the other than this file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class SrtpKeys:
    """One session's SRTP master keys (RFC 5764, section 4.2), each as key || salt, the form libsrtp takes.

    `profile` is pylibsrtp's number (`Policy.SRTP_PROFILE_AEAD_AES_128_GCM` and so on).
    `local` protects what this server sends, `remote` opens what the peer sends.
    """

    profile: int
    local: bytes
    remote: bytes

    def __repr__(self) -> str:
        return f"SrtpKeys(profile={self.profile})"  # keys never reach a log


class Path(Protocol):
    """The way to one peer: its UDP address on the shared socket, or its own TCP connection.

    `address` is (numeric host, port) in the family of the shared socket: on an IPv6 socket an IPv4 peer
    is `::ffff:a.b.c.d`. A path never changes its kind or address; a peer that moves gets another path.
    """

    @property
    def kind(self) -> Literal["udp", "tcp"]: ...

    @property
    def address(self) -> tuple[str, int]: ...

    def send(self, datagram: bytes) -> None:
        """Send one datagram: `sendto` on UDP, RFC 4571 framing on TCP. Never waits; what does not fit is lost."""
        ...


@dataclass(frozen=True, slots=True)
class ViewerParams:
    """A WHEP session ready for media. Payload types are the offer's own numbers; SSRCs are ours.

    `rtx_payload_type` is None when the offer has no RTX (RFC 4588): then a repeat is the identical packet.
    `audio_payload_type` is None when the offer has no audio.
    `zero` is the video and audio RTP time stamp of the broadcast's time zero, drawn anew (RFC 3550, section 5.1).
    """

    keys: SrtpKeys
    path: Path
    video_ssrc: int
    video_payload_type: int
    rtx_ssrc: int
    rtx_payload_type: int | None
    audio_ssrc: int
    audio_payload_type: int | None
    cname: str
    zero: tuple[int, int]


class Viewer(Protocol):
    """One viewer inside an egress."""

    def move(self, path: Path) -> None:
        """Send to another address from now on (NAT rebinding, ICE restart)."""
        ...

    def receive_rtcp(self, srtcp: bytes) -> bool:
        """Take one protected RTCP datagram of the peer; whether it was authentic. Bad ones are counted only."""
        ...

    def close(self) -> None: ...


class Egress(Protocol):
    """One broadcast's fan-out to its viewers."""

    @property
    def viewers(self) -> int: ...

    def add(self, params: ViewerParams) -> Viewer: ...

    def close(self) -> None: ...
