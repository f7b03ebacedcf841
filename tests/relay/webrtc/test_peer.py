"""One peer's transport from the first check to its end, in virtual time, with DTLS for real."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from relay.webrtc import ice, peer, stun
from relay.webrtc.dtls import RESEND_S_FIRST, Endpoint, Identity
from relay.webrtc.ice import Agent, Source, new_credentials
from relay.webrtc.peer import Peer
from relay.webrtc.session import Path, SrtpKeys

RTP, RTCP = b"\x80\x60" + bytes(20), b"\x80\xc8" + bytes(20)


class Wire:
    """A path that keeps what is sent."""

    kind = "udp"

    def __init__(self, port: int = 5000) -> None:
        self.address = ("192.0.2.1", port)
        self.sent: list[bytes] = []

    def send(self, datagram: bytes) -> None:
        self.sent.append(datagram)

    def take(self) -> list[bytes]:
        sent, self.sent = self.sent, []
        return sent


@dataclass
class Media:
    keys: SrtpKeys | None = None
    paths: list[Path] = field(default_factory=list)
    heard: list[tuple[bytes, bool]] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    is_authentic: bool = True

    def ready(self, keys: SrtpKeys, path: Path) -> None:
        self.keys = keys
        self.paths.append(path)

    def moved(self, path: Path) -> None:
        self.paths.append(path)

    def received(self, datagram: bytes, *, is_rtcp: bool) -> bool:
        self.heard.append((datagram, is_rtcp))
        return self.is_authentic

    def ended(self, reason: str) -> None:
        self.reasons.append(reason)


@pytest.fixture(scope="module")
def identities() -> tuple[Identity, Identity]:
    return Identity(), Identity()


class World:
    """A peer here, a browser there, a clock."""

    def __init__(self, identities: tuple[Identity, Identity], *, we_are: str = "server") -> None:
        ours, theirs = identities
        self.now = 100.0
        self.media, self.wire = Media(), Wire()
        self.agent = Agent(new_credentials(), "them", self.now)
        here, there = ("server", "client") if we_are == "server" else ("client", "server")
        self.peer = Peer(self.agent, Endpoint(ours, here, (theirs.fingerprint,)), self.media, lambda: self.now)
        self.browser = Endpoint(theirs, there, (ours.fingerprint,))

    def check(self, wire: Wire | None = None, *, nominate: bool = True) -> None:
        """What the port does with a check."""
        wire = wire or self.wire
        attributes = [(stun.USERNAME, f"{self.agent.local.ufrag}:them".encode()), (stun.PRIORITY, b"\0\0\0\1")]
        attributes += [(stun.USE_CANDIDATE, b"")] if nominate else []
        message = stun.parse(stun.build(stun.REQUEST, bytes(12), attributes, self.agent.local.password.encode()))
        before = self.agent.selected
        self.agent.receive(message, Source("udp", *wire.address), self.now)
        if self.agent.selected != before:
            self.peer.selected(wire)

    def talk(self, to_peer: list[bytes]) -> None:
        """Carry DTLS both ways until both are silent."""
        while to_peer:
            for datagram in to_peer:
                self.peer.receive(datagram, self.wire)
            to_peer = [answer for datagram in self.wire.take() for answer in self.browser.receive(datagram, self.now)]

    def connect(self) -> None:
        self.check()
        self.talk(self.browser.start(self.now))


def test_media_begins_with_keys_and_a_way(identities: tuple[Identity, Identity]):
    world = World(identities)
    world.peer.receive(RTP, world.wire)
    world.connect()
    assert world.peer.is_ready
    assert world.media.paths == [world.wire]
    assert world.media.keys is not None and world.browser.keys is not None
    assert world.media.keys.remote == world.browser.keys.local
    assert world.media.heard == [], "what came before the keys is gone"
    world.peer.receive(RTP, world.wire)
    world.peer.receive(RTCP, world.wire)
    assert world.media.heard == [(RTP, False), (RTCP, True)]


def test_a_handshake_before_nomination_waits_for_it(identities: tuple[Identity, Identity]):
    world = World(identities)
    world.check(nominate=False)
    world.talk(world.browser.start(world.now))
    assert not world.peer.is_ready
    world.check()
    assert world.peer.is_ready


def test_as_client_it_speaks_first(identities: tuple[Identity, Identity]):
    world = World(identities, we_are="client")
    world.check()
    flight = world.wire.take()
    assert flight
    world.talk([answer for datagram in flight for answer in world.browser.receive(datagram, world.now)])
    assert world.peer.is_ready


def test_a_lost_flight_is_repeated_by_the_clock(identities: tuple[Identity, Identity]):
    world = World(identities)
    world.check()
    world.peer.receive(world.browser.start(world.now)[0], world.wire)
    lost = world.wire.take()
    world.now += RESEND_S_FIRST + 0.01
    world.peer.tick(world.now)
    assert world.wire.take() == lost


def test_moves_are_passed_on(identities: tuple[Identity, Identity]):
    world = World(identities)
    world.connect()
    elsewhere = Wire(6000)
    world.check(elsewhere, nominate=False)
    assert world.media.paths == [world.wire, elsewhere]
    assert world.peer.path is elsewhere


@pytest.mark.parametrize(("checked", "reason"), [(False, "ice_timeout"), (True, "setup_timeout")])
def test_what_never_completes_ends(identities: tuple[Identity, Identity], checked: bool, reason: str):
    world = World(identities)
    if checked:
        world.check()
    world.now += peer.SETUP_S_MAX - 1
    world.peer.tick(world.now)
    assert world.media.reasons == []
    world.now += 2
    world.peer.tick(world.now)
    assert world.media.reasons == [reason]


def test_consent_that_is_lost_ends_it_with_a_goodbye(identities: tuple[Identity, Identity]):
    world = World(identities)
    world.connect()
    world.now += ice.CONSENT_S - 1
    world.check()
    world.now += ice.CONSENT_S - 1
    world.peer.tick(world.now)
    assert world.media.reasons == []
    world.now += 2
    world.peer.tick(world.now)
    assert world.media.reasons == ["consent_lost"]
    world.browser.receive(world.wire.take()[0], world.now)
    assert world.browser.closed


def test_close_notify_ends_it_at_once(identities: tuple[Identity, Identity]):
    world = World(identities)
    world.connect()
    world.peer.receive(world.browser.close()[0], world.wire)
    assert world.media.reasons == ["closed_by_peer"]
    world.peer.end("again")
    world.peer.receive(RTP, world.wire)
    assert (world.media.reasons, world.media.heard) == (["closed_by_peer"], [])


def test_bad_dtls_ends_this_peer(identities: tuple[Identity, Identity]):
    world = World((identities[0], identities[0]))
    world.browser = Endpoint(identities[1], "client", (identities[0].fingerprint,))
    world.connect()
    assert world.media.reasons == ["bad_dtls"]
    assert not world.peer.is_ready


@pytest.mark.parametrize("datagram", [b"\x80", b"\x80\xc8\x00", b"\x80\x60" + bytes(9), b"\x16", b"\x15\xfe\xfd"])
def test_stumps_of_datagrams_are_nothing(identities: tuple[Identity, Identity], datagram: bytes):
    world = World(identities)
    world.connect()
    world.peer.receive(datagram, world.wire)
    assert world.media.heard == []
    assert world.media.reasons == []


def test_sources_of_one_peer_are_bounded(identities: tuple[Identity, Identity]):
    """libsrtp keeps a stream for each SSRC it has seen."""
    world = World(identities)
    world.connect()
    for ssrc in range(1000):
        world.peer.receive(b"\x80\x60" + bytes(6) + ssrc.to_bytes(4, "big") + bytes(20), world.wire)
    assert len(world.media.heard) == peer.SSRCS_MAX


def test_forged_sources_take_no_places(identities: tuple[Identity, Identity]):
    world = World(identities)
    world.connect()
    world.media.is_authentic = False
    for ssrc in range(1000):
        world.peer.receive(b"\x80\x60" + bytes(6) + ssrc.to_bytes(4, "big") + bytes(20), world.wire)
    world.media.is_authentic = True
    world.media.heard.clear()
    world.peer.receive(b"\x80\x60" + bytes(6) + b"\xff" * 4 + bytes(20), world.wire)
    assert len(world.media.heard) == 1


def test_a_goodbye_that_fails_still_ends_the_media(identities: tuple[Identity, Identity]):
    world = World(identities)
    world.connect()
    with pytest.MonkeyPatch.context() as patch, pytest.raises(ZeroDivisionError):
        patch.setattr(world.wire, "send", lambda _: 1 / 0)
        world.peer.end("deleted")
    assert world.media.reasons == ["deleted"]
