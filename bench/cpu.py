"""CPU time of another process, and how much of this machine its host took away meanwhile."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
STEAL_MAX = 0.05  # of one core: a run above it is repeated


@dataclass(frozen=True, slots=True)
class Spent:
    """What a stretch of time took. `cpu` and `wall` in seconds, `steal` as a fraction of one core."""

    cpu: float
    wall: float
    steal: float

    @property
    def load(self) -> float:
        """Cores in use."""
        return self.cpu / self.wall

    @property
    def clean(self) -> bool:
        return self.steal <= STEAL_MAX


class Meter:
    """Starts when made; `spent()` is the time since then."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._start = self._now()

    def _now(self) -> tuple[float, float, float]:
        return process_seconds(self._pid), time.monotonic(), steal_seconds()

    def spent(self) -> Spent:
        cpu, wall, steal = (now - start for now, start in zip(self._now(), self._start, strict=True))
        return Spent(cpu, wall, steal / wall)


def process_seconds(pid: int) -> float:
    """utime + stime of the process with all its threads (proc(5), /proc/pid/stat, fields 14 and 15)."""
    after_name = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / TICKS_PER_SECOND


def steal_seconds() -> float:
    """Time the host gave to others while this machine wanted to run (proc(5), /proc/stat, field 8 of `cpu`)."""
    return int(Path("/proc/stat").read_text("ascii").split("\n", 1)[0].split()[8]) / TICKS_PER_SECOND
