import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.errors import BadRtp
from relay.media import Codec
from relay.webrtc import depacketise
from relay.webrtc.depacketise import AccessUnit, H264Depacketiser, depacketiser
from relay.webrtc.rtp import RtpPacket

CODECS = [Codec.H264, Codec.VP8, Codec.OPUS]


def fed(codec, *packets):
    """(payload, time stamp, marker) each, numbered from one; None leaves a number out."""
    machine, units = depacketiser(codec), []
    for number, packet in enumerate(packets, 1):
        if packet is not None:
            payload, timestamp, marker = packet
            units += machine.push(RtpPacket(96, number, timestamp, 1, payload, marker))
    return units


@pytest.mark.parametrize(
    ("packets", "units"),
    [
        ([(b"\x41a", 1, True)], [((b"\x41a",), False, True)]),
        ([(b"\x67s", 1, False), (b"\x65i", 1, True)], [((b"\x67s", b"\x65i"), True, True)]),
        (
            [(b"\x78\x00\x02\x67s\x00\x02\x68p", 1, False), (b"\x65i", 1, True)],
            [((b"\x67s", b"\x68p", b"\x65i"), True, True)],
        ),
        (
            [(b"\x7c\x85ab", 1, False), (b"\x7c\x05cd", 1, False), (b"\x7c\x45e", 1, True)],
            [((b"\x65abcde",), True, True)],
        ),
        # the marker is lost with its packet: the next time stamp ends the unit, and both are damaged
        ([(b"\x41a", 1, False), None, (b"\x41b", 2, True)], [((b"\x41a",), False, True), ((b"\x41b",), False, False)]),
        # the middle of a fragmented unit is lost
        (
            [(b"\x7c\x85ab", 1, False), None, (b"\x7c\x45e", 1, True), (b"\x41n", 2, True)],
            [((b"\x41n",), False, False)],
        ),
        # no marker at all: time stamps part the units
        (
            [(b"\x41a", 1, False), (b"\x41b", 2, False), (b"\x41c", 3, False)],
            [((b"\x41a",), False, True), ((b"\x41b",), False, True)],
        ),
        ([(b"", 1, False), (b"\x41a", 1, True)], [((b"\x41a",), False, True)]),
    ],
)
def test_h264(packets, units):
    assert [(unit.parts, unit.key, unit.whole) for unit in fed(Codec.H264, *packets)] == units


@pytest.mark.parametrize(
    "payload",
    [b"\x79\x00\x01a", b"\x7c\x85", b"\x7c\xc5a", b"\x78", b"\x78\x00\x05ab", b"\x78\x00\x00", b"\x7f", b"\x60a"],
    ids=["STAP-B", "FU-A without data", "S and E", "empty STAP-A", "size too large", "size zero", "31", "0"],
)
def test_h264_payloads_outside_mode_1_are_bad(payload):
    machine = H264Depacketiser()
    with pytest.raises(BadRtp):
        machine.push(RtpPacket(96, 1, 1, 1, payload))
    assert machine.push(RtpPacket(96, 2, 2, 1, b"\x41a", True)) == [AccessUnit(2, (b"\x41a",), False, False)]


@pytest.mark.parametrize(
    ("packets", "units"),
    [
        ([(b"\x10\x00frame", 1, True)], [((b"\x00frame",), True, True)]),
        ([(b"\x10\x01in", 1, False), (b"\x00ter", 1, True)], [((b"\x01inter",), False, True)]),
        ([(b"\x90\xf0\x80\x01\x02\x03\x00long", 1, True)], [((b"\x00long",), True, True)]),  # X: I with M, L, T
        ([(b"\x90\x80\x05\x00short", 1, True)], [((b"\x00short",), True, True)]),  # X: I of one byte
        ([None, (b"\x00rest", 1, True), (b"\x10\x01next", 2, True)], [((b"\x01next",), False, False)]),
        ([(b"\x10\x00a", 1, False), None, (b"\x00c", 1, True)], [((b"\x00ac",), True, False)]),
    ],
)
def test_vp8(packets, units):
    assert [(unit.parts, unit.key, unit.whole) for unit in fed(Codec.VP8, *packets)] == units


def test_opus_is_one_packet_a_frame():
    assert fed(Codec.OPUS, (b"a", 960, False), (b"b", 1920, True)) == [
        AccessUnit(960, (b"a",), True, True),
        AccessUnit(1920, (b"b",), True, True),
    ]
    with pytest.raises(BadRtp):
        fed(Codec.OPUS, (b"", 0, False))


def test_a_unit_without_end_is_given_up(monkeypatch):
    monkeypatch.setattr(depacketise, "UNIT_BYTES_MAX", 2500)
    machine = H264Depacketiser()
    machine.push(RtpPacket(96, 1, 1, 1, b"\x7c\x85" + bytes(1000)))
    machine.push(RtpPacket(96, 2, 1, 1, b"\x7c\x05" + bytes(1000)))
    with pytest.raises(BadRtp):
        machine.push(RtpPacket(96, 3, 1, 1, b"\x7c\x05" + bytes(1000)))
    assert machine.push(RtpPacket(96, 4, 1, 1, b"\x7c\x45" + bytes(1000), True)) == []


stream = st.lists(st.tuples(st.binary(max_size=12), st.integers(0, 3), st.booleans(), st.integers(1, 2)), max_size=20)


@pytest.mark.parametrize("codec", CODECS)
@given(packets=stream)
def test_only_bad_rtp_escapes(codec, packets):
    machine, sequence = depacketiser(codec), 0
    for payload, timestamp, marker, step in packets:
        sequence += step
        try:
            for unit in machine.push(RtpPacket(96, sequence, timestamp, 1, payload, marker)):
                assert unit.parts
        except BadRtp:
            pass
