"""Ten thousand viewers come and go; nothing of them stays."""

from pathlib import Path

import numpy as np
import pytest

CYCLES, TOGETHER = 10_000, 20
SLOPE_BYTES_MAX = 20  # a viewer: less than the smallest thing that could be forgotten


def resident() -> int:
    line = next(line for line in Path("/proc/self/status").read_text("ascii").splitlines() if "VmRSS" in line)
    return int(line.split()[1]) * 1024


@pytest.mark.soak
async def test_memory_is_flat_over_ten_thousand_joins(stage, receiver, source, packets, until):
    broadcast = source(*(packets.video(number, key=number == 0) for number in range(30)))
    egress, seen = stage.open(broadcast), []
    fars = [receiver() for _ in range(TOGETHER)]
    for cycle in range(CYCLES // TOGETHER):
        viewers = [egress.add(far.params()) for far in fars]
        stage.clock.now += 100_000_000
        await until(lambda viewers=viewers: all(viewer._leg.stats().frames_sent >= 30 for viewer in viewers))
        for viewer in viewers:
            viewer.close()
        for far in fars:
            far.path.sent.clear()
            far.take()
            far.raw.clear()
        seen.append((cycle * TOGETHER, resident()))
    half = np.array(seen[len(seen) // 2 :], dtype=float)
    slope = np.polyfit(half[:, 0], half[:, 1], 1)[0]
    assert slope < SLOPE_BYTES_MAX, f"{slope:.1f} bytes a viewer"
