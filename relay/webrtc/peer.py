"""One peer's transport: its ICE agent and its DTLS, until media can flow; then the demultiplexer of what it sends.

new --DTLS done, path selected--> ready --close_notify, consent lost, close()--> ended
new --handshake impossible, SETUP_S_MAX over, close()--> ended
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from relay.errors import BadDtls
from relay.webrtc.dtls import Endpoint
from relay.webrtc.ice import Agent
from relay.webrtc.session import Path, SrtpKeys

SETUP_S_MAX = 15.0  # from the answer to the first media; browsers give up sooner
SSRCS_MAX = 16  # of one peer; libsrtp keeps state for each, and a browser uses three


class Media(Protocol):
    """What a session does with a ready transport."""

    def ready(self, keys: SrtpKeys, path: Path) -> None: ...

    def moved(self, path: Path) -> None: ...

    def received(self, datagram: bytes, *, is_rtcp: bool) -> bool:
        """One protected RTP or RTCP datagram. Whether SRTP found it authentic, and so keeps state for its SSRC."""
        ...

    def ended(self, reason: str) -> None:
        """Called once. `reason` is a stable word, for the log and metrics."""
        ...


class Peer:
    """An owner of the port's addresses. `now` comes from `clock`, monotonic seconds."""

    def __init__(self, agent: Agent, endpoint: Endpoint, media: Media, clock: Callable[[], float]) -> None:
        self.agent = agent
        self.is_ready = False
        self.has_ended = False
        self.path: Path | None = None
        self.made = clock()
        self._endpoint = endpoint
        self._media = media
        self._clock = clock
        self._started = False
        self._ssrcs: set[bytes] = set()

    def receive(self, datagram: bytes, path: Path) -> None:
        """DTLS or SRTP from an address that authenticated (RFC 7983)."""
        if self.has_ended:
            return
        if datagram[0] < 64:
            self._handshake(datagram, path)
        elif self.is_ready and len(datagram) >= 12:
            # RFC 5761, section 4: RTCP packet types 192-223 stand where RTP has marker and payload type.
            is_rtcp = 192 <= datagram[1] <= 223
            ssrc = datagram[4:8] if is_rtcp else datagram[8:12]
            # Only what is authentic counts: forged datagrams must not take the places of real sources.
            if (ssrc in self._ssrcs or len(self._ssrcs) < SSRCS_MAX) and self._media.received(
                datagram, is_rtcp=is_rtcp
            ):
                self._ssrcs.add(ssrc)

    def selected(self, path: Path) -> None:
        """The agent chose this way."""
        self.path = path
        if not self._started:
            self._started = True
            self._send(self._endpoint.start(self._clock()), path)
        if self.is_ready:
            self._media.moved(path)
        else:
            self._begin()

    def tick(self, now: float) -> None:
        """Repeat a flight that is due; end what took too long or has left."""
        if self.has_ended:
            return
        if not self.is_ready and now - self.made > SETUP_S_MAX:
            self.end("setup_timeout" if self.agent.selected else "ice_timeout")
        elif not self.agent.has_consent(now):
            self.end("consent_lost")
        elif self._endpoint.resend_at is not None and self.path is not None:
            self._send(self._endpoint.resend(now), self.path)

    def end(self, reason: str) -> None:
        """Say goodbye, if there is whom to say it to; harmless twice."""
        if self.has_ended:
            return
        self.has_ended = True
        try:
            if self.path is not None:
                self._send(self._endpoint.close(), self.path)
        finally:
            self._media.ended(reason)

    def _handshake(self, datagram: bytes, path: Path) -> None:
        try:
            self._send(self._endpoint.receive(datagram, self._clock()), path)
        except BadDtls:
            self.end("bad_dtls")
            return
        if self._endpoint.closed:
            self.end("closed_by_peer")
        elif not self.is_ready:
            self._begin()

    def _begin(self) -> None:
        """Media starts when there are both keys and a way."""
        if self._endpoint.keys is not None and self.path is not None and self.agent.selected is not None:
            self.is_ready = True
            self._media.ready(self._endpoint.keys, self.path)

    def _send(self, datagrams: list[bytes], path: Path) -> None:
        for datagram in datagrams:
            path.send(datagram)
