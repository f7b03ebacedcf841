"""A figure of the WHEP bench, how the best of its rounds is chosen, and the table of all of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results" / "webrtc" / "whep.json"
OURS = "Fenbo, compiled"
STREAM_PACKETS_S = 270.0  # of the clip's video: who gets fewer packets is not sent all of it


@dataclass(frozen=True, slots=True)
class Row:
    """One server with one number of viewers. Times in milliseconds; `forward_ms_p99` only where the server says it.

    `cores` is the whole server's load, `join_cpu_ms` without what it spends on those who watch already.
    """

    server: str
    version: str
    how: str
    viewers: int
    failed: int
    us_per_packet: float
    cores: float
    packets_per_viewer_s: float
    lost: int
    rss_kb_per_viewer: float = 0.0
    join_cpu_ms: float = 0.0
    first_packet_ms_p95: float = 0.0
    key_frame_ms_p95: float = 0.0
    forward_ms_p99: float | None = None
    steal: float = 0.0
    load_average: float = 0.0

    @property
    def keeps_up(self) -> bool:
        """Whether everybody got in and was sent the whole stream; without that a packet's cost says nothing."""
        return not self.failed and self.packets_per_viewer_s >= STREAM_PACKETS_S


@dataclass(frozen=True, slots=True)
class Joins:
    """Joins beside those who watch: what these lost, and the longest any of them waited for a packet."""

    server: str
    per_s: float
    failed: int
    watchers: int
    lost: int
    gap_ms: float
    calm_gap_ms: float  # the same before anybody joined
    join_cpu_ms: float
    key_frame_ms_p95: float
    steal: float


def best(rows: list[Row]) -> list[Row]:
    """Of each server and number the round that cost least, of those that kept up: disturbance only adds."""
    kept: dict[tuple[str, int], Row] = {}
    for one in rows:
        known = kept.setdefault((one.server, one.viewers + one.failed), one)
        if (not one.keeps_up, one.us_per_packet) < (not known.keeps_up, known.us_per_packet):
            kept[one.server, one.viewers + one.failed] = one
    return list(kept.values())


def ratios(rows: list[Row]) -> dict[tuple[str, int], float]:
    """How many times a server's packet costs what the compiled Fenbo's does with as many viewers."""
    ours = {one.viewers: one.us_per_packet for one in rows if one.server == OURS and one.keeps_up}
    compared = (one for one in rows if one.keeps_up and ours.get(one.viewers))
    return {(one.server, one.viewers): one.us_per_packet / ours[one.viewers] for one in compared}


COLUMNS = (
    "server", "viewers", "us of CPU a packet", "x Fenbo", "cores", "packets/s", "lost", "KB a viewer",
    "ms of CPU a join", "first packet, key frame p95 ms", "forward p99 ms", "steal",
)  # fmt: skip


def cells(rows: list[Row]) -> Iterator[tuple[str, ...]]:
    """As `COLUMNS`, by number of viewers and then by cost."""
    times = ratios(rows)
    for one in sorted(rows, key=lambda row: (row.viewers + row.failed, row.us_per_packet)):
        ratio = times.get((one.server, one.viewers))
        yield (
            one.server + (f" ({one.failed} failed)" if one.failed else ""),
            str(one.viewers),
            f"{one.us_per_packet:.2f}" if one.keeps_up else "does not keep up",
            f"{ratio:.1f}" if ratio else "",
            f"{one.cores:.2f}",
            f"{one.packets_per_viewer_s:.0f}",
            str(one.lost),
            f"{one.rss_kb_per_viewer:.0f}" if one.rss_kb_per_viewer else "",
            f"{one.join_cpu_ms:.1f}" if one.join_cpu_ms else "",
            f"{one.first_packet_ms_p95:.0f}, {one.key_frame_ms_p95:.0f}" if one.key_frame_ms_p95 else "",
            "" if one.forward_ms_p99 is None else f"{one.forward_ms_p99:.1f}",
            f"{one.steal:.1%}",
        )


def spoken(joins: Joins) -> str:
    """A line about joins."""
    return (
        f"{joins.per_s:.0f} joins a second beside {joins.watchers} who watch ({joins.server}): {joins.failed} failed, "
        f"{joins.join_cpu_ms:.1f} ms of CPU each, key frame p95 {joins.key_frame_ms_p95:.0f} ms; who watched lost "
        f"{joins.lost} packets, waited {joins.gap_ms:.0f} ms for one at the longest "
        f"({joins.calm_gap_ms:.0f} ms before), steal {joins.steal:.1%}"
    )


def save(rounds: list[Row], joins: list[Joins], machine: dict[str, Any], command: str) -> None:
    """The best of the rounds, and all of them."""
    run = {"bench": "whep", "at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine}
    run |= {"command": command, "rows": [asdict(one) for one in best(rounds)]}
    run |= {"joins": [asdict(one) for one in joins], "rounds": [asdict(one) for one in rounds]}
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(run, indent=1) + "\n", "utf-8")


def kept() -> tuple[list[Row], list[Joins]]:
    """The rounds of the run before."""
    run = json.loads(RESULTS.read_text("utf-8"))
    return [Row(**one) for one in run["rounds"]], [Joins(**one) for one in run["joins"]]


def markdown(path: Path) -> str:
    """The README's table, what was measured, and with which command."""
    run = json.loads(path.read_text("utf-8"))
    rows = [Row(**one) for one in run["rows"]]
    lines = ["| " + " | ".join(COLUMNS) + " |", "|" + "---|" * len(COLUMNS)]
    lines += ["| " + " | ".join(line) + " |" for line in cells(rows)]
    lines += ["", *(f"{spoken(Joins(**one))}." for one in run["joins"]), ""]
    servers = {one.server: f"- {one.server}: {one.version}; {one.how}" for one in rows}
    machine = run["machine"]
    where = f"{machine['cores']} x {machine['cpu']}, Linux {machine['kernel']}, commit {machine['commit']}"
    loads = [one.load_average for one in rows]
    where += f", load average {min(loads):.0f} to {max(loads):.0f} while it ran"
    return "\n".join([*lines, *servers.values(), "", f"`{run['command']}`, {run['at'][:10]}, {where}."])
