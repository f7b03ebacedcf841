"""WHEP: what a viewer costs, Fenbo beside the servers one could use instead, all in one run of less than six minutes.

    python -m bench.whep [--seconds 3] [--rounds 1] [--viewers 1,20,100,200,500] [run ...]

Server CPU is utime + stime of the whole process; a packet is one RTP packet that arrived at a viewer. The load runs on
the same machine, and loopback delivers in the sender's time, so ratios between servers are worth more than the figures
themselves: the host's and the neighbours' load moves all of them. The viewers' sockets take whole runs of packets
(`whep_counter.coalesce`), which makes delivery as cheap as handing them to a network card; "plain sockets" shows Fenbo
without that, "the kernel's floor" what a sender costs that does nothing but send.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from typing import Any

import uvloop
from rich.console import Console
from rich.table import Table

from bench import report, whep_row
from bench.peers import servers
from bench.peers.janus import janus
from bench.peers.servers import Server
from bench.whep_crowd import Watched, climb
from bench.whep_joins import joins
from bench.whep_row import Joins, Row, best

FULL_LOAD = 0.80  # cores: a server this busy with fewer viewers is not asked for more


@dataclass(frozen=True, slots=True)
class Run:
    """A server and the numbers of viewers it is asked for, one after the other."""

    start: Callable[[], AbstractContextManager[Server]]
    viewers: tuple[int, ...]
    coalesced: bool = True


RUNS = {
    "compiled": Run(lambda: servers.fenbo("compiled"), (1, 20, 100, 200, 500)),
    "pion": Run(servers.pion, (20, 100, 200)),
    "janus-loop": Run(lambda: janus(1), (100, 200)),
    "pion-bare": Run(lambda: servers.pion("-bare"), (100, 200)),
    "python": Run(lambda: servers.fenbo("python"), (20, 200, 500)),
    "mediamtx": Run(servers.mediamtx, (100, 200)),
    "janus": Run(janus, (100,)),
    "pion-cm": Run(lambda: servers.pion("-cm"), (100,)),
    "aiortc": Run(servers.aiortc, (20, 100)),
    "plain": Run(lambda: servers.fenbo("compiled"), (200, 500), coalesced=False),
}
AGAIN = ("compiled", "pion", "janus-loop", "pion-bare")  # a second time, at AGAIN_VIEWERS: the targets are about these
AGAIN_VIEWERS = 200
FLOORS = ((200, False), (500, False), (200, True))


async def climbed(run: Run, viewers: list[int], seconds: float) -> AsyncIterator[Row]:
    with run.start() as server:
        load = climb(server.pid, server.post, viewers, seconds, coalesced=run.coalesced, metrics=server.metrics)
        async for seen in load:
            yield row(server, seen, plain=not run.coalesced)
            if seen.spent.load > FULL_LOAD or seen.failed:
                return


def row(server: Server, seen: Watched, *, plain: bool) -> Row:
    return Row(
        server=server.name + (", plain sockets" if plain else ""),
        version=server.version,
        how=server.how,
        viewers=seen.viewers,
        failed=seen.failed,
        us_per_packet=round(seen.us_per_packet, 2),
        cores=round(seen.spent.load, 3),
        packets_per_viewer_s=round(seen.packets / seen.spent.wall / max(1, seen.viewers), 1),
        lost=seen.lost,
        rss_kb_per_viewer=round(seen.rss_bytes / max(1, seen.viewers) / 1024, 1),
        join_cpu_ms=round(seen.join_cpu * 1000, 2),
        first_packet_ms_p95=_p95_ms([one.first_packet for one in seen.times]),
        key_frame_ms_p95=_p95_ms([one.key_frame for one in seen.times]),
        forward_ms_p99=None if seen.forward_s is None else round(seen.forward_s * 1000, 1),
        steal=round(seen.spent.steal, 3),
        load_average=round(os.getloadavg()[0], 1),
    )


def _p95_ms(times: list[float | None]) -> float:
    known = sorted(one for one in times if one is not None)
    return round(known[int(len(known) * 0.95)] * 1000) if known else 0.0


async def floor(viewers: int, seconds: float, *, single: bool) -> Row:
    """`whep_floor` in a process of its own."""
    arguments = ["--viewers", str(viewers), "--seconds", str(seconds), *(["--single"] if single else [])]
    command = [sys.executable, "-m", "bench.whep_floor", *arguments]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    found: dict[str, Any] = json.loads((await process.communicate())[0])
    return Row(
        server="the kernel's floor, " + ("a message a packet" if single else "a message a frame"),
        version="bench/whep_floor.py",
        how="sendmmsg" + ("" if single else " with UDP_SEGMENT") + ", no encryption, nothing else",
        viewers=viewers,
        failed=0,
        us_per_packet=round(found["us_per_packet"], 2),
        cores=round(found["cores"], 3),
        packets_per_viewer_s=300.0,
        lost=int(found["lost"]),
        steal=round(found["steal"], 3),
        load_average=round(os.getloadavg()[0], 1),
    )


async def measure(names: list[str], limit: list[int], rounds: int, seconds: float) -> AsyncIterator[Row | Joins]:
    """All of them once, the ones that matter most twice: what disturbs the machine for a while is not in both."""
    for _ in range(rounds):
        for name in names:
            async for one in _named(name, [n for n in RUNS[name].viewers if n in limit], seconds):
                yield one
        for viewers, single in FLOORS:
            if viewers in limit:
                yield await floor(viewers, seconds, single=single)
        for name in AGAIN:
            if name in names and AGAIN_VIEWERS in limit:
                async for one in _named(name, [AGAIN_VIEWERS], seconds):
                    yield one
    with RUNS["compiled"].start() as server:
        yield await joins(server)


async def _named(name: str, viewers: list[int], seconds: float) -> AsyncIterator[Row]:
    try:
        async for one in climbed(RUNS[name], viewers, seconds):
            yield one
    except FileNotFoundError as missing:
        print(f"{name} is left out: {missing}", flush=True)


async def run(names: list[str], limit: list[int], rounds: int, seconds: float, found: list[Row]) -> list[Row]:
    """Saved after every figure, so that an interrupted run leaves what it has. `found` is what there is already."""
    joined: list[Joins] = []
    command = f"python -m bench.whep --seconds {seconds:g} --rounds {rounds}"
    async for one in measure(names, limit, rounds, seconds):
        if isinstance(one, Row):
            found.append(one)
        else:
            joined.append(one)
        print(json.dumps(asdict(one)), flush=True)
        whep_row.save(found, joined, report.machine(), command)
    return best(found)


def show(rows: list[Row]) -> None:
    table = Table(*whep_row.COLUMNS, title="WHEP", title_justify="left")
    for line in whep_row.cells(rows):
        table.add_row(*line)
    Console(width=180).print(table)


async def rows() -> list[report.Row]:
    """For `python -m bench`: Fenbo's figures beside the kernel's floor; the peers have a table of their own."""
    viewers = sorted({count for one in RUNS.values() for count in one.viewers})
    found = await run(list(RUNS), viewers, 1, 3.0, [])
    show(found)
    floors = {one.viewers: one.us_per_packet for one in found if one.server.endswith("a message a frame")}
    return [
        report.Row(
            what=f"WHEP packet, {one.viewers} viewers, {one.server.partition(', ')[2]}",
            unit="us of CPU a packet",
            fenbo=one.us_per_packet,
            bare=floors.get(one.viewers),
            steal=one.steal,
            how="720p30 at 2.5 Mb/s with sound, the whole server, loopback; bare: sendmmsg without anything else",
            more={"lost": one.lost, "join_cpu_ms": one.join_cpu_ms, "kb_per_viewer": one.rss_kb_per_viewer},
        )
        for one in found
        if one.server.startswith("Fenbo")
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.whep")
    parser.add_argument("runs", nargs="*", default=list(RUNS), metavar="run", help=", ".join(RUNS))
    parser.add_argument("--viewers", default="1,20,100,200,500")
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--more", action="store_true", help="add to the rounds that are kept")
    chosen = parser.parse_args()
    found = whep_row.kept()[0] if chosen.more else []
    limit = [int(count) for count in chosen.viewers.split(",")]
    show(uvloop.run(run(chosen.runs, limit, chosen.rounds, chosen.seconds, found)))


if __name__ == "__main__":
    main()
