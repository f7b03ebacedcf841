"""What stands inside sound RTMP, mutated: AMF, FLV bodies, parameter sets, NAL units, AAC and Opus. Seeded."""

import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from bench.compatibility import CAPTURES, CLIENTS
from relay.codecs import aac, av1, h264, hevc, nal, opus
from relay.errors import BadInput, BadMedia, BadRtmp, Refused
from relay.hls.segmenter import Segmenter
from relay.hls.slices import Targets
from relay.media import Kind
from relay.rtmp import amf, handshake
from relay.rtmp import messages as m
from relay.rtmp.chunks import Limits
from relay.rtmp.flv import Demuxer
from relay.rtmp.protocol import Media, Protocol, Publish
from relay.source import Slot, SourcePolicy, Sources

Change = Callable[[bytearray, random.Random], None]


def flip(data: bytearray, dice: random.Random) -> None:
    data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)


def set_byte(data: bytearray, dice: random.Random) -> None:
    data[dice.randrange(min(len(data), 40))] = dice.choice((0, 1, 0x7F, 0x80, 0xFE, 0xFF))


def cut(data: bytearray, dice: random.Random) -> None:
    at = dice.randrange(len(data))
    del data[at : at + dice.choice((1, 4, len(data)))]


def double(data: bytearray, dice: random.Random) -> None:
    at = dice.randrange(len(data))
    data[at:at] = data[at : at + dice.choice((1, 16, 200))] * dice.choice((1, 50))


def noise(data: bytearray, dice: random.Random) -> None:
    at = dice.randrange(min(len(data), 60))
    data[at : at + 8] = dice.randbytes(dice.choice((2, 8, 64)))


CHANGES: tuple[Change, ...] = (flip, flip, set_byte, set_byte, cut, double, noise)


def mutated(body: bytes, dice: random.Random) -> bytes:
    data = bytearray(body)
    for _ in range(dice.choice((1, 1, 2, 5))):
        if data:
            dice.choice(CHANGES)(data, dice)
    return bytes(data)


def tags(name: str) -> list[Media]:
    """The audio and video tags of a recorded session."""
    core, found = Protocol(Limits(), bytes(handshake.RANDOM_BYTES)), []
    core.receive_data((CAPTURES / f"{name}.rtmp").read_bytes()[: 1 + 2 * handshake.SIGNATURE_BYTES])
    session = (CAPTURES / f"{name}.rtmp").read_bytes()[1 + 2 * handshake.SIGNATURE_BYTES :]
    for at in range(0, len(session), 500):
        core.receive_data(session[at : at + 500])
        for event in core.events():
            if isinstance(event, Publish):
                core.accept()
            elif isinstance(event, Media):
                found.append(event)
    return found


def play(sent: list[Media], dice: random.Random) -> None:
    """A peer whose encoder goes wrong here and there: his own line stays sound, and everything behind it takes it."""
    out: list[Any] = []
    demuxer, segmenter = Demuxer(), Segmenter(Targets(500, 2_000))
    source = Sources(out.append, SourcePolicy()).attach(Slot.PRIMARY, "fuzz", 0, force=False)
    now_ns = 0
    try:
        for tag in sent:
            now_ns += 10_000_000
            body = mutated(tag.body, dice) if dice.random() < 0.02 else tag.body
            stamp = dice.randrange(1 << 32) if dice.random() < 0.01 else tag.timestamp
            packet = demuxer.read(Kind.VIDEO if tag.video else Kind.AUDIO, stamp, body, now_ns)
            if packet is not None:
                source.publish(packet)
    except (BadInput, Refused):
        pass
    last = {Kind.VIDEO: Fraction(-1), Kind.AUDIO: Fraction(-1)}
    for packet in out:
        at = Fraction(packet.dts, packet.track.clock_rate)  # seconds: another format of sound has another clock
        assert packet.pts >= packet.dts
        assert at > last[packet.track.kind]
        last[packet.track.kind] = at
        try:
            segmenter.add(packet)
        except BadMedia:
            continue


@pytest.mark.parametrize("name", CLIENTS)
def test_mutated_tags(name: str) -> None:
    dice, sent = random.Random(3), tags(name)
    for _ in range(12):
        play(sent, dice)


@pytest.mark.soak
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("name", CLIENTS)
def test_many_mutated_tags(name: str) -> None:
    dice, sent = random.Random(4), tags(name)
    for _ in range(4_000):
        play(sent, dice)


def units(data: bytes) -> list[bytes]:
    """NAL units however they are told apart, and without their escapes."""
    return [nal.rbsp(unit) for unit in (*nal.from_annexb(data), *nal.units(data))]


AVC = bytes.fromhex("014d401fffe10018674d401fd900d83de6f01100000303e90000ea608f18324801000468ebe3cb")
CONNECT = amf.encode("connect", 1.0, {"app": "live", "list": ["a", 1.0, None, True, {"deep": {"er": "x"}}]})
SEEDS: dict[str, tuple[Callable[[bytes], object], bytes]] = {
    "amf": (amf.decode, CONNECT),
    "command": (m.parse_command, CONNECT),
    "metadata": (m.parse_metadata, amf.encode("@setDataFrame", "onMetaData", {"width": 1280.0, "encoder": "x"})),
    "aggregate": (lambda data: list(m.parts_of_aggregate(m.Message(m.AGGREGATE, 0, 1, data))),
                  b"\x09\0\0\3\0\0\0\0\0\0\0abc\0\0\0\x0e\x08\0\0\2\0\0\x28\0\0\0\0de\0\0\0\x0d"),
    "avcC": (lambda data: h264.parse_record(data).first_sps(), AVC),
    "avc picture": (lambda data: h264.access_unit(data, 4), b"\0\0\0\2\x09\xf0\0\0\0\5\x65\x88\x84\0\x10"),
    "nal units": (units, b"\0\0\0\2\x41\x9a\0\0\0\6\x67\x42\0\0\3\1"),
    "hevc picture": (lambda data: hevc.access_unit(data, 4), b"\0\0\0\4\x26\1\xaf\1\0\0\0\3\x02\1\xd0"),
    "av1 picture": (av1.access_unit, b"\x12\0\x0a\x0b\0\0\0\x2c\xd6\x9b\xff\xff\x30\xff\0\x32\x10" + bytes(16)),
    "aac": (aac.parse_config, bytes.fromhex("131056e59d4800")),
    "opus head": (opus.channels, opus.head(2)),
    "opus": (opus.samples, b"\xfc\xff\xfe"),
}  # fmt: skip


def hit(name: str, rounds: int, seed: int) -> None:
    parse, good = SEEDS[name]
    parse(good)
    dice = random.Random(seed)
    for _ in range(rounds):
        try:
            parse(mutated(good, dice) if dice.random() < 0.9 else dice.randbytes(dice.randrange(80)))
        except (BadMedia, BadRtmp):
            continue


@pytest.mark.parametrize("name", SEEDS)
def test_parsers_raise_nothing_but_their_own_error(name: str) -> None:
    hit(name, 1_500, 5)


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", SEEDS)
def test_parsers_for_long(name: str) -> None:
    hit(name, 300_000, 6)
