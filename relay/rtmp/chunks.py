"""The chunk stream (Adobe RTMP 1.0, section 5.3): messages cut into chunks, several of them interleaved.

Where clients differ from the text, and what is made of it:

- 5.3.1.2.4: a type-3 chunk that begins a message after a type-0 one repeats its time stamp as a delta. librtmp and
  nginx-rtmp mean a delta of zero, and nobody means the text; so zero it is.
- 5.3.1.3: type-3 chunks repeat the extended time stamp. Some encoders leave it out; so it is only taken when the
  four bytes there are the ones expected.
- librtmp opens the control stream with type 1: a fresh chunk stream may begin with that, counting from zero.
- A chunk of type 1 or 2 inside a message goes on with it when it states the same length.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass

from relay.errors import BadRtmp
from relay.rtmp.buffer import Buffer
from relay.rtmp.messages import TIMESTAMP_MASK, Message

CHUNK_BYTES_DEFAULT = 128  # 5.4.1
CHUNK_BYTES_MAX = 0xFF_FFFF
EXTENDED = 0xFF_FFFF  # 5.3.1.3
HEADER_BYTES = (11, 7, 3, 0)
MEDIA_KINDS = (8, 9, 22)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one peer may make us keep."""

    message_bytes_max: int = 8 * 1024 * 1024  # audio, video
    command_bytes_max: int = 64 * 1024  # everything else
    chunk_streams_max: int = 32
    partial_bytes_max: int = 16 * 1024 * 1024  # of all unfinished messages together


class _ChunkStream:
    """The state that the shorter header types refer to."""

    __slots__ = ("delta", "extended", "field", "kind", "length", "number", "parts", "received", "stream", "timestamp")

    def __init__(self, number: int) -> None:
        self.number = number
        self.timestamp = self.delta = self.field = self.length = self.kind = self.stream = self.received = 0
        self.extended = False
        self.parts: list[bytes] = []

    @property
    def open(self) -> bool:
        """Inside a message."""
        return bool(self.parts)

    def start(self, timestamp: int) -> None:
        self.timestamp = timestamp & TIMESTAMP_MASK


class ChunkReader:
    """Chunks in, messages out. `chunk_bytes` is changed by whoever reads the messages (5.4.1)."""

    def __init__(self, buffer: Buffer, limits: Limits) -> None:
        self.chunk_bytes = CHUNK_BYTES_DEFAULT
        self._buffer = buffer
        self._limits = limits
        self._streams: dict[int, _ChunkStream] = {}
        self._partial_bytes = 0

    def read(self) -> Generator[None, None, Message]:
        """The next whole message. Raises `BadRtmp` when a chunk breaks the format or a limit."""
        while True:
            header_type, number = yield from self._basic_header()
            stream = self._stream(number, header_type)
            yield from self._message_header(stream, header_type)
            yield from self._payload(stream)
            if stream.received == stream.length:
                return self._finish(stream)

    def abort(self, number: int) -> None:
        """Drop the unfinished message of a chunk stream (5.4.2)."""
        stream = self._streams.get(number)
        if stream is not None:
            self._finish(stream)

    def _basic_header(self) -> Generator[None, None, tuple[int, int]]:
        """Header type and chunk stream number (5.3.1.1)."""
        first = (yield from self._buffer.take(1))[0]
        number = first & 0x3F
        if number < 2:
            more = yield from self._buffer.take(number + 1)
            number = 64 + int.from_bytes(more, "little")
        return first >> 6, number

    def _stream(self, number: int, header_type: int) -> _ChunkStream:
        stream = self._streams.get(number)
        if stream is None:
            if header_type > 1:
                raise BadRtmp("chunk", f"stream {number} begins with a header of type {header_type}")
            if len(self._streams) >= self._limits.chunk_streams_max:
                raise BadRtmp("chunk", f"more than {self._limits.chunk_streams_max} chunk streams")
            stream = self._streams[number] = _ChunkStream(number)
        return stream

    def _message_header(self, stream: _ChunkStream, header_type: int) -> Generator[None, None, None]:
        """Read what a chunk says of its message (5.3.1.2) and its extended time stamp (5.3.1.3)."""
        if header_type == 3:
            if stream.extended:
                yield from self._repeated_timestamp(stream)
            if not stream.open:
                stream.start(stream.timestamp + stream.delta)
            return
        header = yield from self._buffer.take(HEADER_BYTES[header_type])
        field = int.from_bytes(header[:3], "big")
        stream.extended = field == EXTENDED
        if stream.extended:
            field = int.from_bytes((yield from self._buffer.take(4)), "big")
        if header_type < 2:
            self._set_length(stream, int.from_bytes(header[3:6], "big"), header[6])
        if stream.open:
            if header_type == 0:
                raise BadRtmp("chunk", f"stream {stream.number} begins a message inside another")
            return
        stream.field = field
        if header_type == 0:
            stream.stream = int.from_bytes(header[7:11], "little")
            stream.delta = 0
            stream.start(field)
        else:
            stream.delta = field
            stream.start(stream.timestamp + field)

    def _repeated_timestamp(self, stream: _ChunkStream) -> Generator[None, None, None]:
        repeated = int.from_bytes((yield from self._buffer.peek(4)), "big")
        if repeated in (stream.field, stream.timestamp):
            self._buffer.at += 4

    def _set_length(self, stream: _ChunkStream, length: int, kind: int) -> None:
        limit = self._limits.message_bytes_max if kind in MEDIA_KINDS else self._limits.command_bytes_max
        if length > limit:
            raise BadRtmp("message", f"{length} bytes, more than {limit}")
        if stream.open and length != stream.length:
            raise BadRtmp("chunk", f"stream {stream.number} changes the length of its message")
        stream.length, stream.kind = length, kind

    def _payload(self, stream: _ChunkStream) -> Generator[None, None, None]:
        """One chunk of the message, then all further ones that are wholly here and follow at once."""
        part = yield from self._buffer.take(min(self.chunk_bytes, stream.length - stream.received))
        begin = stream.received
        stream.parts.append(part)
        stream.received += len(part)
        if stream.received < stream.length and not stream.extended and stream.number < 64:
            self._following(stream)
        self._partial_bytes += stream.received - begin
        if self._partial_bytes > self._limits.partial_bytes_max:
            raise BadRtmp("chunk", f"more than {self._limits.partial_bytes_max} bytes of unfinished messages")

    def _following(self, stream: _ChunkStream) -> None:
        """The hot loop of encoders that keep to 128-byte chunks: no generator, no state but the position."""
        data, at, size = self._buffer.data, self._buffer.at, self.chunk_bytes
        continuation = 0xC0 | stream.number
        wanted, end = stream.length - stream.received, len(data)
        while wanted:
            count = size if wanted > size else wanted
            if at + 1 + count > end or data[at] != continuation:
                break
            stream.parts.append(bytes(data[at + 1 : at + 1 + count]))
            at += 1 + count
            wanted -= count
        self._buffer.at = at
        stream.received = stream.length - wanted

    def _finish(self, stream: _ChunkStream) -> Message:
        body = stream.parts[0] if len(stream.parts) == 1 else b"".join(stream.parts)
        self._partial_bytes -= stream.received
        stream.parts = []
        stream.received = 0
        return Message(stream.kind, stream.timestamp, stream.stream, body)


def write(message: Message, number: int, chunk_bytes: int) -> Iterator[bytes]:
    """A message as chunks: a full header, then type 3."""
    field = min(message.timestamp, EXTENDED)
    extended = message.timestamp.to_bytes(4, "big") if field == EXTENDED else b""
    length, body = len(message.body), message.body
    head = field.to_bytes(3, "big") + length.to_bytes(3, "big") + bytes((message.kind,))
    yield bytes((number,)) + head + message.stream.to_bytes(4, "little") + extended + body[:chunk_bytes]
    for at in range(chunk_bytes, length, chunk_bytes):
        yield bytes((0xC0 | number,)) + extended + body[at : at + chunk_bytes]
