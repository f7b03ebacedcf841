"""What can go wrong in the relay.

RelayError
├── BadInput            a peer sent what its protocol forbids: that peer is closed, nobody else notices
│   ├── BadRtmp
│   ├── BadMedia        a bitstream or a container body that cannot be parsed
│   ├── BadSdp
│   └── BadStun, BadDtls, BadRtp
├── Refused             understood, and not allowed: wrong key, second publisher, over a limit
└── NotAvailable        there is no such broadcast, or not yet
"""

from __future__ import annotations


class RelayError(Exception):
    """Base of everything the relay raises on purpose."""


class BadInput(RelayError):
    """The peer broke its protocol. `where` names the field or the step, for the peer and the log."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where}: {problem}")
        self.where = where
        self.problem = problem


class BadRtmp(BadInput):
    """RTMP bytes that no client should send."""


class BadMedia(BadInput):
    """A bitstream or container body that cannot be parsed."""


class BadSdp(BadInput):
    """An offer that is not SDP, or not one that can be answered."""


class BadStun(BadInput):
    """Bytes that look like STUN and are not."""


class BadDtls(BadInput):
    """A handshake that cannot go on, or a certificate that is not the offer's."""


class BadRtp(BadInput):
    """An RTP or RTCP packet with lying lengths or fields."""


class Refused(RelayError):
    """Understood and not allowed. `reason` is a stable word for statuses and metrics."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class NotAvailable(RelayError):
    """No such broadcast, or nothing has come from it yet."""
