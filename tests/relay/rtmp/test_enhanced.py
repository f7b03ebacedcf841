"""Enhanced RTMP: FourCC tags made by FFmpeg 8, and tables of what stands before the codec's bytes."""

import asyncio
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import pytest

from relay.codecs import opus
from relay.errors import BadMedia
from relay.media import Codec, Kind, Packet
from relay.rtmp.flv import Demuxer

PUBLISH = str(Path(__file__).with_name("publish.py"))


def shown(packets: list[Packet], decoder_name: str) -> int:
    """How many pictures come out of a decoder."""
    decoder = av.CodecContext.create(decoder_name, "r")
    decoder.extradata = packets[0].track.config
    frames = [frame for packet in packets for frame in decoder.decode(av.Packet(packet.data))]
    frames += decoder.decode(None)
    assert {(frame.width, frame.height) for frame in frames} == {(320, 180)}
    return len(frames)


@pytest.mark.parametrize(
    ("video", "audio", "codecs", "decoder"),
    [
        ("libx265", "libopus", (Codec.HEVC, Codec.OPUS), "hevc"),
        ("libsvtav1", "aac", (Codec.AV1, Codec.AAC), "libdav1d"),
    ],
)
async def test_ffmpeg_8_publishes(
    studio: Any, run: Any, collect: Any, video: str, audio: str, codecs: Any, decoder: str
) -> None:
    subscription = studio.broadcast.subscribe("test")
    process = await run(sys.executable, PUBLISH, studio.url(), "1", video, audio)
    _, complaint = await process.communicate()
    assert process.returncode == 0, complaint
    studio.broadcast.end()
    packets = await collect(subscription, lambda _: False)
    pictures = [packet for packet in packets if packet.track.kind is Kind.VIDEO]
    sounds = [packet for packet in packets if packet.track.kind is Kind.AUDIO]
    assert {packet.track.codec for packet in packets} == set(codecs)
    assert (pictures[0].track.width, pictures[0].track.height) == (320, 180)
    assert await asyncio.to_thread(shown, pictures, decoder) == 30
    keys = [number for number, packet in enumerate(pictures) if packet.key]
    assert keys in ([0, 15], [0, 13])  # in decoding order: two pictures of x265 are shown before their key frame
    steps = {after.dts - before.dts for before, after in pairwise(sounds)}
    assert steps == {960 if audio == "libopus" else 1024}
    assert sounds[0].track.channels == 2


async def test_the_answer_to_connect_lists_the_fourccs(studio: Any, script: Any, connect: Any) -> None:
    peer = await connect(studio, script.handshake() + script.connect(fourCcList=["hvc1", "vp09"]))
    said = await asyncio.wait_for(peer.reader.readuntil(b"NetConnection.Connect.Success"), 10)
    assert b"fourCcList" in said
    assert all(name in said for name in (b"avc1", b"hvc1", b"av01", b"mp4a", b"Opus"))


async def test_several_tracks_are_refused_with_a_reason(studio: Any, script: Any, publish: Any) -> None:
    peer = await publish(studio, script)
    peer.say(script.video(40, b"\x96\x00avc1\x00" + bytes(20)))
    said = await peer.rest()
    assert b"NetStream.Failed" in said
    assert b"several tracks in one stream are not taken" in said


def ready(script: Any) -> Demuxer:
    demuxer = Demuxer()
    assert demuxer.read(Kind.VIDEO, 0, b"\x90avc1" + script.avc_record, 0) is None
    assert demuxer.read(Kind.AUDIO, 0, b"\x90mp4a" + script.aac_config, 0) is None
    return demuxer


KEY = b"\0\0\0\2\x65\x88"


@pytest.mark.parametrize(
    ("body", "shown_ms"),
    [
        (b"\x91avc1\0\0\x28" + KEY, 40),
        (b"\x93avc1" + KEY, 0),
        (b"\x97\x00\xff\x03avc1" + KEY, 0),
        (b"\x97\x02\x01\x02\x03\x07\x00\x00\x01avc1\0\0\x28" + KEY, 40),
        (b"\x97\xff\x00\x00\xee\x03avc1" + KEY, 0),
    ],
    ids=["frames", "frames without composition time", "one modifier", "two modifiers", "a long modifier size"],
)
def test_fourcc_pictures(script: Any, body: bytes, shown_ms: int) -> None:
    packet = ready(script).read(Kind.VIDEO, 80, body, 0)
    assert packet is not None
    assert (packet.dts, packet.pts, packet.key, packet.data) == (7200, 7200 + shown_ms * 90, True, KEY)


@pytest.mark.parametrize("body", [b"\x92avc1", b"\x94avc1\x02\0\x09colorInfo", b"\xd0\x00"])
def test_fourcc_tags_without_a_picture(script: Any, body: bytes) -> None:
    assert ready(script).read(Kind.VIDEO, 0, body, 0) is None


def test_fourcc_sound(script: Any) -> None:
    packet = ready(script).read(Kind.AUDIO, 1000, b"\x91mp4a\x21\x10", 0)
    assert packet is not None
    assert (packet.track.codec, packet.dts, packet.data) == (Codec.AAC, 44_100, b"\x21\x10")


def test_the_old_number_of_hevc_is_known() -> None:
    assert Demuxer().read(Kind.VIDEO, 0, b"\x2c\1\0\0\0\0\0\0\2\x26\x01", 0) is None  # before its header


def test_opus_before_its_header_is_passed_over() -> None:
    demuxer = Demuxer()
    assert demuxer.read(Kind.AUDIO, 0, b"\x91Opus\xf8", 0) is None
    assert demuxer.read(Kind.AUDIO, 0, b"\x90Opus" + opus.head(2), 0) is None
    packet = demuxer.read(Kind.AUDIO, 20, b"\x91Opus\xf8", 0)
    assert packet is not None
    assert packet.dts == 960


@pytest.mark.parametrize(
    ("kind", "body", "problem"),
    [
        (Kind.VIDEO, b"\x91vp09" + bytes(9), "video codec 'vp09' is not taken"),
        (Kind.VIDEO, b"\x91avc1\0", "composition time"),
        (Kind.VIDEO, b"\x91avc", "an extended tag of 4 bytes"),
        (Kind.VIDEO, b"\x97\xff\xff\xff", "a modifier"),
        (Kind.VIDEO, b"\x96\0avc1\0", "several tracks"),
        (Kind.VIDEO, b"\x90hvc1\1", "hvcC"),
        (Kind.VIDEO, b"\x90av01\1", "av1C"),
        (Kind.AUDIO, b"\x95\0mp4a\0", "several tracks"),
        (Kind.AUDIO, b"\x91fLaC\0", "audio codec 'fLaC' is not taken"),
        (Kind.AUDIO, b"\x90Opus\0", "OpusHead"),
        (Kind.AUDIO, b"\x91\xff\xfe\xfd\xfc", "is not taken"),
    ],
)
def test_what_is_refused(script: Any, kind: Kind, body: bytes, problem: str) -> None:
    with pytest.raises(BadMedia, match=problem):
        ready(script).read(kind, 0, body, 0)
