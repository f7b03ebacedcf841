"""The shell with real sockets: limits, time-outs, refusals, and the programs people publish with."""

import asyncio
import contextlib
import json
import socket
from itertools import pairwise
from typing import Any

import pytest
import uvloop

from relay.errors import Refused
from relay.media import Kind, Packet
from relay.rtmp import handshake
from relay.rtmp import messages as m
from relay.rtmp.attempts import WRONG_MAX
from relay.rtmp.server import Connection
from relay.source import Slot, SourceState

ANSWER_BYTES = 1 + 2 * handshake.SIGNATURE_BYTES


def of(packets: list[Packet], kind: Kind) -> list[Packet]:
    return [packet for packet in packets if packet.track.kind is kind]


@pytest.mark.parametrize("rate", [44_100, 48_000])
async def test_ffmpeg_with_b_frames_and_aac(studio: Any, run: Any, ffmpeg: Any, collect: Any, rate: int) -> None:
    subscription = studio.broadcast.subscribe("test")
    process = await run(*ffmpeg(studio.url(), 3, rate=rate))
    assert await process.wait() == 0
    studio.broadcast.end()
    packets = await collect(subscription, lambda _: False)
    video, audio = of(packets, Kind.VIDEO), of(packets, Kind.AUDIO)
    assert len(video) == 90
    assert [packet.key for packet in video].count(True) == 3
    assert any(packet.pts != packet.dts for packet in video)
    assert all(packet.pts >= packet.dts for packet in video)
    steps = {after.dts - before.dts for before, after in pairwise(audio)}
    assert steps == {1024}  # exact, although RTMP says milliseconds
    assert len(audio) >= 3 * rate // 1024
    assert (video[0].track.width, video[0].track.height, audio[0].track.channels) == (320, 180, 2)
    assert studio.asked == [("primary-key", "127.0.0.1")]


async def test_what_came_in_is_what_was_sent(studio: Any, run: Any, ffmpeg: Any, collect: Any, tmp_path: Any) -> None:
    """The same encode goes to a file and to the server: all access units are equal, and so are their times."""
    file = tmp_path / "sent.flv"
    tee = ffmpeg(f"[f=flv]{file}|[f=flv]{studio.url()}", 2)
    tee[tee.index("flv")] = "tee"
    tee[tee.index("-f", len(tee) - 3) : -1] = ["-flags", "+global_header", "-map", "0", "-map", "1", "-f", "tee"]
    subscription = studio.broadcast.subscribe("test")
    process = await run(*tee)
    assert await process.wait() == 0, (await process.communicate())[1]
    studio.broadcast.end()
    packets = of(await collect(subscription, lambda _: False), Kind.VIDEO)
    probe = await asyncio.create_subprocess_exec(
        "ffprobe", "-v", "error", "-of", "json", "-show_packets", "-select_streams", "v", str(file),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    sent = json.loads((await probe.communicate())[0])["packets"]
    assert [(packet.dts - packets[0].dts) // 90 for packet in packets] == [one["dts"] - sent[0]["dts"] for one in sent]
    assert [(packet.pts - packet.dts) // 90 for packet in packets] == [one["pts"] - one["dts"] for one in sent]
    assert [packet.key for packet in packets] == [one["flags"].startswith("K") for one in sent]


async def test_an_encoder_that_comes_back_goes_on_where_it_was(
    studio: Any, run: Any, ffmpeg: Any, collect: Any, until: Any
) -> None:
    subscription = studio.broadcast.subscribe("test")
    for _ in range(2):
        process = await run(*ffmpeg(studio.url(), 1))
        assert await process.wait() == 0
        await until(lambda: not studio.broadcast.sources.by_slot)
    studio.broadcast.end()
    packets = await collect(subscription, lambda _: False)
    for kind in Kind:
        times = [packet.dts for packet in of(packets, kind)]
        assert len(times) >= 60
        assert times == sorted(set(times))
        rate = of(packets, kind)[0].track.clock_rate
        assert max(after - before for before, after in pairwise(times)) < rate // 5
        assert len({packet.track for packet in of(packets, kind)}) == 1  # same parameters: no discontinuity


async def test_a_killed_encoder_is_replaced_by_the_backup(
    studio: Any, run: Any, ffmpeg: Any, collect: Any, until: Any
) -> None:
    subscription = studio.broadcast.subscribe("test")
    sources = studio.broadcast.sources
    primary = await run(*ffmpeg(studio.url(), 60, realtime=True))
    await until(lambda: sources.on is not None)
    await run(*ffmpeg(studio.url("backup-key"), 60, realtime=True, rate=48_000))
    await until(lambda: Slot.BACKUP in sources.by_slot and sources.by_slot[Slot.BACKUP].cache.packets())
    primary.kill()
    packets = await collect(subscription, lambda found: found[-1].track.clock_rate == 48_000 and len(found) > 30)
    assert sources.on is sources.by_slot[Slot.BACKUP]
    video = of(packets, Kind.VIDEO)
    assert all(0 < after.dts - before.dts < 18_000 for before, after in pairwise(video))
    times = [packet.seconds for packet in of(packets, Kind.AUDIO)]
    assert all(0 < after - before < 0.2 for before, after in pairwise(times))


async def test_a_wrong_key_is_told_and_closed(studio: Any, script: Any, connect: Any) -> None:
    peer = await connect(studio, script.opening("guess"))
    said = await peer.rest()
    assert b"NetStream.Publish.BadName" in said
    assert b"no such stream key" in said
    assert studio.refused("bad_key") == 1


async def test_an_address_that_keeps_guessing_must_wait(studio: Any, script: Any, connect: Any) -> None:
    for _ in range(WRONG_MAX):
        guessing = await connect(studio, type(script)().opening("guess"))
        await guessing.rest()
        await guessing.close()
    peer = await connect(studio, type(script)().opening("guess"))
    assert b"too many wrong stream keys" in await peer.rest()
    assert len(studio.asked) == WRONG_MAX
    assert studio.refused("guessing") == 1
    studio.wait(61)
    peer = await connect(studio, type(script)().opening())
    await peer.hears(b"NetStream.Publish.Start")


async def test_a_guesser_with_a_new_ipv6_address_each_time_must_wait_and_his_neighbour_not(studio: Any) -> None:
    reasons = []
    for n in range(WRONG_MAX + 1):
        with pytest.raises(Refused) as refused:
            await studio.server.check("guess", f"2001:db8:1:2::{n:x}")
        reasons.append(refused.value.reason)
    assert reasons == ["bad_key"] * WRONG_MAX + ["guessing"]
    assert await studio.server.check("primary-key", "2001:db8:1:3::1")


async def test_newcomers_of_an_ipv6_household_count_together(open_studio: Any) -> None:
    async with open_studio(connections_max=8, newcomers_per_address_max=2) as studio:
        peers = [Connection(studio.server) for _ in range(4)]
        for peer, address in zip(peers, ("2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8:0:1::1"), strict=True):
            peer.connection_made(Wire(address))
        assert (studio.refused("address_limit"), studio.connections()) == (1, 3)
        for peer in peers:
            peer.connection_lost(None)


class Wire(asyncio.Transport):
    """A connection from an address that this machine does not have."""

    def __init__(self, address: str) -> None:
        super().__init__({"peername": (address, 5000, 0, 0)})

    def write(self, data: Any) -> None:
        """Nobody is there."""

    def abort(self) -> None:
        """Nobody is there."""


async def test_ffmpeg_sees_that_its_key_is_wrong(studio: Any, run: Any, ffmpeg: Any) -> None:
    process = await run(*ffmpeg(studio.url("guess"), 3))
    _, complaint = await process.communicate()
    assert process.returncode != 0
    assert b"no such stream key" in complaint


async def test_a_second_publisher_is_refused_and_the_first_goes_on(
    studio: Any, script: Any, connect: Any, publish: Any, collect: Any
) -> None:
    first = await publish(studio, script)
    subscription = studio.broadcast.subscribe("test")
    await collect(subscription, lambda found: len(found) == 2)
    second = await connect(studio, type(script)().opening())
    said = await second.rest()
    assert b"NetStream.Publish.BadName" in said
    assert b"another encoder is publishing with this key" in said
    first.say(script.picture(33))
    (picture,) = await collect(subscription, lambda found: len(found) == 1)
    assert picture.track.kind is Kind.VIDEO


async def test_a_silent_publisher_gives_way(studio: Any, script: Any, publish: Any, collect: Any) -> None:
    subscription = studio.broadcast.subscribe("test")
    first = await publish(studio, script)
    before = await collect(subscription, lambda found: len(found) == 2)
    studio.wait(1.1)
    await publish(studio, type(script)())
    assert b"another encoder took over" in await first.rest()
    after = await collect(subscription, lambda found: len(found) == 2)
    assert [packet.track.kind for packet in after] == [Kind.VIDEO, Kind.AUDIO]
    assert after[0].dts > before[0].dts


async def test_a_pipelined_publisher_waits_for_the_answer(
    studio: Any, script: Any, connect: Any, collect: Any, until: Any
) -> None:
    """Media that comes before `authorise` has answered is neither lost nor published early."""
    studio.may_answer.clear()
    subscription = studio.broadcast.subscribe("test")
    await connect(studio, script.opening() + script.headers() + script.picture(0, key=True))
    await until(lambda: studio.asked)
    assert not studio.broadcast.sources.by_slot
    studio.may_answer.set()
    assert len(await collect(subscription, lambda found: len(found) == 1)) == 1


async def test_a_failing_key_check_refuses(studio: Any, script: Any, connect: Any) -> None:
    peer = await connect(studio, script.opening("crash"))
    assert b"NetStream.Publish.Denied" in await peer.rest()


async def test_a_peer_that_leaves_while_its_key_is_checked(studio: Any, script: Any, connect: Any, until: Any) -> None:
    studio.may_answer.clear()
    peer = await connect(studio, script.opening())
    await until(lambda: studio.asked)
    await peer.close()
    studio.may_answer.set()
    await until(lambda: not studio.connections() or studio.broadcast.sources.by_slot)
    await until(lambda: not studio.broadcast.sources.by_slot)


@pytest.mark.parametrize(
    "garbage",
    [b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01" + bytes(200), bytes(5000), b"\x03" + b"\xff" * 5000],
    ids=["http", "tls", "zeros", "noise after the version"],
)
async def test_garbage_is_closed_and_nobody_else_notices(
    studio: Any, script: Any, connect: Any, publish: Any, collect: Any, garbage: bytes
) -> None:
    good = await publish(studio, script)
    subscription = studio.broadcast.subscribe("test")
    await collect(subscription, lambda found: len(found) == 2)
    bad = await connect(studio, garbage)
    await bad.rest()
    assert studio.refused("malformed") == 1
    good.say(script.picture(33))
    assert len(await collect(subscription, lambda found: len(found) == 1)) == 1


async def test_bad_media_closes_its_publisher(studio: Any, script: Any, publish: Any) -> None:
    peer = await publish(studio, script)
    peer.say(script.video(40, b"\x27\1\0\0\0\0\0\0\xff\x41"))
    await peer.rest()
    assert studio.refused("malformed") == 1
    assert studio.broadcast.sources.by_slot == {}


@pytest.mark.parametrize("steps", [b"", b"\x03", b"\x03" + bytes(1536)], ids=["nothing", "version", "half a handshake"])
async def test_half_open_peers_time_out(studio: Any, connect: Any, until: Any, steps: bytes) -> None:
    peer = await connect(studio, steps)
    await until(lambda: studio.connections() == 1)
    studio.wait(5.1)
    await peer.rest()
    assert studio.refused("silent") == 1


async def test_a_slow_peer_times_out_however_often_it_says_something(
    studio: Any, script: Any, connect: Any, until: Any
) -> None:
    peer = await connect(studio)
    await until(lambda: studio.connections() == 1)
    for byte in script.opening()[:60]:
        studio.wait(0.1)
        peer.say(bytes((byte,)))
        await peer.writer.drain()
    await peer.rest()
    assert studio.refused("silent") == 1


async def test_a_publisher_that_falls_silent_is_closed_and_the_broadcast_stays(
    studio: Any, script: Any, publish: Any, until: Any
) -> None:
    peer = await publish(studio, script)
    subscription = studio.broadcast.subscribe("test")
    await until(lambda: studio.broadcast.sources.on)
    studio.wait(11)
    await peer.rest()
    assert studio.refused("silent") == 1
    assert studio.broadcast.sources.on is None
    assert not subscription.closed


async def test_too_many_connections(open_studio: Any, connect: Any, until: Any) -> None:
    async with open_studio(connections_max=2) as studio:
        for _ in range(2):
            await connect(studio)
        await until(lambda: studio.connections() == 2)
        peer = await connect(studio, b"\x03" + bytes(1536))
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await peer.reader.readexactly(ANSWER_BYTES)
        assert studio.refused("over_limit") == 1


async def test_one_address_that_only_connects_keeps_nobody_out(
    open_studio: Any, script: Any, connect: Any, publish: Any, until: Any
) -> None:
    async with open_studio(connections_max=8, newcomers_per_address_max=2) as studio:
        await publish(studio, script)
        for _ in range(2):
            await connect(studio, b"\x03")
        await until(lambda: studio.connections() == 3)
        shut_out = await connect(studio, b"\x03" + bytes(1536))
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await shut_out.reader.readexactly(ANSWER_BYTES)
        assert (studio.refused("address_limit"), studio.refused("over_limit")) == (1, 0)
        reader, writer = await asyncio.open_connection("127.0.0.1", studio.port, local_addr=("127.0.0.2", 0))
        writer.write(type(script)().opening("backup-key"))
        await reader.readuntil(b"NetStream.Publish.Start")
        writer.close()


async def test_the_end_of_the_show_is_told(studio: Any, script: Any, publish: Any) -> None:
    peer = await publish(studio, script)
    source = next(iter(studio.broadcast.sources.by_slot.values()))
    studio.broadcast.end()
    assert b"the show has ended" in await peer.rest()
    assert source.state is SourceState.CLOSED


async def test_leaving_properly_frees_the_place_at_once(studio: Any, script: Any, publish: Any) -> None:
    peer = await publish(studio, script)
    peer.say(script.ending())
    await peer.hears(b"_result")
    assert studio.broadcast.sources.by_slot == {}
    peer.say(script.publish())
    await peer.hears(b"NetStream.Publish.Start")


async def test_a_peer_that_reads_no_answers_is_closed(studio: Any, script: Any, until: Any) -> None:
    studio.server._listeners[0].sockets[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    deaf = socket.socket()
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    deaf.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(deaf, ("127.0.0.1", studio.port))
    pings = script.message(m.user_control(m.PING_REQUEST, bytes(4)), 2) * 1000
    with contextlib.suppress(ConnectionError):
        await loop.sock_sendall(deaf, script.handshake())
        while not studio.refused("unread"):
            await loop.sock_sendall(deaf, pings)
    assert studio.refused("unread") == 1
    deaf.close()


def test_it_runs_on_uvloop(script: Any, open_studio: Any) -> None:
    async def publish() -> bytes:
        async with open_studio() as studio:
            reader, writer = await asyncio.open_connection("127.0.0.1", studio.port)
            writer.write(script.opening())
            said = await reader.readuntil(b"NetStream.Publish.Start")
            writer.close()
            return said

    assert b"NetConnection.Connect.Success" in uvloop.run(publish())
