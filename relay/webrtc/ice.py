"""An ICE-lite agent (RFC 8445, section 2.5), sans-I/O: it answers checks, learns where the peer is, never asks.

The peer is the controlling side. A source address becomes a way to it by an authenticated check, and the *selected*
way by nomination. Ways of one agent, from the first rule that fits:

    nominated (USE-CANDIDATE), none selected yet                           selected
    nominated, of equal or higher priority than the selected               selected
    nominated, the selected was last nominated over NOMINATION_S ago       selected    the peer changed its mind
    never seen, same transport and priority as the selected                selected    its NAT gave it a new address
    any, the selected has been silent for SILENCE_S                        selected    its NAT did so long ago
    otherwise                                                              known only

Consent (RFC 7675) is what authenticated checks renew: after CONSENT_S without one the peer has left.
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from typing import Literal, NamedTuple

from relay.errors import BadStun
from relay.webrtc import stun

CONSENT_S = 30.0  # RFC 7675, section 5.1
NOMINATION_S = 3.0  # browsers repeat the check of the pair they selected at least every 2.5 s
SILENCE_S = 5.0
WAYS_MAX = 16  # source addresses remembered for one peer; the longest silent one makes room
UFRAG_CHARS = 8  # RFC 8445, section 5.3: at least 24 bits; 48 here, since the port routes by it
PASSWORD_CHARS = 24  # at least 128 bits; 144 here


class Credentials(NamedTuple):
    """One side's short-term credentials (RFC 8445, section 5.3)."""

    ufrag: str
    password: str


class Source(NamedTuple):
    """Where a datagram came from: the transport and the peer's numeric address."""

    kind: Literal["udp", "tcp"]
    host: str
    port: int


@dataclass(slots=True)
class _Way:
    priority: int
    seen: float
    nominated: float | None = None


def new_credentials() -> Credentials:
    """Fresh, unguessable credentials."""
    # The alphabet of base64 is that of ice-char (RFC 8839, section 5.4), six bits each.
    chars = base64.b64encode(secrets.token_bytes((UFRAG_CHARS + PASSWORD_CHARS) * 6 // 8)).decode()
    return Credentials(chars[:UFRAG_CHARS], chars[UFRAG_CHARS:])


class Agent:
    """The ICE side of one session. `now` is a monotonic clock in seconds, given by the caller."""

    def __init__(self, local: Credentials, remote_ufrag: str, now: float) -> None:
        self.local = local
        self.remote_ufrag = remote_ufrag
        self.selected: Source | None = None
        self.seen = now
        self._ways: dict[Source, _Way] = {}
        self._former: tuple[Credentials, str] | None = None
        self._lost: list[Source] = []

    @property
    def ufrags(self) -> list[str]:
        """The ufrags of ours that checks may still name: during an ICE restart, two."""
        return [self.local.ufrag] + ([self._former[0].ufrag] if self._former else [])

    def knows(self, source: Source) -> bool:
        """Whether an authenticated check came from there."""
        return source in self._ways

    def restart(self, local: Credentials, remote_ufrag: str) -> None:
        """New credentials (RFC 8445, section 9). The old ones serve until a nomination with the new."""
        self._former = (self.local, self.remote_ufrag)
        self.local, self.remote_ufrag = local, remote_ufrag

    def receive(self, message: stun.Message, source: Source, now: float) -> bytes | None:
        """Take one message from `source`; give the answer to send back to it, if any. Raises `BadStun`."""
        if message.kind != stun.REQUEST:
            return None  # a lite agent sends no requests, so that it awaits no responses; indications keep NATs open
        credentials = self._credentials_of(message)
        key = credentials.password.encode()
        if not message.signed_by(key):
            raise BadStun("MESSAGE-INTEGRITY", "wrong")
        if unknown := message.unknown_required():
            # RFC 8489, section 6.3.1
            return stun.error(message.transaction, 420, "Unknown Attribute", key, unknown)
        if stun.ICE_CONTROLLED in message.attributes:
            # RFC 8445, section 7.3.1.1: a lite agent cannot take the controlling role, so the peer has to.
            return stun.error(message.transaction, 487, "Role Conflict", key)
        self._heard(message, source, now, current=credentials is self.local)
        return stun.success(message.transaction, (source.host, source.port), key)

    def has_consent(self, now: float) -> bool:
        """False when the last authenticated check is longer ago than RFC 7675 allows."""
        return now - self.seen < CONSENT_S

    def forget(self, source: Source) -> None:
        """That way is gone: its TCP connection closed."""
        self._ways.pop(source, None)
        if self.selected == source:
            self.selected = None

    def forget_all(self) -> list[Source]:
        """Every way there was: the session is over."""
        ways = [*self._ways, *self.take_lost()]
        self._ways.clear()
        self.selected = None
        return ways

    def take_lost(self) -> list[Source]:
        """The ways that had to make room since the last call."""
        lost, self._lost = self._lost, []
        return lost

    def _credentials_of(self, message: stun.Message) -> Credentials:
        ours, theirs = message.username()
        if (ours, theirs) == (self.local.ufrag, self.remote_ufrag):
            return self.local
        if self._former and (ours, theirs) == (self._former[0].ufrag, self._former[1]):
            return self._former[0]
        raise BadStun("USERNAME", "of nobody here")

    def _heard(self, message: stun.Message, source: Source, now: float, *, current: bool) -> None:
        """Renew consent and the way the check took, then see whether the selection changes."""
        self.seen = now
        is_new = source not in self._ways
        way = self._ways.setdefault(source, _Way(0, now))
        chosen = self._chosen(message, source, now, is_new=is_new)
        way.priority, way.seen = message.number(stun.PRIORITY), now
        if stun.USE_CANDIDATE in message.attributes:
            way.nominated = now
        if self._former and current and way.nominated == now:
            self._former = None  # RFC 8445, section 9: the restart is over
            chosen = True
        if chosen:
            self.selected = source
        self._make_room()

    def _chosen(self, message: stun.Message, source: Source, now: float, *, is_new: bool) -> bool:
        """The table of the module's docstring."""
        nominated = stun.USE_CANDIDATE in message.attributes
        if self.selected is None:
            return nominated
        selected = self._ways[self.selected]
        if nominated and message.number(stun.PRIORITY) >= selected.priority:
            return True
        if nominated and (selected.nominated is None or now - selected.nominated > NOMINATION_S):
            return True
        if is_new and source.kind == self.selected.kind and message.number(stun.PRIORITY) == selected.priority:
            return True
        return now - selected.seen > SILENCE_S

    def _make_room(self) -> None:
        while len(self._ways) > WAYS_MAX:
            others = (source for source in self._ways if source != self.selected)
            longest_silent = min(others, key=lambda source: self._ways[source].seen)
            del self._ways[longest_silent]
            self._lost.append(longest_silent)
