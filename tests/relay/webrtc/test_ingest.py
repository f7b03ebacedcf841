"""SRTP of a publisher into a source: what is published, what is sent back, what is thrown away."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterator

import pytest
from prometheus_client import CollectorRegistry
from pylibsrtp import Policy, Session

from config.metrics import Metrics
from relay.hub import Hub
from relay.media import Codec, Kind, Packet
from relay.source import Slot
from relay.webrtc import ingest, rtcp
from relay.webrtc.ingest import Ingest
from relay.webrtc.negotiate import Choice, Chosen
from relay.webrtc.packetise import h264_payloads
from relay.webrtc.rtp import RtpPacket
from relay.webrtc.sdp import Format, Section
from relay.webrtc.session import SrtpKeys

GCM = Policy.SRTP_PROFILE_AEAD_AES_128_GCM
SPS, PPS = bytes.fromhex("6742c01e8c8d405017fcb3506060607844235001"), bytes.fromhex("68ce3c80")
VIDEO_SSRC, AUDIO_SSRC = 0x1111, 0x2222
OPUS = b"\xfc\xff\xfe"


def choice(kind: str, name: str, payload_type: int, rate: int) -> Choice:
    return Choice(Section(kind, 9, "UDP/TLS/RTP/SAVPF", []), Format(payload_type, name, rate, 1))


class Wire:
    kind = "udp"
    address = ("192.0.2.1", 5000)

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.event = asyncio.Event()

    def send(self, datagram: bytes) -> None:
        self.sent.append(datagram)
        self.event.set()


class World:
    """An ingest, its broadcast, and a publisher that has its keys."""

    def __init__(self) -> None:
        self.now = 50.0
        self.ended: list[str] = []
        self.metrics = Metrics(CollectorRegistry())
        self.broadcast = Hub().open("show", "1")
        self.source = self.broadcast.attach(Slot.PRIMARY, "whip", time.monotonic_ns())
        self.published = self.broadcast.subscribe("test")
        video, audio = choice("video", "h264", 96, 90000), choice("audio", "opus", 111, 48000)
        chosen = Chosen(video, audio, video.section)
        self.ingest = Ingest(chosen, self.source, self.metrics, self.ended.append, lambda: self.now)
        self.keys = SrtpKeys(GCM, os.urandom(28), os.urandom(28))
        self.wire = Wire()
        self.ingest.ready(self.keys, self.wire)
        self._out = Session(Policy(self.keys.remote, Policy.SSRC_ANY_OUTBOUND, 0, GCM))
        self._in = Session(Policy(self.keys.local, Policy.SSRC_ANY_INBOUND, 0, GCM))
        self.sequence = 0
        self.authentic: list[bool] = []  # of each datagram sent, what the ingest said

    def protect(self, packet: RtpPacket) -> bytes:
        return self._out.protect(packet.build())

    def key_frame(self, timestamp: int = 0) -> list[bytes]:
        made = []
        for payload in (payloads := h264_payloads([SPS, PPS, b"\x65" + bytes(3000)])):
            packet = RtpPacket(96, self.sequence, timestamp, VIDEO_SSRC, payload, payload is payloads[-1])
            self.sequence += 1
            made.append(self.protect(packet))
        return made

    def sends(self, *datagrams: bytes, is_rtcp: bool = False) -> None:
        for datagram in datagrams:
            self.authentic.append(self.ingest.received(datagram, is_rtcp=is_rtcp))

    def bad(self) -> float:
        return self.metrics.webrtc_ingest.labels("bad")._value.get()

    async def reports(self) -> list[rtcp.Report]:
        """What the publisher is told next."""
        while not self.wire.sent:
            self.wire.event.clear()
            await asyncio.wait_for(self.wire.event.wait(), 30)
        sent, self.wire.sent = self.wire.sent, []
        return [report for datagram in sent for report in rtcp.parse(self._in.unprotect_rtcp(datagram))]

    def take(self) -> list[Packet]:
        return self.published.take()


@pytest.fixture
def world() -> Iterator[Callable[[], World]]:
    made: list[World] = []

    def make() -> World:
        made.append(World())
        return made[-1]

    yield make
    for one in made:
        one.ingest.ended("test")


async def test_pictures_and_sound_are_published(world: Callable[[], World]):
    one = world()
    one.sends(*one.key_frame())
    one.sends(one.protect(RtpPacket(111, 9, 960, AUDIO_SSRC, OPUS, True)))
    packets = one.take()
    assert [(packet.track.codec, packet.key) for packet in packets] == [(Codec.H264, True), (Codec.OPUS, True)]
    assert one.broadcast.tracks[Kind.VIDEO].codec is Codec.H264
    assert one.bad() == 0


async def test_replayed_and_corrupt_packets_change_nothing(world: Callable[[], World]):
    one = world()
    frame = one.key_frame()
    damaged = frame[0][:-1] + bytes([frame[0][-1] ^ 1])
    one.sends(damaged, frame[0][:20], b"\x80\x60" + bytes(1600), os.urandom(60))
    assert one.bad() == 4
    one.sends(*frame, *frame)
    assert one.bad() == 4 + len(frame)
    assert one.authentic == [False] * 4 + [True] * len(frame) + [False] * len(frame)
    assert len(one.take()) == 1


async def test_a_payload_type_that_was_not_negotiated_is_bad(world: Callable[[], World]):
    one = world()
    one.sends(one.protect(RtpPacket(100, 1, 0, VIDEO_SSRC, b"abc")))
    assert one.bad() == 1
    assert one.authentic == [True], "libsrtp keeps state for it"


async def test_rtcp_with_lying_lengths_is_bad(world: Callable[[], World]):
    one = world()
    lying = bytearray(rtcp.SenderReport(VIDEO_SSRC, 1, 1, 1, 1).build())
    lying[3] = 200
    one.sends(one._out.protect_rtcp(bytes(lying)), os.urandom(40), is_rtcp=True)
    assert one.bad() == 2
    assert one.authentic == [True, False]


async def test_loss_is_asked_for_and_reception_reported(world: Callable[[], World]):
    one = world()
    frame = one.key_frame()
    one.sends(frame[0], *frame[2:])
    one.now += 0.05
    reports = await one.reports()
    nacks = [report for report in reports if isinstance(report, rtcp.Nack)]
    assert [(nack.ssrc, nack.sequences) for nack in nacks] == [(VIDEO_SSRC, (1,))]
    received = next(report for report in reports if isinstance(report, rtcp.ReceiverReport))
    assert [block.ssrc for block in received.blocks] == [VIDEO_SSRC]
    assert any(isinstance(report, rtcp.PictureLoss) for report in reports)
    one.sends(frame[1])
    assert [packet.key for packet in one.take()] == [True]


async def test_an_outputs_wish_for_a_key_frame_reaches_the_publisher(world: Callable[[], World]):
    one = world()
    one.sends(*one.key_frame())
    await one.reports()
    one.now += 0.6
    one.broadcast.request_keyframe()
    assert any(isinstance(report, rtcp.PictureLoss) for report in await one.reports())


async def test_answers_follow_the_publisher_to_his_new_address(world: Callable[[], World]):
    one = world()
    elsewhere = Wire()
    one.ingest.moved(elsewhere)
    one.sends(*one.key_frame())
    one.now += 2
    await asyncio.wait_for(elsewhere.event.wait(), 30)


async def test_the_end_closes_the_source_and_is_told(world: Callable[[], World]):
    one = world()
    one.ingest.ended("closed_by_peer")
    assert one.ended == ["closed_by_peer"]
    assert one.source.state == "closed"
    one.sends(*one.key_frame())
    assert one.take() == []


async def test_sender_reports_bring_sound_and_picture_together(world: Callable[[], World]):
    one = world()
    one.sends(*one.key_frame(0))
    one.now += 0.3
    one.sends(one.protect(RtpPacket(111, 1, 0, AUDIO_SSRC, OPUS, True)))
    for ssrc in (VIDEO_SSRC, AUDIO_SSRC):
        one.sends(one._out.protect_rtcp(rtcp.SenderReport(ssrc, 7 << 32, 0, 1, 1).build()), is_rtcp=True)
    one.sends(*one.key_frame(90000), one.protect(RtpPacket(111, 2, 48000, AUDIO_SSRC, OPUS, True)))
    video, audio, *_ = sorted(one.take(), key=lambda packet: packet.seconds, reverse=True)
    assert video.seconds == pytest.approx(audio.seconds, abs=0.001)


async def test_a_flood_of_junk_holds_no_memory(world: Callable[[], World]):
    one = world()
    frame = one.key_frame()
    one.sends(*frame)
    for _ in range(2000):
        one.sends(os.urandom(200))
    assert one.bad() == 2000
    held = one.ingest.streams[0]._reorder
    assert not held._held and not held._missing
    assert ingest.DATAGRAM_BYTES_MAX == 1500
