"""The fan-out of one port: its lanes, compiled where that was built, and who goes into which."""

from __future__ import annotations

import os
import socket
from typing import Literal

from config.metrics import Metrics
from relay.webrtc.fanout import PythonLane
from relay.webrtc.legs import Lane, LaneStats

LANE_LEGS = 128  # a lane takes this many before the next one is used: fewer wake-ups while viewers are few
THREADS_MAX = 64


class Fanout:
    """Lanes shared by all broadcasts. `kind` says which path is in use."""

    def __init__(self, kind: Literal["compiled", "python"], lanes: list[Lane]) -> None:
        self.kind = kind
        self._legs = dict.fromkeys(range(len(lanes)), 0)
        self._lanes = lanes
        self._seen = [LaneStats(0, 0, 0, 0, ())] * len(lanes)

    @property
    def gso(self) -> bool:
        """Whether the kernel segments for us; false once it has refused."""
        return all(lane.gso for lane in self._lanes)

    def take(self) -> int:
        """A lane for one more leg; give its number back with `release`."""
        open_lanes = [number for number, legs in self._legs.items() if legs < LANE_LEGS]
        number = open_lanes[0] if open_lanes else min(self._legs, key=self._legs.__getitem__)
        self._legs[number] += 1
        return number

    def release(self, number: int) -> None:
        self._legs[number] -= 1

    def lane(self, number: int) -> Lane:
        return self._lanes[number]

    def export(self, metrics: Metrics) -> None:
        """Bring the metrics up to date with the lanes."""
        metrics.webrtc_fanout.labels(self.kind).set(1)
        for number, lane in enumerate(self._lanes):
            stats, seen = lane.stats(), self._seen[number]
            self._seen[number] = stats
            metrics.webrtc_packets.inc(stats.packets - seen.packets)
            metrics.webrtc_bytes.inc(stats.octets - seen.octets)
            metrics.webrtc_sends_failed.inc(stats.sends_failed - seen.sends_failed)
            metrics.packets_dropped.labels("webrtc").inc(stats.frames_dropped - seen.frames_dropped)
            for microseconds in stats.latencies_us:
                metrics.webrtc_forward_seconds.observe(microseconds / 1e6)

    def close(self) -> None:
        """Ends the threads. Legs that are left are closed with them."""
        for lane in self._lanes:
            lane.close()


def open_fanout(udp: socket.socket, *, threads: int = 0, compiled: bool | None = None, gso: bool = True) -> Fanout:
    """The fan-out on the port's UDP socket. `threads` 0: half the processors, one at least.

    `compiled` None takes the compiled path where there is one; True raises `ImportError` where there is none.
    """
    if compiled is not False:
        try:
            from relay.webrtc._fanout import CompiledLane  # noqa: PLC0415  # optional at build
        except ImportError:
            if compiled:
                raise
        else:
            count = min(threads or max(1, (os.cpu_count() or 1) // 2), THREADS_MAX)
            return Fanout("compiled", [CompiledLane(udp, gso=gso) for _ in range(count)])
    return Fanout("python", [PythonLane(udp, gso=gso)])
