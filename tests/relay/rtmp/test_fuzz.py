"""Recorded sessions, mutated: only documented errors come out, and what a peer makes us keep stays bounded."""

import random
from pathlib import Path
from typing import Any

import pytest

from relay.errors import BadInput, Refused
from relay.media import Kind
from relay.rtmp import handshake
from relay.rtmp.chunks import Limits
from relay.rtmp.flv import Demuxer
from relay.rtmp.protocol import Media, Protocol, Publish
from relay.source import Slot, SourcePolicy, Sources

CAPTURES = sorted(Path(__file__).with_name("captures").glob("*.rtmp"))
LIMITS = Limits(message_bytes_max=64 * 1024, partial_bytes_max=128 * 1024)
HANDSHAKE_BYTES = 1 + 2 * handshake.SIGNATURE_BYTES


def mutated(session: bytes, dice: random.Random) -> bytes:
    """Bytes changed, cut out, doubled; half of the time near the beginning, where the commands are."""
    data = bytearray(session)
    for _ in range(dice.randint(1, 12)):
        end = len(data) if dice.random() < 0.5 else min(len(data), HANDSHAKE_BYTES + 1500)
        at = dice.randrange(min(HANDSHAKE_BYTES, end - 1), end)
        length = dice.choice([1, 1, 1, 4, 30, 300])
        what = dice.randrange(5)
        if what == 0:
            data[at] = dice.randrange(256)
        elif what == 1:
            data[at] ^= 1 << dice.randrange(8)
        elif what == 2:
            del data[at : at + length]
        elif what == 3:
            data[at:at] = data[at : at + length]
        else:
            data[at : at + length] = dice.randbytes(length)
    return bytes(data)


def play(session: bytes, step: int) -> int:
    """The most bytes that were kept of unread input; documented errors end the session."""
    core, demuxer, kept, now_ns = Protocol(LIMITS, bytes(handshake.RANDOM_BYTES)), Demuxer(), 0, 0
    out: list[Any] = []
    source = Sources(out.append, SourcePolicy()).attach(Slot.PRIMARY, "fuzz", 0, force=False)
    try:
        for at in range(0, len(session), step):
            core.receive_data(session[at : at + step])
            kept = max(kept, core._buffer.left)
            core.data_to_send()
            for event in core.events():
                now_ns += 10_000_000
                if isinstance(event, Publish):
                    core.accept()
                elif isinstance(event, Media):
                    kind = Kind.VIDEO if event.video else Kind.AUDIO
                    packet = demuxer.read(kind, event.timestamp, event.body, now_ns)
                    if packet is not None:
                        source.publish(packet)
    except (BadInput, Refused):
        pass
    last = {Kind.VIDEO: -1, Kind.AUDIO: -1}
    for packet in out:
        assert packet.pts >= packet.dts > last[packet.track.kind]
        last[packet.track.kind] = packet.dts
    return kept


def fuzz(session: bytes, rounds: int, seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(rounds):
        kept = play(mutated(session, dice), dice.choice([97, 1460, 4096]))
        assert kept <= LIMITS.message_bytes_max + 4096


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda capture: capture.stem)
def test_mutated_sessions(capture: Path) -> None:
    fuzz(capture.read_bytes(), 40, 1)


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.parametrize("capture", CAPTURES, ids=lambda capture: capture.stem)
def test_many_mutated_sessions(capture: Path) -> None:
    fuzz(capture.read_bytes(), 5_000, 2)
