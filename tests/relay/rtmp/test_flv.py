from typing import Any

import pytest

from relay.errors import BadMedia
from relay.media import Codec, Kind
from relay.rtmp.flv import Demuxer


def ready(script: Any) -> Demuxer:
    demuxer = Demuxer()
    assert demuxer.read(Kind.VIDEO, 0, b"\x17\0\0\0\0" + script.avc_record, 0) is None
    assert demuxer.read(Kind.AUDIO, 0, b"\xaf\0" + script.aac_config, 0) is None
    return demuxer


def picture(*units: bytes, composition: int = 0, key: bool = False) -> bytes:
    body = b"".join(len(unit).to_bytes(4, "big") + unit for unit in units)
    return (b"\x17" if key else b"\x27") + b"\1" + composition.to_bytes(3, "big", signed=True) + body


def test_pictures_and_frames(script: Any) -> None:
    demuxer = ready(script)
    video = demuxer.read(Kind.VIDEO, 40, picture(b"\x65\x88", composition=80, key=True), 7)
    audio = demuxer.read(Kind.AUDIO, 46, b"\xaf\1\x21\x10", 8)
    assert video is not None
    assert audio is not None
    assert (video.dts, video.pts, video.key, video.data, video.received_ns) == (
        3600,
        10800,
        True,
        b"\0\0\0\2\x65\x88",
        7,
    )
    assert (video.track.codec, video.track.width, video.track.height) == (Codec.H264, 854, 480)
    assert (audio.dts, audio.pts, audio.key, audio.data) == (2028, 2028, True, b"\x21\x10")
    assert (audio.track.codec, audio.track.clock_rate, audio.track.channels) == (Codec.AAC, 44_100, 2)


def test_time_wraps_and_goes_on(script: Any) -> None:
    demuxer = ready(script)
    times = []
    for timestamp in (0xFFFF_FFF0, 0x0000_0010, 0xFFFF_FFF8, 0x0000_0030):
        packet = demuxer.read(Kind.VIDEO, timestamp, picture(b"\x41\x9a"), 0)
        assert packet is not None
        times.append(packet.dts // 90)
    assert [time - times[0] for time in times] == [0, 32, 8, 64]


@pytest.mark.parametrize(
    "body",
    [b"", b"\x57\0", b"\x17\2\0\0\0", picture(b"\x09\xf0"), picture(b"\x06\x05\x01\x80")],
    ids=["empty", "command frame", "end of sequence", "delimiter only", "SEI only"],
)
def test_what_carries_no_picture(script: Any, body: bytes) -> None:
    assert ready(script).read(Kind.VIDEO, 0, body, 0) is None


def test_media_before_its_header_is_passed_over() -> None:
    assert Demuxer().read(Kind.VIDEO, 0, picture(b"\x65\x88"), 0) is None
    assert Demuxer().read(Kind.AUDIO, 0, b"\xaf\1\x21", 0) is None


@pytest.mark.parametrize(
    ("kind", "body", "problem"),
    [
        (Kind.VIDEO, b"\x12\0\0\0\0\0", "video codec 2"),
        (Kind.VIDEO, b"\x17\1\0", "composition time"),
        (Kind.VIDEO, b"\x17\0\0\0\0\2", "not a record"),
        (Kind.VIDEO, b"\x17\0\0\0\0" + bytes(20_000), "a sequence header of"),
        (Kind.VIDEO, picture(b"\x41", composition=0x7FFFFF), "composition time"),
        (Kind.VIDEO, b"\x27\1\0\0\0\0\0\0\5\x41", "runs past"),
        (Kind.AUDIO, b"\x2f\xff\xfb", "audio codec 2"),
        (Kind.AUDIO, b"\xaf", "one byte"),
        (Kind.AUDIO, b"\xaf\0\0", "AudioSpecificConfig"),
    ],
)
def test_what_is_refused(script: Any, kind: Kind, body: bytes, problem: str) -> None:
    with pytest.raises(BadMedia, match=problem):
        ready(script).read(kind, 0, body, 0)
