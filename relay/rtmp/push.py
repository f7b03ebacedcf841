"""The other end of RTMP, without I/O: a client that publishes. Bytes in, bytes out, as in `protocol.py`.

HELLO --S0 S1 S2--> CONNECTING --_result--> CREATING --_result--> ASKING --NetStream.Publish.Start--> SENDING
any --an error, or a status of level "error"--> `Refused` with what the server said
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from enum import Enum, auto
from urllib.parse import urlsplit

from relay.errors import BadRtmp, Refused
from relay.rtmp import amf, handshake
from relay.rtmp import messages as m
from relay.rtmp.buffer import Buffer
from relay.rtmp.chunks import CHUNK_BYTES_MAX, ChunkReader, Limits, write
from relay.rtmp.mux import Body

CHUNK_BYTES_OUT = 4_096  # what every server takes
CONTROL_CHUNKS, COMMAND_CHUNKS, AUDIO_CHUNKS, VIDEO_CHUNKS = 2, 3, 4, 6
CONNECT, CREATE = 1.0, 4.0  # transaction numbers that are waited for
PORTS = {"rtmp": 1935, "rtmps": 443}
URL_CHARS_MAX = 1_000
LIMITS = Limits(message_bytes_max=64 * 1024, partial_bytes_max=128 * 1024)


@dataclass(frozen=True, slots=True)
class Target:
    """Where to publish. `key` is a secret: the last part of the URL, with its query."""

    host: str
    port: int
    tls: bool
    app: str
    key: str

    @property
    def tc_url(self) -> str:
        """The URL without the key, as `connect` says it."""
        return f"{'rtmps' if self.tls else 'rtmp'}://{self.host}:{self.port}/{self.app}"


def parse_target(url: str) -> Target:
    """`rtmp://HOST[:PORT]/APP/KEY`, or rtmps. Raises `BadRtmp`, which never repeats the URL."""
    try:
        parts = urlsplit(url if len(url) <= URL_CHARS_MAX else "")
        scheme, host, port = parts.scheme, parts.hostname, parts.port
    except ValueError:
        scheme, host, port = "", None, None
    if scheme not in PORTS or not host or parts.username is not None:
        raise BadRtmp("url", "must be rtmp://HOST/APP/KEY or rtmps://HOST/APP/KEY")
    app, _, key = parts.path.strip("/").rpartition("/")
    if not app or not key:
        raise BadRtmp("url", "must have an application and a stream key: rtmp://HOST/APP/KEY")
    return Target(host, port or PORTS[scheme], scheme == "rtmps", app, key + (f"?{parts.query}" if parts.query else ""))


class State(Enum):
    """See the module's essay."""

    HELLO = auto()
    CONNECTING = auto()
    CREATING = auto()
    ASKING = auto()
    SENDING = auto()


class Push:
    """The client's side of one connection. `random` is `handshake.RANDOM_BYTES` of anything."""

    def __init__(self, target: Target, random: bytes) -> None:
        self.state = State.HELLO
        self._target = target
        self._buffer = Buffer()
        self._chunks = ChunkReader(self._buffer, LIMITS)
        self._output: list[bytes] = [bytes((handshake.VERSION,)), bytes(8), random]
        self._stream = 0
        self._parser = self._parse()

    def receive_data(self, data: bytes) -> None:
        """Take in what came from the server. Raises `BadRtmp`, or `Refused` with the server's word."""
        self._buffer.feed(data)
        next(self._parser)

    def send(self, body: Body) -> None:
        """A tag, once the state is SENDING."""
        assert self.state is State.SENDING, self.state
        kind, number = (m.VIDEO, VIDEO_CHUNKS) if body.video else (m.AUDIO, AUDIO_CHUNKS)
        self._output.extend(write(m.Message(kind, body.timestamp, self._stream, body.data), number, CHUNK_BYTES_OUT))

    def end(self) -> None:
        """Say that nothing more comes."""
        if self.state is State.SENDING:
            self._command("FCUnpublish", 6.0, None, self._target.key)
            self._command("deleteStream", 7.0, None, float(self._stream))

    def data_to_send(self) -> bytes:
        """What the server must get now."""
        output = b"".join(self._output)
        self._output.clear()
        return output

    def _parse(self) -> Generator[None, None, None]:
        version = yield from self._buffer.take(1)
        if version[0] != handshake.VERSION:
            raise BadRtmp("handshake", f"version {version[0]}, not {handshake.VERSION}")
        signature = yield from self._buffer.take(handshake.SIGNATURE_BYTES)
        yield from self._buffer.take(handshake.SIGNATURE_BYTES)
        self._output.append(signature)  # 5.2.4: C2 echoes S1
        self._connect()
        while True:
            self._dispatch((yield from self._chunks.read()))

    def _dispatch(self, message: m.Message) -> None:
        if message.kind == m.SET_CHUNK_SIZE:
            self._chunks.chunk_bytes = min(max(m.number(message), 1), CHUNK_BYTES_MAX)
        elif message.kind == m.USER_CONTROL and message.body[:2] == m.PING_REQUEST.to_bytes(2, "big"):
            self._send(m.user_control(m.PING_RESPONSE, message.body[2:6]))
        elif message.kind == m.COMMAND:
            self._on_command(m.parse_command(message.body))

    def _on_command(self, command: m.Command) -> None:
        if command.name == "_error":
            raise Refused("refused", _said(command))
        if command.name == "onStatus":
            self._on_status(command)
        elif command.name == "_result" and command.transaction == CONNECT and self.state is State.CONNECTING:
            self.state = State.CREATING
            self._command("releaseStream", 2.0, None, self._target.key)
            self._command("FCPublish", 3.0, None, self._target.key)
            self._command("createStream", CREATE, None)
        elif command.name == "_result" and command.transaction == CREATE and self.state is State.CREATING:
            self._publish(command)

    def _publish(self, command: m.Command) -> None:
        number = command.arguments[0] if command.arguments else None
        if not isinstance(number, float) or not 0 < number < 1 << 31:
            raise BadRtmp("createStream", "was answered without a stream")
        self.state, self._stream = State.ASKING, int(number)
        self._send(m.command("publish", 5.0, None, self._target.key, "live", stream=self._stream))

    def _on_status(self, command: m.Command) -> None:
        info = command.arguments[0] if command.arguments else None
        values = info if isinstance(info, dict) else {}
        if values.get("level") == "error":
            raise Refused("refused", _said(command))
        if values.get("code") == "NetStream.Publish.Start" and self.state is State.ASKING:
            self.state = State.SENDING

    def _connect(self) -> None:
        self.state = State.CONNECTING
        self._send(m.control(m.SET_CHUNK_SIZE, CHUNK_BYTES_OUT))
        info: amf.Value = {
            "app": self._target.app,
            "type": "nonprivate",
            "flashVer": "FMLE/3.0 (compatible; Fenbo)",
            "tcUrl": self._target.tc_url,
        }
        self._send(m.command("connect", CONNECT, info))

    def _command(self, name: str, transaction: float, *values: amf.Value) -> None:
        self._send(m.command(name, transaction, *values))

    def _send(self, message: m.Message) -> None:
        number = COMMAND_CHUNKS if message.kind == m.COMMAND else CONTROL_CHUNKS
        self._output.extend(write(message, number, CHUNK_BYTES_OUT if self.state is not State.HELLO else 128))


def _said(command: m.Command) -> str:
    """The server's own words, cut short."""
    for value in (*command.arguments, command.info):
        if isinstance(value, dict):
            code, description = value.get("code"), value.get("description")
            return " ".join(text[:120] for text in (code, description) if isinstance(text, str)) or "no reason given"
    return "no reason given"
