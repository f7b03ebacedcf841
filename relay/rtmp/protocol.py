"""One publishing peer without I/O: bytes in, events and bytes out.

A connection goes through these states, by commands of the peer and by our answer to `publish`:

    NEW --connect--> CONNECTED --publish--> ASKING --accept()--> PUBLISHING --FCUnpublish, deleteStream--> CONNECTED
                                            ASKING --refuse()--> OVER

Encoders differ in what else they say (releaseStream, FCPublish, _checkbw ...): whatever expects an answer gets an
empty one, whatever is unknown is passed over. Media outside PUBLISHING is passed over too.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from enum import Enum, auto

from relay.errors import BadRtmp, Refused
from relay.rtmp import amf, handshake
from relay.rtmp import messages as m
from relay.rtmp.buffer import Buffer
from relay.rtmp.chunks import CHUNK_BYTES_MAX, ChunkReader, Limits, write
from relay.rtmp.flv import FOURCCS

APP = "live"
CHUNK_BYTES_OUT = 60_000  # FFmpeg takes over the server's size: large chunks cost both sides less
WINDOW_BYTES = 2_500_000
WINDOW_BYTES_MIN = 4_096  # a peer asking for acknowledgements more often than that is not heard
STREAMS_MAX = 8
CONTROL_CHUNKS, COMMAND_CHUNKS = 2, 3  # chunk streams of ours
_EMPTY_ANSWERS = frozenset(("releaseStream", "FCPublish", "FCUnpublish", "_checkbw", "getStreamLength", "FCSubscribe"))
_ENDINGS = frozenset(("FCUnpublish", "deleteStream", "closeStream"))


class State(Enum):
    """See the module's essay."""

    NEW = auto()
    CONNECTED = auto()
    ASKING = auto()
    PUBLISHING = auto()
    OVER = auto()


@dataclass(frozen=True, slots=True)
class Publish:
    """The peer wants to publish: answer with `accept` or `refuse`. `encoder` is what it calls itself."""

    key: str
    encoder: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the encoder says of its stream (onMetaData)."""

    values: dict[str, amf.Value]


@dataclass(frozen=True, slots=True)
class Media:
    """An FLV tag body; `timestamp` in ms, 32 bits, wrapping."""

    video: bool
    timestamp: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Unpublish:
    """The peer has stopped."""


Event = Publish | Metadata | Media | Unpublish


class Protocol:
    """The server's side of one connection. `random` is `handshake.RANDOM_BYTES` of anything."""

    def __init__(self, limits: Limits, random: bytes) -> None:
        self.state = State.NEW
        self._random = random
        self._buffer = Buffer()
        self._chunks = ChunkReader(self._buffer, limits)
        self._events: list[Event] = []
        self._output: list[bytes] = []
        self._chunk_bytes_out = 128
        self._bytes_in = self._bytes_acknowledged = self._peer_window = 0
        self._app = self._encoder = ""
        self._streams = 0
        self._publishing_stream = 0
        self._handlers: dict[int, Callable[[m.Message], None]] = {
            m.AUDIO: self._on_media, m.VIDEO: self._on_media, m.DATA: self._on_data, m.COMMAND: self._on_command,
            m.SET_CHUNK_SIZE: self._on_chunk_size, m.ABORT: self._on_abort, m.WINDOW_SIZE: self._on_window,
            m.USER_CONTROL: self._on_user_control, m.AGGREGATE: self._on_aggregate,
            m.COMMAND_AMF3: self._on_amf3, m.DATA_AMF3: self._on_amf3,
        }  # fmt: skip
        self._commands: dict[str, Callable[[m.Command, int], None]] = {
            "connect": self._connect, "createStream": self._create_stream, "publish": self._publish, "play": self._play,
        }  # fmt: skip
        self._parser = self._parse()

    # The three verbs.

    def receive_data(self, data: bytes) -> None:
        """Take in what came from the peer. Raises `BadRtmp` or `Refused`: send what there is to send, then close."""
        self._bytes_in += len(data)
        self._buffer.feed(data)
        next(self._parser)
        if self._peer_window and self._bytes_in - self._bytes_acknowledged >= self._peer_window:
            self._bytes_acknowledged = self._bytes_in
            self._send(m.control(m.ACKNOWLEDGEMENT, self._bytes_in & 0xFFFF_FFFF))  # 5.4.3

    def events(self) -> list[Event]:
        """What happened since the last call."""
        events, self._events = self._events, []
        return events

    def data_to_send(self) -> bytes:
        """What the peer must get now."""
        output = b"".join(self._output)
        self._output.clear()
        return output

    # The answer to `Publish`.

    def accept(self) -> None:
        """The peer may publish."""
        assert self.state is State.ASKING, self.state
        self.state = State.PUBLISHING
        stream = self._publishing_stream
        self._send(m.user_control(m.STREAM_BEGIN, stream.to_bytes(4, "big")))
        self._send(m.status(stream, "status", "NetStream.Publish.Start", "publishing"))

    def refuse(self, code: str, description: str) -> None:
        """The peer may not publish; close after sending. `code` as in "NetStream.Publish.BadName"."""
        assert self.state is State.ASKING, self.state
        self.end(code, description)

    def end(self, code: str, description: str) -> None:
        """Say why the connection ends; close after sending."""
        self.state = State.OVER
        self._send(m.status(self._publishing_stream, "error", code, description))

    # Reading.

    def _parse(self) -> Generator[None, None, None]:
        yield from handshake.serve(self._buffer, self._output, self._random)
        while True:
            message = yield from self._chunks.read()
            self._dispatch(message)

    def _dispatch(self, message: m.Message) -> None:
        handler = self._handlers.get(message.kind)
        if handler is not None:
            handler(message)

    def _on_media(self, message: m.Message) -> None:
        if self.state in (State.PUBLISHING, State.ASKING):
            self._events.append(Media(message.kind == m.VIDEO, message.timestamp, message.body))

    def _on_data(self, message: m.Message) -> None:
        values = m.parse_metadata(message.body)
        if values is not None:
            self._events.append(Metadata(values))

    def _on_aggregate(self, message: m.Message) -> None:
        for part in m.parts_of_aggregate(message):
            if part.kind in (m.AUDIO, m.VIDEO, m.DATA):
                self._dispatch(part)

    def _on_amf3(self, message: m.Message) -> None:
        description = "AMF3 is not spoken here, connect with objectEncoding 0"
        self._error("NetConnection.Call.Failed", description)
        raise BadRtmp("message", f"type {message.kind}: {description}")

    def _on_chunk_size(self, message: m.Message) -> None:
        size = m.number(message)
        if not 1 <= size <= 0x7FFF_FFFF:  # 5.4.1: the first bit is zero
            raise BadRtmp("control", f"chunk size {size}")
        self._chunks.chunk_bytes = min(size, CHUNK_BYTES_MAX)

    def _on_abort(self, message: m.Message) -> None:
        self._chunks.abort(m.number(message))

    def _on_window(self, message: m.Message) -> None:
        window = m.number(message)
        self._peer_window = max(window, WINDOW_BYTES_MIN) if window else 0

    def _on_user_control(self, message: m.Message) -> None:
        event = int.from_bytes(message.body[:2], "big")
        if event == m.PING_REQUEST and len(message.body) >= 6:
            self._send(m.user_control(m.PING_RESPONSE, message.body[2:6]))

    def _on_command(self, message: m.Message) -> None:
        command = m.parse_command(message.body)
        handler = self._commands.get(command.name)
        if handler is not None:
            handler(command, message.stream)
        elif command.name in _EMPTY_ANSWERS and command.transaction:
            self._answer(command, None)
        if command.name in _ENDINGS and self.state is State.ASKING:
            raise BadRtmp(command.name, "before publish was answered")
        if command.name in _ENDINGS and self.state is State.PUBLISHING:
            self.state = State.CONNECTED
            self._events.append(Unpublish())

    # Commands.

    def _connect(self, command: m.Command, _stream: int) -> None:
        if self.state is not State.NEW or not isinstance(command.info, dict):
            raise BadRtmp("connect", "twice, or without a command object")
        app, encoder = command.info.get("app"), command.info.get("flashVer")
        self._app = app.strip("/") if isinstance(app, str) else ""
        self._encoder = encoder[:80] if isinstance(encoder, str) else ""
        if self._app.split("/")[0].split("?")[0] != APP:
            description = (
                f"no application of that name: publish to rtmp://HOST/{APP}, with the stream key as the stream"
            )
            self._error("NetConnection.Connect.Rejected", description, command.transaction)
            raise Refused("bad_app", description)
        self.state = State.CONNECTED
        self._send(m.control(m.WINDOW_SIZE, WINDOW_BYTES))
        self._send(m.peer_bandwidth(WINDOW_BYTES))
        self._send(m.control(m.SET_CHUNK_SIZE, CHUNK_BYTES_OUT))
        self._chunk_bytes_out = CHUNK_BYTES_OUT
        self._answer(command, _properties(), _connected())

    def _create_stream(self, command: m.Command, _stream: int) -> None:
        if self.state is State.NEW or self._streams >= STREAMS_MAX:
            raise BadRtmp("createStream", f"before connect, or more than {STREAMS_MAX}")
        self._streams += 1
        self._answer(command, None, float(self._streams))

    def _publish(self, command: m.Command, stream: int) -> None:
        if self.state is not State.CONNECTED:
            raise BadRtmp("publish", "before connect, or twice")
        self.state = State.ASKING
        self._publishing_stream = stream
        self._events.append(Publish(_key(self._app, command.text(0)), self._encoder))

    def _play(self, _command: m.Command, stream: int) -> None:
        self._send(m.status(stream, "error", "NetStream.Play.Failed", "this server takes RTMP and does not play it"))
        raise Refused("play", "a client that wants to play")

    # Writing.

    def _answer(self, command: m.Command, *values: amf.Value) -> None:
        self._send(m.command("_result", command.transaction, *values))

    def _error(self, code: str, description: str, transaction: float = 0.0) -> None:
        info: amf.Value = {"level": "error", "code": code, "description": description}
        self._send(m.command("_error", transaction, None, info))

    def _send(self, message: m.Message) -> None:
        number = COMMAND_CHUNKS if message.kind == m.COMMAND else CONTROL_CHUNKS
        self._output.extend(write(message, number, self._chunk_bytes_out))


def _properties() -> amf.Value:
    """Of the server; the list of FourCCs is how Enhanced RTMP is agreed on."""
    names: list[amf.Value] = [*FOURCCS]
    return {"fmsVer": "FMS/3,5,3,888", "capabilities": 127.0, "fourCcList": names}


def _connected() -> amf.Value:
    code = "NetConnection.Connect.Success"
    return {"level": "status", "code": code, "description": "connected", "objectEncoding": 0.0}


def _key(app: str, name: str) -> str:
    """The stream key: the stream's name, or what follows the application where an encoder puts it there."""
    rest = app.partition("?")[0].partition("/")[2]
    return (name.partition("?")[0] or rest).strip("/")
