"""A histogram read from a server's metrics page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from urllib.request import urlopen


@dataclass(frozen=True, slots=True)
class Histogram:
    """Observations at or below each bound, as Prometheus counts them."""

    counts: dict[float, float]

    def since(self, before: Histogram) -> Histogram:
        return Histogram({bound: count - before.counts.get(bound, 0.0) for bound, count in self.counts.items()})

    def quantile(self, share: float) -> float | None:
        """Read as `histogram_quantile` does: evenly spread inside a bucket; its lower bound in the last one."""
        steps = [(0.0, 0.0), *sorted(self.counts.items())]
        wanted = share * steps[-1][1]
        if not wanted:
            return None
        for (low, below), (high, count) in pairwise(steps):
            if count >= wanted:
                return low if high == float("inf") else low + (high - low) * (wanted - below) / (count - below)
        return None


def histogram(url: str, name: str) -> Histogram:
    """Of a metric without labels; empty where there is no page."""
    if not url:
        return Histogram({})
    with urlopen(url, timeout=5) as page:
        text = page.read().decode()
    found = re.findall(rf'^{name}_bucket{{le="([^"]+)"}} (\S+)$', text, re.MULTILINE)
    return Histogram({float(bound.replace("+Inf", "inf")): float(count) for bound, count in found})
