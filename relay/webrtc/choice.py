"""Which rung a WebRTC viewer should have, from what his receiver reports. Pure: reports and moments in, a rung out.

Down: two reports in a row with heavy loss, or with an estimate (REMB) below what he is sent - at once to a rung that
fits the estimate. A receiver that has just begun, or just changed, has no good estimate yet, so only loss counts then.
Nor is an estimate that grows a reason to go: it follows what the receiver is sent by some 8 % a second, so after a step
up it takes ten seconds to get there, and a link with too little room shows at once, by making it fall.

Up: one rung, after a calm time. A receiver's estimate hardly grows beyond what it is sent (browsers bound it by half as
much again), so an estimate with room over the present rung is enough to try. An attempt that fails doubles the calm
time that the next one needs. Without room it takes longer, but is not forgone: who is sent little has an estimate of
little, and on the lowest rung one that says less than what arrives without loss is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LOSS_HEAVY = 0.10  # of the packets between two reports: more than repair hides
LOSS_CALM = 0.02
REPORTS_BAD = 2  # in a row
ROOM_DOWN = 0.85  # of the estimate is what a rung may take
ROOM_UP = 1.2  # the estimate over the upper rung's bits, or
ROOM_GROWN = 1.3  # over those he is sent
SETTLE_S = 4.0  # after joining or changing, an estimate has not settled
GROWS_S = 2.5  # an estimate that grew in this time still grows: browsers give one a second
HOLD_S = 2.0  # between two changes
CALM_S, CALM_S_MAX = 8.0, 64.0  # before trying the upper rung
CALM_BLIND = 2.5  # times as long where the estimate has no room for it
FAILED_S = 10.0  # gone down again so soon after going up, the attempt has failed


@dataclass(frozen=True, slots=True)
class Report:
    """What a receiver last said. `bits_per_s` is its estimate of what it can take, 0 when it gave none."""

    fraction_lost: float
    bits_per_s: int


class Choice:
    """One viewer's. Rungs count from 0, the source, downwards."""

    def __init__(self, now_s: float) -> None:
        self._changed_s = self._calm_since_s = now_s
        self._calm_s = CALM_S
        self._went_up_s: float | None = None
        self._bad = 0
        self._estimate = 0
        self._grew_s: float | None = None

    def next(self, rung: int, report: Report, bits_per_s: Sequence[float], now_s: float) -> int:
        """The rung to have after a report, given that of now. `bits_per_s` is what each rung takes."""
        known = report.bits_per_s > 0
        settled = now_s - self._changed_s >= SETTLE_S
        grows = self._grows(report.bits_per_s, now_s)
        short = known and settled and not grows and report.bits_per_s * ROOM_DOWN < bits_per_s[rung]
        bad = report.fraction_lost >= LOSS_HEAVY or short
        self._bad = self._bad + 1 if bad else 0
        lowest = rung + 1 == len(bits_per_s)
        if report.fraction_lost > LOSS_CALM or (short and not lowest):
            self._calm_since_s = now_s
        if now_s - self._changed_s < HOLD_S:
            return rung
        if self._bad >= REPORTS_BAD and not lowest:
            return self._down(rung, report, bits_per_s, now_s)
        calm_s = self._calm_s * (1.0 if rung == 0 or _has_room(rung, report, bits_per_s) else CALM_BLIND)
        if rung > 0 and now_s - self._calm_since_s >= calm_s:
            self._went_up_s = now_s
            return self._change(rung - 1, now_s)
        return rung

    def _grows(self, bits_per_s: int, now_s: float) -> bool:
        """Whether the receiver's estimate is on its way up."""
        if bits_per_s < self._estimate:
            self._grew_s = None
        elif bits_per_s > self._estimate > 0:
            self._grew_s = now_s
        self._estimate = bits_per_s
        return self._grew_s is not None and now_s - self._grew_s < GROWS_S

    def _down(self, rung: int, report: Report, bits_per_s: Sequence[float], now_s: float) -> int:
        failed = self._went_up_s is not None and now_s - self._went_up_s < FAILED_S
        self._calm_s = min(2 * self._calm_s, CALM_S_MAX) if failed else CALM_S
        lower = range(rung + 1, len(bits_per_s))
        if not report.bits_per_s:
            return self._change(lower[0], now_s)
        fitting = (one for one in lower if bits_per_s[one] <= report.bits_per_s * ROOM_DOWN)
        return self._change(next(fitting, lower[-1]), now_s)

    def _change(self, rung: int, now_s: float) -> int:
        self._changed_s = self._calm_since_s = now_s
        self._bad = 0
        return rung


def _has_room(rung: int, report: Report, bits_per_s: Sequence[float]) -> bool:
    if not report.bits_per_s:
        return True
    return report.bits_per_s >= min(ROOM_UP * bits_per_s[rung - 1], ROOM_GROWN * bits_per_s[rung])
