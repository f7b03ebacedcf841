"""Access units of real encoders into packets, with the invariants of `relay.media`."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np
import pytest

from relay.codecs import h264, nal
from relay.errors import BadMedia
from relay.media import Codec, Kind
from relay.webrtc.depacketise import AccessUnit
from relay.webrtc.frames import Frames
from relay.webrtc.senderclock import SenderClock


def encoded(codec: str, width: int = 64, height: int = 48, count: int = 6) -> Iterator[bytes]:
    """Pictures with a key frame first and every third after it."""
    encoder = av.CodecContext.create(codec, "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base = Fraction(1, 30)
    encoder.options = {"g": "3", "bf": "0"} | ({"tune": "zerolatency", "preset": "ultrafast"} if "264" in codec else {})
    for number in range(count):
        picture = av.VideoFrame.from_ndarray(np.full((height, width, 3), number * 20, np.uint8), "rgb24")
        picture.pts = number
        yield from (bytes(packet) for packet in encoder.encode(picture))
    yield from (bytes(packet) for packet in encoder.encode(None))


def h264_units(width: int = 64, height: int = 48) -> list[AccessUnit]:
    units = []
    for number, data in enumerate(encoded("libx264", width, height)):
        parts = tuple(nal.from_annexb(data))
        units.append(AccessUnit(number * 3000, parts, any(part[0] & 0x1F == 5 for part in parts), True))
    return units


@pytest.fixture
def video() -> Frames:
    return Frames(Codec.H264, SenderClock())


def test_h264_becomes_packets_with_its_sets_out_of_band(video: Frames):
    packets = [video.push(unit, 1.0) for unit in h264_units()]
    assert all(packets)
    assert [packet.key for packet in packets if packet] == [True, False, False, True, False, False]
    assert [packet.dts for packet in packets if packet] == [0, 3000, 6000, 9000, 12000, 15000]
    track = packets[0].track
    assert all(packet.track is track for packet in packets if packet)
    assert (track.codec, track.width, track.height) == (Codec.H264, 64, 48)
    assert h264.parse_record(track.config).sps
    for packet in packets:
        assert packet is not None and packet.pts == packet.dts
        kinds = {unit[0] & 0x1F for unit in nal.units(packet.data)}
        assert not kinds & {7, 8, 9}


def test_nothing_is_shown_before_a_key_frame_and_one_is_wanted(video: Frames):
    units = h264_units()
    assert video.wants_key
    assert [video.push(unit, 1.0) for unit in units[1:3]] == [None, None]
    assert video.wants_key
    assert video.push(units[3], 1.0)
    assert not video.wants_key


def test_after_a_damaged_unit_a_key_frame_is_waited_for(video: Frames):
    units = h264_units()
    assert video.push(units[0], 1.0)
    assert video.push(AccessUnit(3000, units[1].parts, False, whole=False), 1.0) is None
    assert video.wants_key
    assert video.push(units[2], 1.0) is None
    assert video.push(units[3], 1.0)


def test_new_parameters_are_a_new_track(video: Frames):
    small = video.push(h264_units()[0], 1.0)
    large = video.push(AccessUnit(9000, h264_units(128, 96)[0].parts, True, True), 1.0)
    assert small and large
    assert small.track is not large.track
    assert (large.track.width, large.track.height) == (128, 96)


def test_time_never_goes_backwards(video: Frames):
    units = h264_units()
    first = video.push(AccessUnit(9000, units[0].parts, True, True), 1.0)
    second = video.push(AccessUnit(6000, units[1].parts, False, True), 1.0)
    assert first and second
    assert second.dts > first.dts


def test_an_unreadable_parameter_set_is_bad_media(video: Frames):
    with pytest.raises(BadMedia):
        video.push(AccessUnit(0, (b"\x67\x42", b"\x68\x01", b"\x65\x00"), True, True), 1.0)


def test_a_key_frame_without_sets_waits_for_them(video: Frames):
    assert video.push(AccessUnit(0, (b"\x65\x88\x84",), True, True), 1.0) is None


def test_vp8_says_its_size():
    frames = Frames(Codec.VP8, SenderClock())
    pictures = [
        AccessUnit(n * 3000, (data,), not data[0] & 1, True) for n, data in enumerate(encoded("libvpx", 80, 60))
    ]
    packets = [frames.push(picture, 1.0) for picture in pictures]
    assert packets[0] is not None
    assert packets[0].key
    assert (packets[0].track.codec, packets[0].track.width, packets[0].track.height) == (Codec.VP8, 80, 60)
    assert all(packet and packet.track is packets[0].track for packet in packets)


def test_a_vp8_key_frame_without_its_start_code_is_bad_media():
    with pytest.raises(BadMedia):
        Frames(Codec.VP8, SenderClock()).push(AccessUnit(0, (bytes(20),), True, True), 1.0)


def test_opus_overlapping_after_a_correction_is_left_out():
    clock = SenderClock()
    audio, video = Frames(Codec.OPUS, clock), Frames(Codec.H264, clock)
    silence = b"\xfc\xff\xfe"  # a 20 ms packet
    video.push(h264_units()[0], 0.0)
    packets = [audio.push(AccessUnit(n * 960, (silence,), True, True), 0.5) for n in range(3)]
    assert [packet and packet.dts for packet in packets] == [24000, 24960, 25920]
    clock.reported(Kind.VIDEO, 1 << 32, 0)
    clock.reported(Kind.AUDIO, 1 << 32, 0)
    assert audio.push(AccessUnit(3 * 960, (silence,), True, True), 0.5) is None
    later = audio.push(AccessUnit(30 * 960, (silence,), True, True), 1.1)
    assert later is not None
    assert later.dts == 30 * 960


def test_an_empty_opus_packet_is_bad_media():
    with pytest.raises(BadMedia):
        Frames(Codec.OPUS, SenderClock()).push(AccessUnit(0, (b"",), True, True), 0.0)
