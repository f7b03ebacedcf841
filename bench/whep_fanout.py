"""The fan-out alone: packets to loopback sockets, without signalling, DTLS or a source. `python -m bench.whep_fanout`

    python -m bench.whep_fanout [--viewers 20,200,500] [--seconds 5] [compiled python]

What the kernel spends on delivery to the local receivers is in the figure: on loopback it runs in the sender's time.
They take whole runs (`whep_counter.coalesce`), which makes that as cheap as handing them to a network card.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import socket
import time
from multiprocessing.connection import Connection
from typing import Literal

from pylibsrtp import Policy

from bench.cpu import Meter, Spent
from bench.whep_counter import Counter, Tally, coalesce
from relay.media import Kind
from relay.webrtc import srtp
from relay.webrtc.lanes import Fanout, open_fanout
from relay.webrtc.legs import Feed, LaneStats, LegParams, Source
from relay.webrtc.packetise import Frame, h264_payloads
from relay.webrtc.session import SrtpKeys

FPS, GOP = 30, 60
KEY_BYTES, FRAME_BYTES, SOUND_BYTES = 60_000, 9_400, 267  # 2.5 Mb/s
KEPT = 60
RECEIVE_BYTES = 1 << 20
DRAIN_S = 0.5


class Address:
    kind: Literal["udp", "tcp"] = "udp"

    def __init__(self, address: tuple[str, int]) -> None:
        self.address = address

    def send(self, _: bytes) -> None:
        raise AssertionError("the lane sends by itself")


def receive(count: int, pipe: Connection) -> None:
    """The other process: sockets that count until told to stop."""
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(count)]
    for one in sockets:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
        one.bind(("127.0.0.1", 0))
        coalesce(one)
    pipe.send([one.getsockname() for one in sockets])
    counter, tallies = Counter(), [Tally() for _ in sockets]
    stop_at = float("inf")
    while time.monotonic() < stop_at:
        for one, tally in zip(sockets, tallies, strict=True):
            counter.drain(one, 96, tally, lambda _: None)
        if pipe.poll(0.02):
            pipe.recv()
            stop_at = time.monotonic() + DRAIN_S
    pipe.send(sum(tally.packets for tally in tallies))


def legs(fanout: Fanout, addresses: list[tuple[str, int]]) -> list[Feed]:
    feeds: dict[int, Feed] = {}
    for address in addresses:
        lane = fanout.take()
        feed = feeds.setdefault(lane, feeds.get(lane) or fanout.lane(lane).open())
        keys = SrtpKeys(Policy.SRTP_PROFILE_AEAD_AES_128_GCM, os.urandom(28), os.urandom(28))
        params = (Source(1, 96, 1), Source(2, 97, 1), Source(3, 111, 1), None)
        feed.add(LegParams(srtp.open_media(keys), Address(address), *params))
    return list(feeds.values())


async def play(feeds: list[Feed], seconds: float) -> None:
    """Video at its rate, sound with each picture."""
    began = time.monotonic()
    for number in range(int(seconds * FPS)):
        key = number % GOP == 0
        units = [bytes(30), bytes(8), b"\x65" + bytes(KEY_BYTES)] if key else [b"\x41" + bytes(FRAME_BYTES)]
        frame = Frame(Kind.VIDEO, key, number * 3000, tuple(h264_payloads(units)), time.monotonic_ns())
        heard = Frame(Kind.AUDIO, True, number * 1600, (bytes(SOUND_BYTES),), time.monotonic_ns())
        for feed in feeds:
            feed.push(number, frame, max(0, number - KEPT), heard)
        await asyncio.sleep(max(0.0, began + (number + 1) / FPS - time.monotonic()))
    await asyncio.sleep(DRAIN_S)


async def run(kind: str, count: int, seconds: float) -> None:
    ours, theirs = multiprocessing.Pipe()
    receiver = multiprocessing.Process(target=receive, args=(count, theirs), daemon=True)
    receiver.start()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.setblocking(False)
        udp.bind(("127.0.0.1", 0))
        fanout = open_fanout(udp, compiled=kind == "compiled")
        feeds = legs(fanout, ours.recv())
        meter = Meter(os.getpid())
        await play(feeds, seconds)
        spent, stats = meter.spent(), fanout.lane(0).stats()
        ours.send(None)
        show(kind, count, spent, stats, ours.recv())
        fanout.close()
    receiver.join()


def show(kind: str, count: int, spent: Spent, stats: LaneStats, arrived: int) -> None:
    latencies = sorted(stats.latencies_us)
    print(
        f"{kind:9} {count:4} viewers  {spent.cpu / stats.packets * 1e6:5.2f} us/packet  {spent.load:.3f} cores"
        f"  {stats.packets} sent, {stats.packets - arrived} lost, {stats.frames_dropped} frames dropped"
        f"  forward p50 {latencies[len(latencies) // 2]} p99 {latencies[int(len(latencies) * 0.99)]} us"
        f"  steal {spent.steal:.1%}  load {os.getloadavg()[0]:.1f}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.whep_fanout")
    parser.add_argument("kinds", nargs="*", default=["compiled", "python"])
    parser.add_argument("--viewers", default="20,200,500")
    parser.add_argument("--seconds", type=float, default=5.0)
    chosen = parser.parse_args()
    for count in map(int, chosen.viewers.split(",")):
        for kind in chosen.kinds:
            asyncio.run(run(kind, count, chosen.seconds))


if __name__ == "__main__":
    main()
