import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.codecs import h264, nal
from relay.errors import BadMedia
from relay.media import OPUS_CLOCK_RATE, VIDEO_CLOCK_RATE, Codec, Kind, Packet, Track
from relay.webrtc.depacketise import H264Depacketiser
from relay.webrtc.packetise import Packetiser, h264_payloads, padded
from relay.webrtc.rtp import PAYLOAD_BYTES_MAX, RtpPacket

SPS, PPS = bytes.fromhex("6742c01f8c8d4014016e9a808080"), bytes.fromhex("68ce3c80")
TRACK = Track(Codec.H264, VIDEO_CLOCK_RATE, h264.record_of((SPS,), (PPS,)))

units = st.tuples(
    st.sampled_from([0x41, 0x65, 0x06, 0x01]),
    st.integers(0, 3000) | st.sampled_from([1196, 1197, 1198, 1199, 1200, 1201, 2396, 2397]),
).map(lambda pair: bytes((pair[0],)) + bytes(pair[1]))


@given(st.lists(units, min_size=1, max_size=12))
def test_payloads_give_back_the_units_and_keep_to_the_limit(nals):
    payloads = h264_payloads(nals)
    assert max(map(len, payloads)) <= PAYLOAD_BYTES_MAX
    far = H264Depacketiser()
    found = []
    for number, payload in enumerate(payloads):
        found += far.push(RtpPacket(96, number, 0, 1, payload, marker=number == len(payloads) - 1))
    assert [list(unit.parts) for unit in found] == [nals]
    assert found[0].whole


@given(st.integers(1201, 100_000))
def test_fragments_are_equal_but_the_last_and_no_more_than_needed(size):
    payloads = h264_payloads([b"\x65" + bytes(size - 1)])
    assert {len(payload) for payload in payloads[:-1]} == {len(payloads[0])}
    assert 2 < len(payloads[-1]) <= len(payloads[0])
    assert len(payloads) == -(-(size - 1) // (PAYLOAD_BYTES_MAX - 2))


@given(st.integers(1201, 70_000))
def test_padding_makes_the_last_fragment_as_long_as_the_others_and_is_taken_off_again(size):
    unit = b"\x41" + bytes(range(1, 256)) * (size // 255 + 1)
    unit = unit[:size]
    payloads = h264_payloads([unit])
    filled, padding = padded(payloads)
    assert {len(payload) for payload in filled} == {len(payloads[0])}
    assert padding < len(filled)
    last = RtpPacket.parse(bytes((0x80 | bool(padding) << 5, 96)) + bytes(10) + filled[-1])
    assert [*filled[:-1], last.payload] == payloads


def test_what_is_far_shorter_or_no_fragment_is_not_padded():
    for payloads in (
        [b"\x41abc"],
        h264_payloads([b"\x41" + bytes(2000), b"\x41x"]),
        [b"\x7c\x85" + bytes(99), b"\x7c\x45x"],
    ):
        assert padded(payloads) == (payloads, 0)


def test_sound_that_fits_no_packet_is_bad_media():
    for size in (0, PAYLOAD_BYTES_MAX + 1):
        with pytest.raises(BadMedia):
            Packetiser().frame(Packet(Track(Codec.OPUS, OPUS_CLOCK_RATE), 0, 0, True, bytes(size)))


def test_parameter_sets_stand_before_every_key_frame_in_one_packet():
    """RFC 6184, section 5.7.1: a STAP-A with the highest NRI of its parts."""
    frame = Packetiser().frame(Packet(TRACK, 9000, 9000, True, nal.join([b"\x65" + bytes(2000)])))
    assert frame.payloads[0] == b"\x78" + b"".join(len(one).to_bytes(2, "big") + one for one in (SPS, PPS))
    assert [payload[0] for payload in frame.payloads[1:]] == [0x7C, 0x7C]
    assert (frame.kind, frame.key, frame.timestamp) == (Kind.VIDEO, True, 9000)


def test_other_frames_carry_none():
    frame = Packetiser().frame(Packet(TRACK, 0, 0, False, nal.join([b"\x41abc"])))
    assert frame.payloads == (b"\x41abc",)
    assert frame.size == 4


def test_new_parameters_come_with_a_new_track():
    packetiser = Packetiser()
    other = Track(Codec.H264, VIDEO_CLOCK_RATE, h264.record_of((SPS,), (PPS + b"\x01",)))
    data = nal.join([b"\x65x"])
    first, second = (packetiser.frame(Packet(track, 0, 0, True, data)) for track in (TRACK, other))
    assert PPS + b"\x01" not in first.payloads[0]
    assert PPS + b"\x01" in second.payloads[0]


def test_opus_is_one_payload_and_other_codecs_are_left_out():
    packetiser = Packetiser()
    opus, aac = Track(Codec.OPUS, OPUS_CLOCK_RATE), Track(Codec.AAC, 44_100)
    frame = packetiser.frame(Packet(opus, 960, 960, True, b"sound"))
    assert (frame.kind, frame.payloads, frame.timestamp) == (Kind.AUDIO, (b"sound",), 960)
    assert packetiser.frame(Packet(aac, 0, 0, True, b"sound")) is None


def test_a_record_that_cannot_be_read_is_bad_media():
    track = Track(Codec.H264, VIDEO_CLOCK_RATE, b"\x02nonsense")
    with pytest.raises(BadMedia):
        Packetiser().frame(Packet(track, 0, 0, True, nal.join([b"\x65x"])))
