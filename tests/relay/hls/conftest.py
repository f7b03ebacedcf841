"""Real media for the tests: what FFmpeg encodes, taken apart by PyAV into packets as a source would make them."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import CollectorRegistry

from config.ladder import parse_ladder
from config.metrics import Metrics
from config.settings import BucketSettings, HlsSettings
from relay.hls import replay
from relay.hls.bucket import Bucket
from relay.hls.http import routes
from relay.hls.origin import Origin
from relay.hls.recording import Recordings
from relay.hls.store import Folder
from relay.hls.window import Window
from relay.hub import Broadcast, Hub
from relay.ladder import Ladders
from relay.media import VIDEO_CLOCK_RATE, Codec, Packet, Track
from tests.relay.hls.m3u8 import M3u8
from tests.relay.hls.s3 import Proxy, Server

VIDEO = {
    "h264": ("libx264", "-preset", "ultrafast", "-bf", "3", "-x264-params", "b-pyramid=normal:scenecut=0"),
    "hevc": (
        "libx265",
        "-preset",
        "ultrafast",
        "-tag:v",
        "hvc1",
        "-x265-params",
        "log-level=error:scenecut=0:open-gop=0",
    ),
    "av1": ("libsvtav1", "-preset", "12"),
}
AUDIO = ("-c:a", "aac", "-ar", "48000", "-ac", "2")
CODECS = {"libdav1d": Codec.AV1} | {codec.value: codec for codec in Codec}
START_SECONDS = 1  # where the time line of a broadcast begins


@dataclass(frozen=True)
class Clip:
    """Packets in the order they would arrive."""

    packets: list[Packet]

    def of(self, kind: str) -> list[Packet]:
        return [packet for packet in self.packets if packet.track.kind == kind]

    @property
    def tracks(self) -> tuple[Track, ...]:
        return tuple({packet.track: None for packet in self.packets})

    def again(self, seconds: float) -> "Clip":
        """The same later, from another source: new tracks."""
        tracks = {track: replace(track) for track in self.tracks}
        return Clip([later(packet, seconds, tracks[packet.track]) for packet in self.packets])


def later(packet: Packet, seconds: float, track: Track | None = None) -> Packet:
    ticks = round(seconds * packet.track.clock_rate)
    received = packet.received_ns + round(seconds * 1e9)
    return replace(
        packet, track=track or packet.track, pts=packet.pts + ticks, dts=packet.dts + ticks, received_ns=received
    )


def encode(folder: Path, seconds: float, rate: str, gop: int, audio: bool, video: bool, codec: str) -> Path:
    file = folder / "clip.mp4"
    command = ["ffmpeg", "-v", "error", "-y"]
    if video:
        command += ["-f", "lavfi", "-i", f"testsrc2=size=320x180:rate={rate}"]
    if audio:
        command += ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"]
    command += [*(("-c:v", *VIDEO[codec], "-g", str(gop)) if video else ()), *(AUDIO if audio else ())]
    subprocess.run([*command, "-t", str(seconds), str(file)], check=True)
    return file


def track_of(stream: av.VideoStream | av.AudioStream) -> Track:
    context = stream.codec_context
    config = context.extradata or b""
    if stream.type == "video":
        return Track(CODECS[context.name], VIDEO_CLOCK_RATE, config, context.width, context.height)
    return Track(CODECS[context.name], context.sample_rate, config, channels=context.layout.nb_channels)


def packets_of(file: Path) -> Clip:
    """Packets by decode time, each received when its decode time has come."""
    found = []
    with av.open(str(file)) as container:
        tracks = {stream.index: track_of(stream) for stream in container.streams}
        for packet in container.demux():
            if packet.dts is None:
                continue
            track = tracks[packet.stream.index]

            def ticks(time: int, base: Fraction = packet.time_base, rate: int = track.clock_rate) -> int:
                return round(time * base * rate) + START_SECONDS * rate

            data = bytes(packet)
            one = Packet(track, ticks(packet.pts), ticks(packet.dts), packet.is_keyframe, data)
            found.append(replace(one, received_ns=int(one.seconds * 1e9)))
    return Clip(sorted(found, key=lambda packet: packet.seconds))


@pytest.fixture(scope="session")
def make_clip(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Clip]]:
    """`make_clip(seconds, rate="30", gop=60, audio=True, video=True, codec="h264")`, encoded once for each set."""
    made: dict[tuple[object, ...], Clip] = {}

    def make(
        seconds: float, rate: str = "30", gop: int = 60, *, audio: bool = True, video: bool = True, codec: str = "h264"
    ) -> Clip:
        key = (seconds, rate, gop, audio, video, codec)
        if key not in made:
            made[key] = packets_of(encode(tmp_path_factory.mktemp("clip"), *key))
        return made[key]

    yield make


@pytest.fixture(scope="session")
def clip(make_clip: Callable[..., Clip]) -> Clip:
    """Ten seconds as OBS sends them: 30 fps with B-frames, a key frame every two seconds, AAC."""
    return make_clip(10)


@dataclass(frozen=True)
class Traf:
    """What a track fragment says of its samples, read independently of the writer."""

    track_id: int
    decode_time: int
    durations: list[int]
    offsets: list[int]
    keys: list[bool]
    data: bytes

    @property
    def duration(self) -> int:
        return sum(self.durations)


def boxes(data: bytes, begin: int = 0, end: int | None = None) -> list[tuple[str, int, int]]:
    """(type, begin, end) of the boxes in a range; begin is behind the header."""
    found, end = [], len(data) if end is None else end
    while begin < end:
        size = int.from_bytes(data[begin : begin + 4], "big")
        assert 8 <= size <= end - begin, "a box runs out of its parent"
        found.append((data[begin + 4 : begin + 8].decode("ascii"), begin + 8, begin + size))
        begin += size
    return found


def child(data: bytes, parent: tuple[str, int, int], kind: str) -> tuple[str, int, int]:
    return next(box for box in boxes(data, *parent[1:]) if box[0] == kind)


def read_traf(data: bytes, moof_at: int, traf: tuple[str, int, int]) -> Traf:
    def number(at: int, size: int = 4, signed: bool = False) -> int:
        return int.from_bytes(data[at : at + size], "big", signed=signed)

    tfhd, tfdt, trun = (child(data, traf, kind)[1] for kind in ("tfhd", "tfdt", "trun"))
    assert number(tfhd) & 0x20000, "offsets count from moof"
    assert data[tfdt] == 1, "64-bit decode times"
    default = number(tfhd + 8) if number(tfhd) & 0x8 else 0
    flags, count, at = number(trun) & 0xFFFFFF, number(trun + 4), trun + 12
    media = moof_at + number(trun + 8, signed=True)
    rows = []
    for _ in range(count):
        row = []
        for flag in (0x100, 0x200, 0x400, 0x800):
            row.append(number(at, signed=flag == 0x800) if flags & flag else None)
            at += 4 if flags & flag else 0
        rows.append(row)
    size = sum(row[1] for row in rows)
    return Traf(
        number(tfhd + 4),
        number(tfdt + 4, 8),
        [default if row[0] is None else row[0] for row in rows],
        [row[3] or 0 for row in rows],
        [row[2] is None or not row[2] & 0x10000 for row in rows],
        data[media : media + size],
    )


@pytest.fixture(scope="session")
def read_fragments() -> Callable[[bytes], list[Traf]]:
    """All track fragments of a part or segment, in order."""

    def read(data: bytes) -> list[Traf]:
        found = []
        for box in boxes(data):
            if box[0] == "moof":
                trafs = [one for one in boxes(data, *box[1:]) if one[0] == "traf"]
                found += [read_traf(data, box[1] - 8, traf) for traf in trafs]
        return found

    return read


class Clock:
    """Stands still until told: `time` is Unix seconds, and both move together."""

    def __init__(self, unix: float = 1_800_000_000.0) -> None:
        self.started, self.now = unix, 0.0

    def time(self) -> float:
        return self.started + self.now

    def monotonic_ns(self) -> int:
        return int(self.now * 1e9)


class Live:
    """A broadcast on a real server: packets go in when a test says so."""

    def __init__(self, origin: Origin, client: TestClient, broadcast: Broadcast, clock: Clock) -> None:
        self.origin, self.client, self.broadcast, self.clock = origin, client, broadcast, clock
        self._rest: list[Packet] = []

    @property
    def base(self) -> str:
        return f"/live/{self.broadcast.name}/{self.broadcast.epoch}/"

    @property
    def window(self) -> Window:
        output = self.origin.find(self.broadcast.name, self.broadcast.epoch)
        assert output is not None
        return output.window

    async def feed(self, clip: Clip | None = None, until: float = 1e9) -> None:
        """Publish a clip, or what is left of the last one, up to a time on its line; returns when it is packaged."""
        packets = self._rest if clip is None else clip.packets
        self._rest = [packet for packet in packets if packet.seconds >= until]
        for packet in packets:
            if packet.seconds < until:
                self.clock.now = packet.received_ns / 1e9
                self.broadcast.publish(packet)
                if packet.key and packet.track.kind == "video":
                    await self.turn()  # well before the queue of a subscriber is full
        await self.turn()

    async def turn(self) -> None:
        """Let the loop do what is ready, and what follows from that."""
        for _ in range(20):
            await asyncio.sleep(0)

    async def held(self, count: int = 1) -> None:
        """Returns when that many requests are held by the server."""
        for _ in range(100_000):
            if self.origin.metrics.registry.get_sample_value("fenbo_hls_waiting") == count:
                return
            await asyncio.sleep(0)
        raise AssertionError(f"{count} requests were not held")

    async def get(self, name: str, status: int = 200, **headers: str) -> ClientResponse:
        response = await self.client.get(self.base + name, headers={"Accept-Encoding": "identity"} | headers)
        await response.read()
        assert response.status == status, f"{name}: {await response.text()}"
        return response

    async def media(self, query: str = "", folder: str = "") -> "M3u8":
        return M3u8(await (await self.get(f"{folder}media.m3u8{query}")).text())

    async def settled(self, folder: str) -> "M3u8":
        """The playlist of a rung that has come as far as its source."""
        msn, part = self.window.last_part
        async with asyncio.timeout(40):
            playlist = await self.media(f"?_HLS_msn={msn}&_HLS_part={part}", folder)
            while self.window.ended and not playlist.ended:
                await asyncio.sleep(0)
                playlist = await self.media(folder=folder)
        return playlist


@pytest.fixture
def metrics() -> Metrics:
    return Metrics(CollectorRegistry())


@pytest.fixture
async def live(metrics: Metrics) -> AsyncIterator[Live]:
    """A server with the origin's addresses, and a broadcast that has begun."""
    async with serve(metrics, HlsSettings()) as one:
        yield one


@pytest.fixture
def serving(metrics: Metrics) -> Callable[..., AbstractAsyncContextManager[Live]]:
    """`async with serving(part_ms_target=...)`: with other settings; `recorded_in` a folder, `ladder` rungs."""
    return lambda recorded_in=None, ladder=(), **options: serve(metrics, HlsSettings(**options), recorded_in, ladder)


async def everybody(broadcast: str) -> bool:
    return broadcast != "withdrawn"


@asynccontextmanager
async def serve(
    metrics: Metrics, settings: HlsSettings, folder: Path | None = None, ladder: Sequence[str] = ()
) -> AsyncIterator[Live]:
    clock = Clock()
    recordings = None if folder is None else Recordings(folder, metrics, clock=clock.time)
    ladders = Ladders(parse_ladder(ladder), metrics=metrics)
    origin = Origin(settings, metrics, clock, recordings, ladders=ladders)
    app = web.Application()
    app.add_routes([*routes(origin), *replay.routes(origin, everybody)])
    broadcast = Hub().open("show", "e1")
    origin.open(broadcast)
    async with TestClient(TestServer(app), auto_decompress=False) as client:
        yield Live(origin, client, broadcast, clock)
        await origin.close_all()


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real S3 server."""
    server = Server(tmp_path_factory.mktemp("s3"))
    yield server
    server.stop()


@pytest.fixture
def make_settings(s3: Server, tmp_path: Path) -> Callable[..., BucketSettings]:
    """`make_settings(endpoint=...)`: of a bucket, below a prefix of this test's own."""
    return lambda **changes: s3.bucket(tmp_path.name, **changes)


@pytest.fixture
def make_bucket(make_settings: Callable[..., BucketSettings]) -> Callable[..., Bucket]:
    """`make_bucket(endpoint=...)`: this test's own bucket."""
    return lambda **changes: Bucket(make_settings(**changes))


@pytest.fixture
def bucket(make_bucket: Callable[..., Bucket]) -> Bucket:
    return make_bucket()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "store")


@pytest.fixture
def proxy() -> Iterator[Callable[..., Proxy]]:
    """`proxy(port, fail=lambda number: ..., hang=False)`: see `Proxy`."""
    made: list[Proxy] = []

    def make(port: int, fail: Callable[[int], bool], *, hang: bool = False) -> Proxy:
        made.append(Proxy(port, fail, hang=hang))
        return made[-1]

    yield make
    for one in made:
        one.stop()
