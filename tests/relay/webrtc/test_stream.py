"""One publisher's track over a network that loses, repeats and reorders, in virtual time."""

from __future__ import annotations

import itertools
import random
from collections import deque

import pytest

from relay.errors import BadRtp
from relay.media import Codec, Packet
from relay.webrtc import rtcp, rtp, stream
from relay.webrtc.negotiate import Choice
from relay.webrtc.packetise import h264_payloads
from relay.webrtc.rtp import RtpPacket
from relay.webrtc.sdp import Format, Section
from relay.webrtc.senderclock import SenderClock
from relay.webrtc.stream import Stream

SPS, PPS = bytes.fromhex("6742c01e8c8d405017fcb3506060607844235001"), bytes.fromhex("68ce3c80")
VIDEO, RTX, SSRC, RTX_SSRC, OURS = 96, 97, 0xAAAA, 0xBBBB, 1
FRAME_S = 1 / 30


def choice(name: str = "h264", payload_type: int = VIDEO, rtx: int | None = RTX) -> Choice:
    kind = "audio" if name == "opus" else "video"
    return Choice(Section(kind, 9, "UDP/TLS/RTP/SAVPF", []), Format(payload_type, name, 90000, 1), rtx)


class Publisher:
    """Makes numbered frames, a key frame when asked; repeats what it is asked for, by RTX."""

    def __init__(self) -> None:
        self.sequence, self.rtx_sequence, self.number = 65_000, 0, 0
        self.sent: dict[int, RtpPacket] = {}
        self.key_wanted = True
        self.keys: list[int] = []

    def frame(self) -> list[RtpPacket]:
        mark = self.number.to_bytes(4, "big")
        if self.key_wanted:
            self.keys.append(self.number)
            units = [SPS, PPS, b"\x65" + mark + bytes(4000)]
        else:
            units = [b"\x41" + mark + bytes(1500)]
        self.key_wanted = False
        payloads = h264_payloads(units)
        made = []
        for at, payload in enumerate(payloads):
            last = at == len(payloads) - 1
            made.append(RtpPacket(VIDEO, self.sequence, self.number * 3000, SSRC, payload, last))
            self.sent[self.sequence] = made[-1]
            self.sequence = (self.sequence + 1) % 65536
        self.number += 1
        return made

    def hears(self, report: rtcp.Nack | rtcp.PictureLoss) -> list[RtpPacket]:
        if isinstance(report, rtcp.PictureLoss):
            self.key_wanted = True
            return []
        again = [self.sent[sequence] for sequence in report.sequences]
        self.rtx_sequence += len(again)
        return [rtp.build_rtx(one, RTX, RTX_SSRC, self.rtx_sequence + at) for at, one in enumerate(again)]


def number_of(packet: Packet) -> int:
    return int.from_bytes(packet.data[5:9], "big")


def play(
    loss: float, seconds: float = 20, seed: int = 1, delay: float = 0.05
) -> tuple[list[Packet], Stream, Publisher]:
    """A publisher and a stream, `delay` apart each way; gives what came out."""
    chance = random.Random(seed)
    publisher, track, out = Publisher(), Stream(choice(), SenderClock()), []
    wire: deque[tuple[float, RtpPacket]] = deque()
    back: deque[tuple[float, rtcp.Nack | rtcp.PictureLoss]] = deque()
    for step in range(round(seconds / 0.005)):
        now = step * 0.005
        sending = publisher.frame() if step * 0.005 >= publisher.number * FRAME_S else []
        while back and back[0][0] <= now:
            sending += publisher.hears(back.popleft()[1])
        for packet in sending:
            if chance.random() >= loss:
                wire.append((now + delay + (0.006 if chance.random() < 0.02 else 0), packet))
        due = [entry for entry in wire if entry[0] <= now]
        wire = deque(entry for entry in wire if entry[0] > now)
        for _, packet in due:
            out += track.push(packet, now)
        out += track.tick(now)
        back += [(now + delay, report) for report in track.feedback(OURS, now) if chance.random() >= loss]
    return out, track, publisher


def test_without_loss_everything_comes_once_and_in_order():
    out, track, publisher = play(0.0, seconds=8)
    assert [number_of(packet) for packet in out] == list(range(len(out)))
    assert len(out) >= publisher.number - 4
    assert (track.counts["lost"], track.counts["late"]) == (0, 0)


@pytest.mark.parametrize("loss", [0.02, 0.05, 0.10])
def test_losses_are_repaired_and_the_picture_does_not_stand_still(loss: float):
    out, track, publisher = play(loss)
    numbers = [number_of(packet) for packet in out]
    assert numbers == sorted(set(numbers))
    gaps = [after - before for before, after in itertools.pairwise(numbers)]
    assert max(gaps) * FRAME_S <= 1.0
    assert len(numbers) >= 0.97 * publisher.number
    assert track.counts["asked"] > 0


def test_key_frames_are_asked_for_regularly_and_not_more():
    _, track, publisher = play(0.0, seconds=20)
    assert 8 <= len(publisher.keys) <= 11
    assert track.counts["keyframe_asked"] <= 12


def test_many_wishes_for_a_key_frame_are_one_request():
    publisher, track = Publisher(), Stream(choice(), SenderClock())
    for packet in publisher.frame():
        track.push(packet, 1.0)
    track.feedback(OURS, 1.0)
    asked = []
    for step in range(49):
        track.request_keyframe()
        asked += track.feedback(OURS, 1.0 + step * 0.01)
    assert len(asked) == 1


def test_an_unrepairable_loss_is_followed_by_a_key_frame_at_once():
    publisher, track, out = Publisher(), Stream(choice(rtx=None), SenderClock()), []
    for number in range(4):
        for packet in publisher.frame()[1 if number == 1 else 0 :]:
            out += track.push(packet, number * FRAME_S)
    out += track.tick(1.0)
    assert [number_of(packet) for packet in out] == [0]
    asked = track.feedback(OURS, 1.0)
    assert [type(report) for report in asked] == [rtcp.PictureLoss]


def test_sound_is_not_asked_for_again_and_goes_on_soon():
    track, out = Stream(choice("opus", 111, None), SenderClock()), []
    for number in (0, 1, 3, 4):
        out += track.push(RtpPacket(111, number, number * 960, 5, b"\xfc\xff\xfe", True), number * 0.02)
    assert track.feedback(OURS, 0.09) == []
    out += track.tick(0.2)
    assert track.codec is Codec.OPUS
    assert [packet.dts for packet in out] == [0, 960, 2880, 3840]


def test_another_ssrc_is_taken_when_the_first_is_silent_and_not_before():
    publisher, track = Publisher(), Stream(choice(), SenderClock())
    first = publisher.frame()
    for packet in first:
        track.push(packet, 0.0)
    other = [RtpPacket(VIDEO, 5 + at, 77, 0xCCCC, one.payload, one.marker) for at, one in enumerate(first)]
    assert [track.push(packet, 0.5) for packet in other] == [[]] * len(other)
    assert track.counts["bad"] == len(other)
    taken = [media for packet in other for media in track.push(packet, stream.SILENT_S + 0.1)]
    assert len(taken) == 1
    assert track.ssrc == 0xCCCC


def test_probes_and_repeats_of_an_unknown_stream_are_nothing():
    track = Stream(choice(), SenderClock())
    assert track.push(RtpPacket(RTX, 1, 0, RTX_SSRC, b"\x00\x01abc"), 0.0) == []
    track.push(Publisher().frame()[0], 0.0)
    assert track.push(RtpPacket(RTX, 2, 0, RTX_SSRC, b""), 0.0) == []


def test_bad_payloads_are_counted_and_the_stream_goes_on():
    track = Stream(choice(), SenderClock())
    assert track.push(RtpPacket(VIDEO, 1, 0, SSRC, b"\x1e\x00"), 0.0) == []
    assert track.counts["bad"] == 1
    publisher = Publisher()
    publisher.sequence = 2
    assert [packet for one in publisher.frame() for packet in track.push(one, 0.0)] == [], "damaged by it"
    publisher.key_wanted = True
    assert [packet.key for one in publisher.frame() for packet in track.push(one, 0.1)] == [True]


def test_reports_of_reception_begin_with_the_first_packet():
    track = Stream(choice(), SenderClock())
    assert track.block(0.0) is None
    track.push(Publisher().frame()[0], 0.0)
    track.reported(rtcp.SenderReport(SSRC, 0x1122334455667788, 0, 1, 1), 0.5)
    block = track.block(1.0)
    assert block is not None
    assert (block.ssrc, block.last_report) == (SSRC, 0x33445566)


def test_a_repeat_that_lies_about_itself_is_bad_rtp():
    with pytest.raises(BadRtp):
        rtp.parse_rtx(RtpPacket(RTX, 1, 0, RTX_SSRC, b"\x01"), VIDEO, SSRC)
