"""What is written can be read again: every packet through the demuxer."""

import pytest

from relay.media import Codec, Kind, Packet, Track
from relay.rtmp.flv import Demuxer
from relay.rtmp.mux import Muxer

AVC = Track(
    Codec.H264, 90_000, bytes.fromhex("014d401fffe10018674d401fd900d83de6f01100000303e90000ea608f18324801000468ebe3cb")
)
AAC = Track(Codec.AAC, 44_100, bytes.fromhex("1210"), channels=2)
SLICE = bytes.fromhex("00000002419a")
KEY = bytes.fromhex("00000002659a")


def there_and_back(packets: list[Packet]) -> list[Packet]:
    muxer, demuxer, found = Muxer(), Demuxer(), []
    for packet in packets:
        for body in muxer.write(packet):
            kind = Kind.VIDEO if body.video else Kind.AUDIO
            read = demuxer.read(kind, body.timestamp, body.data, 0)
            found += [] if read is None else [read]
    return found


def test_pictures_and_sound_come_back_from_their_first_key_frame_on() -> None:
    sent = [
        Packet(AAC, 0, 0, True, b"early"),
        Packet(AVC, 90_000, 87_300, False, SLICE),
        Packet(AVC, 99_000, 90_000, True, KEY),
        Packet(AAC, 44_100, 44_100, True, b"\x21\x10"),
        Packet(AVC, 93_600, 93_600, False, SLICE),
    ]
    found = there_and_back(sent)
    assert [(one.track.codec, one.dts, one.pts, one.key, one.data) for one in found] == [
        (Codec.H264, 0, 9_000, True, KEY),
        (Codec.AAC, 0, 0, True, b"\x21\x10"),
        (Codec.H264, 3_600, 3_600, False, SLICE),
    ]
    assert found[0].track.config == AVC.config


def test_a_new_track_brings_its_header() -> None:
    other = Track(Codec.H264, 90_000, AVC.config[:-1] + b"\xca")
    found = there_and_back([Packet(AVC, 0, 0, True, KEY), Packet(other, 3_600, 3_600, True, KEY)])
    assert [one.track.config[-1] for one in found] == [0xCB, 0xCA]


@pytest.mark.parametrize(("codec", "fourcc", "shown"), [(Codec.HEVC, b"hvc1", b"\0\0\x64"), (Codec.AV1, b"av01", b"")])
def test_newer_codecs_have_their_fourcc(codec: Codec, fourcc: bytes, shown: bytes) -> None:
    header, frame = Muxer().write(Packet(Track(codec, 90_000, b"config"), 9_000, 0, True, b"data"))
    assert header.data == b"\x90" + fourcc + b"config"
    assert frame.data == b"\x91" + fourcc + shown + b"data"


def test_what_rtmp_has_no_room_for_is_left_out_and_time_stamps_wrap() -> None:
    muxer = Muxer()
    assert muxer.write(Packet(Track(Codec.VP8, 90_000), 0, 0, True, b"x")) == []
    muxer.write(Packet(AVC, 0, 0, True, KEY))
    ticks = (2**32 + 40) * 90
    assert muxer.write(Packet(AVC, ticks, ticks, True, KEY))[-1].timestamp == 40
