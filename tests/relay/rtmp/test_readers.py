from typing import Any

import pytest

from relay.codecs import nal, opus
from relay.errors import BadMedia
from relay.media import Packet
from relay.rtmp.readers import (
    CODED_FRAMES,
    SEQUENCE_START,
    AacReader,
    Av1Reader,
    AvcReader,
    HevcReader,
    OpusReader,
    Reader,
    Tag,
)


def start(reader: Reader, record: bytes) -> Packet | None:
    return reader.read(Tag(SEQUENCE_START, 0, record, 0, 0))


def frames(reader: Reader, data: bytes, milliseconds: int = 0, composition_ms: int = 0) -> Packet:
    packet = reader.read(Tag(CODED_FRAMES, composition_ms, data, milliseconds, 7))
    assert packet is not None
    return packet


def avc(script: Any) -> AvcReader:
    reader = AvcReader()
    assert start(reader, script.avc_record) is None
    return reader


def test_the_key_flag_is_read_from_the_picture(script: Any) -> None:
    reader = avc(script)
    assert frames(reader, nal.join([b"\x65\x88"])).key
    assert not frames(reader, nal.join([b"\x41\x9a"])).key


def test_a_repeated_header_is_no_new_track_and_another_one_is(script: Any) -> None:
    reader, tracks = AvcReader(), []
    for record in (script.avc_record, script.avc_record, script.avc_record[:-1] + b"\xcc"):
        start(reader, record)
        tracks.append(frames(reader, nal.join([b"\x65\x88"])).track)
    assert tracks[0] is tracks[1]
    assert tracks[0] is not tracks[2]


def test_parameter_sets_in_band_begin_a_new_track(script: Any) -> None:
    sps = bytes.fromhex("6764001facd9405005bb0110000003001000000303c0f1831960")
    packet = frames(avc(script), nal.join([sps, b"\x68\xeb\xe3\xcb", b"\x65\x88"]))
    assert packet.data == nal.join([b"\x65\x88"])
    assert (packet.track.width, packet.track.height) == (1280, 720)


def test_a_negative_composition_time_is_none(script: Any) -> None:
    packet = frames(avc(script), nal.join([b"\x41\x9a"]), 100, -40)
    assert (packet.dts, packet.pts, packet.received_ns) == (9000, 9000, 7)


@pytest.mark.parametrize("reader", [AvcReader(), HevcReader(), Av1Reader(), AacReader(), OpusReader()])
def test_frames_before_their_header_and_other_tags_are_passed_over(reader: Reader) -> None:
    for packet_type in (CODED_FRAMES, 2, 4):
        assert reader.read(Tag(packet_type, 0, b"\x12\x00", 0, 0)) is None


@pytest.mark.parametrize("reader", [AvcReader(), HevcReader(), Av1Reader(), OpusReader()])
def test_headers_that_lie(reader: Reader) -> None:
    with pytest.raises(BadMedia):
        start(reader, b"\x01\xff")


def test_audio_counts_in_samples(script: Any) -> None:
    sound, tiny = AacReader(), OpusReader()
    start(sound, script.aac_config)
    start(tiny, opus.head(1))
    assert frames(sound, b"\x21", 1000).dts == 44_100
    assert frames(tiny, b"\xf8", 1000).dts == 48_000
    assert frames(tiny, b"\xf8").track.channels == 1
