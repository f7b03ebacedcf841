import contextlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.errors import BadRtp
from relay.webrtc.rtp import RtpPacket, build_rtx, extend, parse_rtx

word, half = st.integers(0, 2**32 - 1), st.integers(0, 2**16 - 1)
extensions = st.dictionaries(st.integers(1, 14), st.binary(min_size=1, max_size=16), max_size=4)
packets = st.builds(RtpPacket, st.integers(0, 127), half, word, word, st.binary(max_size=50), st.booleans(), extensions)


@given(packets)
def test_what_is_built_is_parsed(packet):
    assert RtpPacket.parse(packet.build()) == packet


@given(st.binary(max_size=80) | st.binary(max_size=60).map(lambda tail: b"\x90\x60" + tail))
def test_only_bad_rtp_escapes(data):
    with contextlib.suppress(BadRtp):
        RtpPacket.parse(data)


@given(packets, st.data())
def test_a_flipped_byte_is_another_packet_or_bad(packet, data):
    packet = replace(packet, extensions={})  # bits of their padding mean nothing
    raw = bytearray(packet.build())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(BadRtp):
        assert RtpPacket.parse(bytes(raw)) != packet


HEADER = b"\x00\x01" + bytes(8)


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (b"\x80\x60" + bytes(9), "rtp"),  # eleven bytes
        (b"\x40\x60" + HEADER, "rtp.version"),
        (b"\x81\x60" + HEADER, "rtp"),  # a contributing source that is not there
        (b"\xa0\x60" + HEADER, "rtp.padding"),  # P, and the last byte counts none
        (b"\xa0\x60" + HEADER + b"\x02", "rtp.padding"),  # more padding than packet
        (b"\x90\x60" + HEADER + b"\xbe\xde", "rtp.extension"),
        (b"\x90\x60" + HEADER + b"\xbe\xde\x00\x02" + bytes(4), "rtp.extension"),
        (b"\x90\x60" + HEADER + b"\xbe\xde\x00\x01\x1f" + bytes(3), "rtp.extension"),  # sixteen bytes, three there
        (b"\x90\x60" + HEADER + b"\x10\x00\x00\x01\x01\x09" + bytes(2), "rtp.extension"),
    ],
)
def test_lying_fields_are_named(data, where):
    with pytest.raises(BadRtp) as caught:
        RtpPacket.parse(data)
    assert caught.value.where == where


def test_contributing_sources_padding_and_foreign_extensions_are_passed_over():
    data = b"\xb1\x60" + HEADER + b"\x00\x00\x00\x07" + b"\x12\x34\x00\x01abcd" + b"payload" + b"\x00\x00\x03"
    assert RtpPacket.parse(data).payload == b"payload"
    assert RtpPacket.parse(data).extensions == {}


def test_two_byte_elements_may_be_empty():
    data = b"\x90\x60" + HEADER + b"\x10\x00\x00\x02\x01\x00\x02\x01x\x00\x00\x00"
    assert RtpPacket.parse(data).extensions == {1: b"", 2: b"x"}


@given(packets)
def test_a_retransmission_gives_the_packet_back(packet):
    bare = RtpPacket(packet.payload_type, packet.sequence, packet.timestamp, 5, packet.payload, packet.marker)
    rtx = build_rtx(bare, 97, 6, 1000)
    assert (rtx.payload_type, rtx.ssrc, rtx.sequence) == (97, 6, 1000)
    assert parse_rtx(rtx, bare.payload_type, 5) == bare


def test_a_retransmission_of_nothing_is_bad():
    with pytest.raises(BadRtp):
        parse_rtx(RtpPacket(97, 0, 0, 0, b"\x01"), 96, 1)


@given(st.integers(0, 1 << 40), st.integers(-32_000, 32_000))
def test_numbers_are_extended_to_the_nearest(near, distance):
    if near + distance >= 0:
        assert extend((near + distance) % 65_536, near) == near + distance
