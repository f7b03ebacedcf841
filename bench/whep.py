"""WHEP: what a viewer costs, Fenbo beside the servers one could use instead, all in one interleaved run.

    python -m bench.whep [--viewers 1,20,100,200,500] [--seconds 8] [--rounds 2] [server ...]

Server CPU is utime + stime of the whole process; a packet is one RTP packet that arrived at a viewer. The load runs on
the same machine, so ratios between servers are worth more than the figures themselves: the host's and the neighbours'
load moves all of them.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import uvloop
from rich.console import Console
from rich.table import Table

from bench import report
from bench.peers import servers
from bench.peers.janus import janus
from bench.peers.servers import Server
from bench.report import RESULTS, machine
from bench.whep_crowd import Watched, watch

Start = Callable[[], AbstractContextManager[Server]]
SERVERS: dict[str, Start] = {
    "compiled": lambda: servers.fenbo("compiled"),
    "python": lambda: servers.fenbo("python"),
    "janus": janus,
    "janus-loop": lambda: janus(1),
    "pion": servers.pion,
    "pion-cm": lambda: servers.pion("-cm"),
    "pion-bare": lambda: servers.pion("-bare"),
    "mediamtx": servers.mediamtx,
    "aiortc": servers.aiortc,
}
VIEWERS = (1, 20, 100, 200, 500)
FULL_LOAD = 0.85  # of a core on its main thread: a server this busy with fewer viewers is not asked for more
ATTEMPTS_MAX = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One server with one number of viewers: the run with the least steal. Times in milliseconds."""

    server: str
    version: str
    viewers: int
    failed: int
    us_per_packet: float
    cores: float
    packets_per_viewer_s: float
    lost: int
    rss_kb_per_viewer: float
    join_cpu_ms: float
    connected_ms: float
    first_packet_ms: float
    key_frame_ms: float
    key_frame_ms_p95: float
    steal: float
    load_average: float


def row(server: Server, seen: Watched, load_average: float) -> Row:
    count = max(1, seen.viewers)
    return Row(
        server.name,
        server.version,
        seen.viewers,
        seen.failed,
        round(seen.us_per_packet, 2),
        round(seen.spent.load, 3),
        round(seen.packets / seen.spent.wall / count, 1),
        seen.lost,
        round(seen.rss_bytes / count / 1024, 1),
        round(seen.join_cpu * 1000, 2),
        *(
            round(statistics.median(times or [0]) * 1000)
            for times in (seen.connected, seen.first_packet, seen.key_frame)
        ),
        round((seen.key_frame or [0])[int(len(seen.key_frame) * 0.95)] * 1000),
        round(seen.spent.steal, 3),
        load_average,
    )


def _median_ms(times: list[float]) -> int:
    return round(statistics.median(times or [0]) * 1000)


async def measured(start: Start, viewers: int, seconds: float) -> Row:
    """Repeated while the host took more than 5 % of a core away."""
    rows = []
    for _ in range(ATTEMPTS_MAX):
        with start() as server:
            seen = await watch(server.pid, server.post, viewers, seconds)
        rows.append(row(server, seen, os.getloadavg()[0]))
        if seen.spent.clean:
            break
    return min(rows, key=lambda one: one.steal)


async def runs(names: list[str], viewers: list[int], rounds: int, seconds: float) -> AsyncIterator[Row]:
    """Server after server, round after round: what disturbs the machine for a while disturbs all of them."""
    full: dict[str, int] = {}
    for count in viewers:
        for _ in range(rounds):
            for name in names:
                if full.get(name, count) < count:
                    continue
                try:
                    found = await measured(SERVERS[name], count, seconds)
                except FileNotFoundError as missing:
                    print(f"{name} is left out: {missing}", flush=True)
                    full[name] = 0
                    continue
                if found.cores > FULL_LOAD:
                    full[name] = count
                yield found


def best(rows: list[Row]) -> list[Row]:
    """Of each server and number the round that cost least: disturbance only adds."""
    kept: dict[tuple[str, int], Row] = {}
    for one in rows:
        key = one.server, one.viewers + one.failed
        if key not in kept or one.us_per_packet < kept[key].us_per_packet:
            kept[key] = one
    return list(kept.values())


def ratios(rows: list[Row]) -> dict[tuple[str, int], float]:
    """How many times a server's packet costs what the compiled Fenbo's does with as many viewers."""
    ours = {one.viewers: one.us_per_packet for one in rows if one.server == "Fenbo, compiled"}
    return {(one.server, one.viewers): one.us_per_packet / ours[one.viewers] for one in rows if ours.get(one.viewers)}


COLUMNS = (
    "server",
    "viewers",
    "us/packet",
    "x Fenbo",
    "cores",
    "packets/s",
    "lost",
    "KB/viewer",
    "ms CPU/join",
    "key frame ms",
)


def cells(rows: list[Row]) -> Iterator[list[str]]:
    times = ratios(rows)
    for one in rows:
        ratio = times.get((one.server, one.viewers))
        yield [
            one.server + (f" ({one.failed} failed)" if one.failed else ""),
            str(one.viewers),
            f"{one.us_per_packet:.2f}",
            f"{ratio:.1f}" if ratio else "",
            f"{one.cores:.2f}",
            f"{one.packets_per_viewer_s:.0f}",
            str(one.lost),
            f"{one.rss_kb_per_viewer:.0f}",
            f"{one.join_cpu_ms:.1f}",
            f"{one.key_frame_ms} / {one.key_frame_ms_p95}",
            f"{one.steal:.1%}",
        ]


def show(rows: list[Row]) -> None:
    table = Table(*COLUMNS, "steal", title="WHEP", title_justify="left")
    for line in cells(rows):
        table.add_row(*line)
    Console(width=150).print(table)


def save(rows: list[Row], rounds: list[Row]) -> None:
    """Beside the other benches' results, in a folder of its own: its rows are of another kind."""
    folder = RESULTS / "webrtc"
    folder.mkdir(parents=True, exist_ok=True)
    run = {"bench": "whep", "at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine()}
    run |= {"rows": [asdict(one) for one in rows], "rounds": [asdict(one) for one in rounds]}
    (folder / "whep.json").write_text(json.dumps(run, indent=2) + "\n", "utf-8")


def kept() -> list[Row]:
    """The rounds of the run before."""
    return [Row(**one) for one in json.loads((RESULTS / "webrtc" / "whep.json").read_text("utf-8"))["rounds"]]


async def run(names: list[str], viewers: list[int], rounds: int, seconds: float, found: list[Row]) -> list[Row]:
    """Saved after every run, so that an interrupted one leaves what it has. `found` is what there is already."""
    async for one in runs(names, viewers, rounds, seconds):
        found.append(one)
        print(json.dumps(asdict(one)), flush=True)
        save(best(found), found)
    return best(found)


async def rows() -> list[report.Row]:
    """For `python -m bench`: Fenbo's figures; the peers' stand beside them in results/webrtc and on the screen."""
    found = await run(list(SERVERS), list(VIEWERS), 1, 8.0, [])
    show(found)
    return [
        report.Row(
            what=f"WHEP packet, {one.viewers} viewers, {one.server.partition(', ')[2]}",
            unit="us of CPU a packet",
            fenbo=one.us_per_packet,
            steal=one.steal,
            how="720p30 at 2.5 Mb/s with sound, the whole server, loopback; peers in results/webrtc/whep.json",
            more={"lost": one.lost, "join_cpu_ms": one.join_cpu_ms, "kb_per_viewer": one.rss_kb_per_viewer},
        )
        for one in found
        if one.server.startswith("Fenbo")
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.whep")
    parser.add_argument("servers", nargs="*", default=list(SERVERS), metavar="server", help=", ".join(SERVERS))
    parser.add_argument("--viewers", default=",".join(map(str, VIEWERS)))
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--more", action="store_true", help="add to the rounds that are kept")
    chosen = parser.parse_args()
    found = kept() if chosen.more else []
    counts = [int(count) for count in chosen.viewers.split(",")]
    show(uvloop.run(run(chosen.servers, counts, chosen.rounds, chosen.seconds, found)))


if __name__ == "__main__":
    main()
