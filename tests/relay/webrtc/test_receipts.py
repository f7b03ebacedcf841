"""Receiver reports: loss and jitter as RFC 3550's appendix computes them."""

from __future__ import annotations

from relay.webrtc.receipts import Receipts
from relay.webrtc.rtp import RtpPacket


def packet(sequence: int, timestamp: int = 0) -> RtpPacket:
    return RtpPacket(96, sequence & 0xFFFF, timestamp, 1, b"x")


def test_nothing_is_said_before_the_first_packet():
    assert Receipts(90000).block(1, 0.0) is None


def test_loss_over_a_wrap():
    receipts = Receipts(90000)
    for sequence in range(65530, 65550):
        if sequence not in (65533, 65540, 65541, 65542, 65543):
            receipts.note(packet(sequence), sequence / 1000)
    block = receipts.block(7, 1.0)
    assert block is not None
    assert (block.ssrc, block.packets_lost, block.fraction_lost) == (7, 5, 5 * 256 // 20)
    assert block.highest_sequence == 65549


def test_the_fraction_is_of_the_last_interval_and_repairs_count_back():
    receipts = Receipts(90000)
    receipts.note(packet(1), 0.0)
    receipts.note(packet(3), 0.0)
    first = receipts.block(7, 0.0)
    receipts.note(packet(2), 0.1)
    receipts.note(packet(4), 0.1)
    second = receipts.block(7, 0.2)
    assert first is not None and second is not None
    assert (first.packets_lost, first.fraction_lost) == (1, 256 // 3)
    assert (second.packets_lost, second.fraction_lost) == (0, 0)


def test_jitter_is_the_smoothed_difference_of_transit_times():
    receipts = Receipts(1000)
    for number in range(400):
        late = 0.016 if number % 2 else 0.0
        receipts.note(packet(number, number * 20), number * 0.02 + late)
    block = receipts.block(7, 8.0)
    assert block is not None
    assert block.jitter in (15, 16)


def test_a_sender_report_is_given_back_with_its_age():
    receipts = Receipts(90000)
    receipts.note(packet(1), 0.0)
    receipts.reported(0x1122334455667788, 10.0)
    block = receipts.block(7, 12.5)
    assert block is not None
    assert block.last_report == 0x33445566
    assert block.delay == round(2.5 * 65536)
