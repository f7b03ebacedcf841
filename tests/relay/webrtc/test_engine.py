"""Sessions from offer to end: real port, real ICE and DTLS; the fan-out is a list that remembers."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from pylibsrtp import Policy

from config.metrics import Metrics
from config.settings import WebrtcSettings
from relay.errors import BadSdp, NotAvailable, Refused
from relay.hub import Broadcast, Hub
from relay.media import Codec, Packet, Track
from relay.source import Slot, Source
from relay.webrtc import engine as engines
from relay.webrtc import session as seam
from relay.webrtc import stun
from relay.webrtc.candidates import candidates
from relay.webrtc.dtls import Endpoint, Fingerprint, Identity
from relay.webrtc.engine import Engine, Session, Stage
from relay.webrtc.port import Port
from relay.webrtc.session import Path as PeerPath
from relay.webrtc.session import ViewerParams

OFFERS = Path(__file__).parent / "offers"
PLAY = (OFFERS / "chromium_play.sdp").read_bytes().decode()
PUBLISH = (OFFERS / "chromium_publish.sdp").read_bytes().decode()
SPS, PPS = bytes.fromhex("6742c01e8c8d405017fcb3506060607844235001"), bytes.fromhex("68ce3c80")
TRACK = Track(Codec.H264, 90000, b"\x01\x42\xc0\x1e\xff\xe1\x00\x14" + SPS + b"\x01\x00\x04" + PPS, 640, 360)


class Viewer:
    def __init__(self, params: ViewerParams, egress: Egress) -> None:
        self.params, self.egress = params, egress
        self.paths: list[PeerPath] = [params.path]
        self.rtcp: list[bytes] = []
        self.closed = False

    def move(self, path: PeerPath) -> None:
        self.paths.append(path)

    def receive_rtcp(self, srtcp: bytes) -> bool:
        self.rtcp.append(srtcp)
        return True

    def close(self) -> None:
        self.closed = True


class Egress:
    def __init__(self) -> None:
        self.all: list[Viewer] = []
        self.closed = False
        self.added = asyncio.Event()

    @property
    def viewers(self) -> int:
        return sum(not viewer.closed for viewer in self.all)

    def add(self, params: ViewerParams) -> seam.Viewer:
        self.all.append(Viewer(params, self))
        self.added.set()
        return self.all[-1]

    def close(self) -> None:
        self.closed = True


class Browser:
    """ICE and DTLS of the other side, on a UDP socket."""

    identity = Identity()

    def __init__(self, port: Port, answer: str, ufrag: str, role: Any = "client") -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.connect(("127.0.0.1", port.number))
        found = re.search(r"a=fingerprint:(\S+) (\S+)", answer)
        assert found
        self.dtls = Endpoint(self.identity, role, (Fingerprint(found[1], found[2]),))
        names = {name: re.search(rf"a=ice-{name}:(\S+)", answer) for name in ("ufrag", "pwd")}
        assert names["ufrag"] and names["pwd"]
        self.username, self.password = f"{names['ufrag'][1]}:{ufrag}", names["pwd"][1].encode()

    def check(self) -> None:
        attributes = [(stun.USERNAME, self.username.encode()), (stun.PRIORITY, b"\0\0\0\1"), (stun.USE_CANDIDATE, b"")]
        self.socket.send(stun.build(stun.REQUEST, os.urandom(12), attributes, self.password))

    async def connect(self) -> None:
        """Until the keys are there."""
        self.check()
        loop = asyncio.get_running_loop()
        for datagram in self.dtls.start(0.0):
            self.socket.send(datagram)
        while self.dtls.keys is None:
            datagram = await asyncio.wait_for(loop.sock_recv(self.socket, 2048), 30)
            if datagram[0] >= 20:
                for answer in self.dtls.receive(datagram, 0.0):
                    self.socket.send(answer)


class World:
    port: Port
    engine: Engine

    def __init__(self) -> None:
        self.now = 1000.0
        self.hub = Hub()
        self.metrics = Metrics(CollectorRegistry())
        self.broadcast = self.hub.open("show", "1")
        self.broadcast.publish(Packet(TRACK, 0, 0, True, b"\0\0\0\1\x65"))
        self.egresses: list[Egress] = []
        self.browsers: list[Browser] = []

    async def open(self) -> None:
        def clock() -> float:
            return self.now

        self.port = await Port.open("127.0.0.1", 0, clock)
        offered, settings = (
            candidates([("127.0.0.1", self.port.number)]),
            WebrtcSettings(sessions_max=4, newcomers_per_address_max=2),
        )
        self.engine = Engine(self.port, offered, settings, self.metrics, self.stage, clock=clock)

    def stage(self, broadcast: Broadcast) -> Stage:
        self.egresses.append(Egress())
        return Stage(broadcast, self.egresses[-1])

    async def whep(self, setup: str = "actpass", address: str = "") -> Session:
        offered = Browser.identity.fingerprint
        text = re.sub(r"a=fingerprint:.*", f"a=fingerprint:sha-256 {offered.value}\r", PLAY)
        text = text.replace("a=setup:actpass", f"a=setup:{setup}")
        return await self.engine.whep(self.broadcast, text, address=address)

    def browser(self, session: Session, role: Any = "client") -> Browser:
        ufrag = re.search(r"a=ice-ufrag:(\S+)", PLAY)
        assert ufrag
        self.browsers.append(Browser(self.port, session.answer, ufrag[1], role))
        return self.browsers[-1]

    async def viewer(self, setup: str = "actpass", address: str = "") -> tuple[Session, Viewer, Browser]:
        session = await self.whep(setup, address)
        browser = self.browser(session, "server" if setup == "passive" else "client")
        before = len(self.egresses[-1].all)
        await browser.connect()
        while len(self.egresses[-1].all) == before:
            self.egresses[-1].added.clear()
            await asyncio.wait_for(self.egresses[-1].added.wait(), 30)
        return session, self.egresses[-1].all[-1], browser

    def ended(self, kind: str, reason: str) -> float:
        return self.metrics.webrtc_ended.labels(kind, reason)._value.get()


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    await made.open()
    yield made
    made.engine.close()
    await made.port.close()
    for browser in made.browsers:
        browser.socket.close()


@pytest.mark.parametrize("setup", ["actpass", "active", "passive"])
async def test_a_viewer_is_handed_to_the_fan_out(world: World, setup: str):
    session, viewer, browser = await world.viewer(setup)
    params = viewer.params
    assert browser.dtls.keys is not None
    assert (params.keys.local, params.keys.remote) == (browser.dtls.keys.remote, browser.dtls.keys.local)
    assert params.keys.profile == Policy.SRTP_PROFILE_AEAD_AES_128_GCM
    assert params.path.address == browser.socket.getsockname()
    assert (params.video_payload_type, params.rtx_payload_type, params.audio_payload_type) == (108, 109, 111)
    assert f"a=ssrc:{params.video_ssrc} cname:{params.cname}" in session.answer
    assert f"a=ssrc-group:FID {params.video_ssrc} {params.rtx_ssrc}" in session.answer
    assert f"a=ssrc:{params.audio_ssrc} " in session.answer


async def test_rtcp_reaches_the_viewer_and_rtp_does_not(world: World):
    _, viewer, browser = await world.viewer()
    browser.socket.send(b"\x80\x60" + bytes(30))
    browser.socket.send(b"\x80\xc9" + bytes(30))
    while not viewer.rtcp:  # noqa: ASYNC110  # nobody is told of it
        await asyncio.sleep(0.002)
    assert viewer.rtcp == [b"\x80\xc9" + bytes(30)]


async def test_viewers_of_one_broadcast_share_an_egress_that_the_last_one_closes(world: World):
    (one, first, _), (two, second, _) = await world.viewer(), await world.viewer()
    assert len(world.egresses) == 1
    world.engine.delete(one)
    assert first.closed and not second.closed and not world.egresses[0].closed
    world.engine.delete(two)
    assert world.egresses[0].closed
    assert world.port.addresses == 0
    assert world.ended("whep", "deleted") == 2
    with pytest.raises(NotAvailable):
        world.engine.find(one.id)


async def test_a_browser_that_closes_is_gone_at_once(world: World):
    _, viewer, browser = await world.viewer()
    browser.socket.send(browser.dtls.close()[0])
    while world.engine.sessions:  # noqa: ASYNC110  # nobody is told of it
        await asyncio.sleep(0.002)
    assert viewer.closed
    assert world.ended("whep", "closed_by_peer") == 1


async def test_the_server_says_goodbye(world: World):
    session, _, browser = await world.viewer()
    world.engine.delete(session)
    loop = asyncio.get_running_loop()
    while not browser.dtls.closed:
        browser.dtls.receive(await asyncio.wait_for(loop.sock_recv(browser.socket, 2048), 30), 0.0)


async def test_sessions_that_never_connect_expire(world: World):
    await world.whep()
    await world.whep()
    world.now += 16
    while world.engine.sessions:  # noqa: ASYNC110  # the engine's own clockwork
        await asyncio.sleep(0.01)
    assert world.ended("whep", "ice_timeout") == 2
    assert world.egresses[0].closed


async def test_a_viewer_without_consent_expires(world: World):
    _, viewer, _ = await world.viewer()
    world.now += 31
    while world.engine.sessions:  # noqa: ASYNC110  # the engine's own clockwork
        await asyncio.sleep(0.01)
    assert viewer.closed
    assert world.ended("whep", "consent_lost") == 1


async def test_sessions_are_bounded(world: World):
    for _ in range(4):
        await world.whep()
    with pytest.raises(Refused) as refused:
        await world.whep()
    assert refused.value.reason == "over_limit"
    assert world.metrics.webrtc_refused.labels("over_limit")._value.get() == 1


async def test_newcomers_of_an_address_are_bounded(world: World):
    session, _, _ = await world.viewer(address="192.0.2.1")
    while session.id in world.engine._settling:  # noqa: ASYNC110  # the engine's own clockwork
        await asyncio.sleep(0.01)
    gone = await world.whep(address="192.0.2.1")
    await world.whep(address="192.0.2.1")
    with pytest.raises(Refused) as refused:
        await world.whep(address="192.0.2.1")
    assert refused.value.reason == "address_limit"
    assert world.metrics.webrtc_refused.labels("address_limit")._value.get() == 1
    world.engine.delete(await world.whep(address="192.0.2.2"))
    world.engine.delete(gone)
    await world.whep(address="192.0.2.1")


async def test_an_offer_that_fails_was_no_newcomer(world: World):
    for _ in range(3):
        with pytest.raises(BadSdp):
            await world.engine.whep(world.broadcast, "v=0", address="192.0.2.1")
    world.engine.delete(await world.whep(address="192.0.2.1"))
    assert world.engine._newcomers == {}


@pytest.mark.parametrize("is_broken_for_good", [False, True])
async def test_a_peer_that_fails_is_closed_and_the_others_go_on(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, is_broken_for_good: bool
):
    broken, _ = await world.whep(), await world.whep()
    monkeypatch.setattr(broken.peer, "tick", lambda _: 1 / 0)
    if is_broken_for_good:
        monkeypatch.setattr(broken.peer, "end", lambda _: 1 / 0)
    while world.engine.sessions == 2:  # noqa: ASYNC110  # the engine's own clockwork
        await asyncio.sleep(0.01)
    assert world.ended("whep", "failed") == 1
    world.now += 16
    while world.engine.sessions:  # noqa: ASYNC110  # the engine's own clockwork
        await asyncio.sleep(0.01)
    assert world.ended("whep", "ice_timeout") == 1
    assert caplog.text.count("ZeroDivisionError") == 1


async def test_those_who_wait_for_a_picture_take_places_too(world: World):
    world.broadcast.tracks.clear()
    waiting = [asyncio.ensure_future(world.whep()) for _ in range(4)]
    while not world.egresses:  # noqa: ASYNC110  # nobody is told of it
        await asyncio.sleep(0.002)
    with pytest.raises(Refused) as refused:
        await world.whep()
    assert refused.value.reason == "over_limit"
    world.broadcast.publish(Packet(TRACK, 0, 0, True, b"\0\0\0\1\x65"))
    assert len(await asyncio.gather(*waiting)) == world.engine.sessions == 4


async def test_what_strangers_send_is_counted(world: World):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.sendto(b"\x80" + bytes(20), ("127.0.0.1", world.port.number))
        while not world.metrics.webrtc_strangers.labels("unknown_source")._value.get():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_a_moved_viewer_is_moved_in_the_fan_out(world: World):
    session, viewer, _ = await world.viewer()
    elsewhere = world.browser(session)
    elsewhere.check()
    while len(viewer.paths) < 2:  # noqa: ASYNC110  # nobody is told of it
        await asyncio.sleep(0.002)
    assert viewer.paths[1].address == elsewhere.socket.getsockname()


async def test_another_fingerprint_than_the_offers_never_gets_in(world: World):
    session = await world.engine.whep(world.broadcast, PLAY)
    connecting = asyncio.ensure_future(world.browser(session).connect())
    while world.engine.sessions:  # noqa: ASYNC110  # nobody is told of it
        await asyncio.sleep(0.002)
    connecting.cancel()
    assert world.ended("whep", "bad_dtls") == 1
    assert world.egresses[0].all == []


async def test_a_publishers_place_is_asked_for_after_its_offer_is_understood(world: World):
    asked: list[Source] = []

    async def authorise() -> Source:
        asked.append(world.broadcast.attach(Slot.PRIMARY, "whip", time.monotonic_ns()))
        return asked[-1]

    with pytest.raises(Refused):
        await world.engine.whip(PUBLISH.replace("a=sendonly", "a=recvonly"), authorise)
    assert asked == []
    session = await world.engine.whip(PUBLISH, authorise)
    world.engine.delete(session)
    assert asked[0].state == "closed"
    assert world.ended("whip", "deleted") == 1


async def test_a_show_that_ends_while_somebody_joins(world: World):
    world.broadcast.tracks.clear()
    joining = asyncio.ensure_future(world.whep())
    while not world.egresses:  # noqa: ASYNC110  # nobody is told of it
        await asyncio.sleep(0.002)
    world.hub.close("show")
    with pytest.raises(NotAvailable):
        await joining
    assert world.egresses[0].closed


async def test_join_and_leave_leave_nothing_behind(world: World):
    for _ in range(30):
        session, _, browser = await world.viewer()
        world.engine.delete(session)
        browser.socket.close()
    assert world.engine.sessions == world.port.addresses == 0
    assert world.engine._stages == world.engine._settling == world.port._ufrags == world.port._by_ufrag == {}


async def test_no_track_is_no_picture():
    with pytest.raises(NotAvailable):
        broadcast = Hub().open("x", "1")
        asyncio.get_running_loop().call_soon(broadcast.end)
        await engines.picture(broadcast)


def test_the_profile_of_a_track():
    assert engines.profile_of(TRACK) == 0
    high10 = Track(Codec.H264, 90000, b"\x01\x6e\x00\x1e")
    assert engines.profile_of(high10).name == "HIGH"
