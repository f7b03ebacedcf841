"""A server with one broadcast behind it, scripted peers, and the encoders that publish to it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from config.metrics import Metrics
from config.settings import RtmpSettings
from relay.errors import Refused
from relay.hub import Broadcast, GopLimits
from relay.media import Packet
from relay.rtmp import amf, handshake
from relay.rtmp import messages as m
from relay.rtmp.chunks import write
from relay.rtmp.server import Server
from relay.source import Slot, Source, SourcePolicy

KEYS = {"primary-key": Slot.PRIMARY, "backup-key": Slot.BACKUP}


class Script:
    """What a client says, as bytes, one method per step."""

    avc_record = bytes.fromhex("014d401fffe10018674d401fd900d83de6f01100000303e90000ea608f18324801000468ebe3cb")
    aac_config = bytes.fromhex("1210")

    def __init__(self, chunk_bytes: int = 128) -> None:
        self.chunk_bytes = chunk_bytes

    def handshake(self, version: int = 0) -> bytes:
        signature = bytes(4) + version.to_bytes(4, "big") + bytes(handshake.RANDOM_BYTES)
        return b"\x03" + signature + bytes(handshake.SIGNATURE_BYTES)

    def message(self, message: m.Message, number: int = 3) -> bytes:
        return b"".join(write(message, number, self.chunk_bytes))

    def command(self, name: str, transaction: float, *values: amf.Value, stream: int = 0) -> bytes:
        return self.message(m.command(name, transaction, *values, stream=stream))

    def connect(self, app: str = "live", **more: amf.Value) -> bytes:
        return self.command("connect", 1.0, {"app": app, "flashVer": "FMLE/3.0", "tcUrl": "rtmp://h/live", **more})

    def set_chunk_size(self, size: int) -> bytes:
        control = self.message(m.control(m.SET_CHUNK_SIZE, size), 2)
        self.chunk_bytes = size
        return control

    def publish(self, key: str = "primary-key") -> bytes:
        return self.command("publish", 5.0, None, key, "live", stream=1)

    def opening(self, key: str = "primary-key") -> bytes:
        """Everything up to publish, the way FFmpeg and OBS do it."""
        return (
            self.handshake()
            + self.connect()
            + self.command("releaseStream", 2.0, None, key)
            + self.command("FCPublish", 3.0, None, key)
            + self.command("createStream", 4.0, None)
            + self.publish(key)
        )

    def ending(self, key: str = "primary-key") -> bytes:
        return self.command("FCUnpublish", 6.0, None, key) + self.command("deleteStream", 7.0, None, 1.0)

    def video(self, timestamp: int, body: bytes) -> bytes:
        return self.message(m.Message(m.VIDEO, timestamp, 1, body), 6)

    def audio(self, timestamp: int, body: bytes) -> bytes:
        return self.message(m.Message(m.AUDIO, timestamp, 1, body), 4)

    def headers(self) -> bytes:
        return self.video(0, b"\x17\0\0\0\0" + self.avc_record) + self.audio(0, b"\xaf\0" + self.aac_config)

    def picture(self, timestamp: int, *, key: bool = False, payload: bytes = b"\x9a") -> bytes:
        unit = (b"\x65" if key else b"\x41") + payload
        return self.video(timestamp, (b"\x17" if key else b"\x27") + b"\1\0\0\0" + len(unit).to_bytes(4, "big") + unit)

    def sound(self, timestamp: int) -> bytes:
        return self.audio(timestamp, b"\xaf\1\x21\x10")


class Peer:
    """A scripted client on a real socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def say(self, data: bytes) -> None:
        self.writer.write(data)

    async def hears(self, words: bytes) -> None:
        await asyncio.wait_for(self.reader.readuntil(words), 10)

    async def rest(self) -> bytes:
        """Everything until the server closes."""
        return await asyncio.wait_for(self.reader.read(), 10)

    async def close(self) -> None:
        self.writer.close()
        with contextlib.suppress(ConnectionError):
            await self.writer.wait_closed()


@dataclass
class Studio:
    """What a test holds in its hands: a server on a free port and the broadcast its keys publish into."""

    server: Server
    broadcast: Broadcast
    metrics: Metrics
    port: int
    asked: list[tuple[str, str]] = field(default_factory=list)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    now_ns: int = 1_000_000_000  # the server's clock, which only the test moves

    def wait(self, seconds: float) -> None:
        self.now_ns += round(seconds * 1e9)

    def url(self, key: str = "primary-key") -> str:
        return f"rtmp://127.0.0.1:{self.port}/live/{key}"

    def refused(self, reason: str) -> float:
        value = self.metrics.registry.get_sample_value("fenbo_rtmp_refused_total", {"reason": reason})
        return value or 0.0

    def connections(self) -> float:
        return self.metrics.registry.get_sample_value("fenbo_rtmp_connections") or 0.0


@asynccontextmanager
async def opened(policy: SourcePolicy | None = None, **settings: Any) -> AsyncIterator[Studio]:
    metrics = Metrics(CollectorRegistry())
    broadcast = Broadcast("show", "epoch", GopLimits(), policy, metrics)

    async def authorise(key: str, address: str) -> Source:
        studio.asked.append((key, address))
        await studio.may_answer.wait()
        if key == "crash":
            raise OSError("the database is away")
        if key not in KEYS:
            raise Refused("bad_key", "no such stream key")
        return broadcast.attach(KEYS[key], address, server.clock())

    server = Server(RtmpSettings(**settings), authorise, metrics, lambda: studio.now_ns)
    studio = Studio(server, broadcast, metrics, await server.listen("127.0.0.1", 0))
    studio.may_answer.set()
    try:
        yield studio
    finally:
        broadcast.end()
        await server.close()


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def open_studio() -> Callable[..., AbstractAsyncContextManager[Studio]]:
    """`open_studio(policy, **rtmp settings)` for tests that want limits of their own."""
    return opened


@pytest.fixture
async def studio() -> AsyncIterator[Studio]:
    async with opened() as studio:
        yield studio


@pytest.fixture
async def connect() -> AsyncIterator[Callable[..., Any]]:
    """`connect(studio, data)`: a peer that has said `data`; closed at the end of the test."""
    peers: list[Peer] = []

    async def connected(studio: Studio, data: bytes = b"") -> Peer:
        peers.append(Peer(*await asyncio.open_connection("127.0.0.1", studio.port)))
        peers[-1].say(data)
        return peers[-1]

    yield connected
    for peer in peers:
        await peer.close()


@pytest.fixture
def publish(connect: Callable[..., Any]) -> Callable[..., Any]:
    """`publish(studio, script)`: a peer whose first key frame is on its way."""

    async def publishing(studio: Studio, script: Script, key: str = "primary-key") -> Peer:
        peer: Peer = await connect(studio, script.opening(key))
        await peer.hears(b"NetStream.Publish.Start")
        peer.say(script.headers() + script.picture(0, key=True) + script.sound(0))
        return peer

    return publishing


@pytest.fixture
def until() -> Callable[..., Any]:
    """Lets the loop run until the condition holds."""

    async def wait(condition: Callable[[], Any]) -> None:
        async with asyncio.timeout(30):
            while not condition():  # noqa: ASYNC110 (what is waited for has no event)
                await asyncio.sleep(0.001)

    return wait


@pytest.fixture
async def run() -> AsyncIterator[Callable[..., Any]]:
    """Starts a program; whatever still runs at the end of the test is killed."""
    running: list[asyncio.subprocess.Process] = []

    async def start(*command: str) -> asyncio.subprocess.Process:
        silent, pipe = asyncio.subprocess.DEVNULL, asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*command, stdin=silent, stdout=silent, stderr=pipe)
        running.append(process)
        return process

    yield start
    for process in running:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@pytest.fixture
def ffmpeg() -> Callable[..., list[str]]:
    """FFmpeg sending the way OBS does: H.264 high with B-frames, AAC stereo."""

    def command(url: str, seconds: float, *, realtime: bool = False, rate: int = 44_100, bframes: int = 2) -> list[str]:
        return [
            "ffmpeg", "-v", "error", *(["-re"] if realtime else []),
            "-f", "lavfi", "-i", f"testsrc2=size=320x180:rate=30:duration={seconds}",
            "-f", "lavfi", "-i", f"sine=frequency=440:sample_rate={rate}:duration={seconds}",
            "-c:v", "libx264", "-preset", "veryfast", "-bf", str(bframes), "-g", "30", "-profile:v", "high",
            "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "96k", "-ac", "2", "-f", "flv", url,
        ]  # fmt: skip

    return command


@pytest.fixture
def collect() -> Callable[..., Any]:
    """Reads a subscription until `enough(packets)`, or until the broadcast ends."""

    async def read(subscription: Any, enough: Callable[[list[Packet]], bool]) -> list[Packet]:
        found: list[Packet] = []
        async for packet in subscription:
            found.append(packet)
            if enough(found):
                break
        return found

    return read
