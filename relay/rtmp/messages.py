"""RTMP messages: their kinds, the control messages, commands (Adobe RTMP 1.0, sections 5.4, 6 and 7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from relay.errors import BadRtmp
from relay.rtmp import amf

SET_CHUNK_SIZE, ABORT, ACKNOWLEDGEMENT, USER_CONTROL, WINDOW_SIZE, PEER_BANDWIDTH = 1, 2, 3, 4, 5, 6
AUDIO, VIDEO = 8, 9
DATA_AMF3, SHARED_OBJECT_AMF3, COMMAND_AMF3 = 15, 16, 17
DATA, SHARED_OBJECT, COMMAND, AGGREGATE = 18, 19, 20, 22

STREAM_BEGIN, STREAM_EOF, PING_REQUEST, PING_RESPONSE = 0, 1, 6, 7  # 7.1.7
DYNAMIC = 2  # 5.4.5: limit type
CONTROL_STREAM = 0
TIMESTAMP_MASK = 0xFFFF_FFFF
FLV_TAG_BYTES, BACK_POINTER_BYTES = 11, 4


@dataclass(frozen=True, slots=True)
class Message:
    """One whole message. `timestamp` is in ms, 32 bits, wrapping."""

    kind: int
    timestamp: int
    stream: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Command:
    """A call or an answer: `arguments` follow the command object."""

    name: str
    transaction: float
    info: amf.Value
    arguments: tuple[amf.Value, ...]

    def text(self, number: int) -> str:
        """The argument of that number as text; empty when there is none or it is something else."""
        value = self.arguments[number] if number < len(self.arguments) else None
        return value if isinstance(value, str) else ""


def control(kind: int, *numbers: int) -> Message:
    """A protocol control message of 32-bit numbers (5.4)."""
    return Message(kind, 0, CONTROL_STREAM, b"".join(number.to_bytes(4, "big") for number in numbers))


def peer_bandwidth(size: int) -> Message:
    """5.4.5."""
    return Message(PEER_BANDWIDTH, 0, CONTROL_STREAM, size.to_bytes(4, "big") + bytes((DYNAMIC,)))


def user_control(event: int, value: bytes) -> Message:
    """5.4.6 and 7.1.7."""
    return Message(USER_CONTROL, 0, CONTROL_STREAM, event.to_bytes(2, "big") + value)


def number(message: Message) -> int:
    """The 32-bit number that a control message carries. Raises `BadRtmp`."""
    if len(message.body) < 4:
        raise BadRtmp("control", f"message {message.kind} has {len(message.body)} bytes, not 4")
    return int.from_bytes(message.body[:4], "big")


def command(name: str, transaction: float, *values: amf.Value, stream: int = CONTROL_STREAM) -> Message:
    """A command message in AMF0 (7.1.1)."""
    return Message(COMMAND, 0, stream, amf.encode(name, transaction, *values))


def status(stream: int, level: str, code: str, description: str) -> Message:
    """An onStatus command of a stream (7.2.2)."""
    return command("onStatus", 0.0, None, {"level": level, "code": code, "description": description}, stream=stream)


def parse_command(body: bytes) -> Command:
    """Take a command message apart. Raises `BadRtmp`."""
    values = amf.decode(body)
    if not values or not isinstance(values[0], str):
        raise BadRtmp("command", "without a name")
    transaction = values[1] if len(values) > 1 else 0.0
    if not isinstance(transaction, float):
        raise BadRtmp("command", f"{values[0][:40]!r} without a transaction number")
    return Command(values[0], transaction, values[2] if len(values) > 2 else None, tuple(values[3:]))


def parse_metadata(body: bytes) -> dict[str, amf.Value] | None:
    """The values of `@setDataFrame onMetaData` (or a bare onMetaData); none for other data. Raises `BadRtmp`."""
    values = amf.decode(body)
    if values and values[0] == "@setDataFrame":
        values = values[1:]
    if len(values) > 1 and values[0] == "onMetaData" and isinstance(values[1], dict):
        return values[1]
    return None


def parts_of_aggregate(message: Message) -> Iterator[Message]:
    """The messages inside an aggregate (7.1.6), which look like FLV tags. Raises `BadRtmp`."""
    body, at, shift = message.body, 0, None
    while at < len(body):
        begin = at + FLV_TAG_BYTES
        end = begin + int.from_bytes(body[at + 1 : at + 4], "big")
        if begin > len(body) or end > len(body):
            raise BadRtmp("aggregate", "a part runs past its end")
        timestamp = body[at + 7] << 24 | int.from_bytes(body[at + 4 : at + 7], "big")
        shift = message.timestamp - timestamp if shift is None else shift
        yield Message(body[at], (timestamp + shift) & TIMESTAMP_MASK, message.stream, body[begin:end])
        at = end + BACK_POINTER_BYTES
