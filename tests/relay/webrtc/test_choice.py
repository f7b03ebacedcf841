"""The choice of a rung as tables: reports a second apart, and the rung after each."""

from itertools import pairwise

import pytest

from relay.webrtc.choice import CALM_S, CALM_S_MAX, HOLD_S, SETTLE_S, Choice, Report

BITS = (2_500_000, 1_200_000, 400_000)
HEAVY, LIGHT, NONE = 0.2, 0.05, 0.0


def run(reports, rung=0, bits=BITS, choice=None, begin=10.0):
    """The rung after each report; the viewer joined long before the first unless `begin` says otherwise."""
    choice, found = choice or Choice(0.0), []
    for number, (lost, estimate) in enumerate(reports):
        rung = choice.next(rung, Report(lost, estimate), bits, begin + number)
        found.append(rung)
    return found


@pytest.mark.parametrize(
    "reports,rungs",
    [
        ([(NONE, 0)] * 20, [0] * 20),
        ([(LIGHT, 0)] * 20, [0] * 20),  # repair hides it
        ([(HEAVY, 0), (NONE, 0), (HEAVY, 0), (NONE, 0)], [0, 0, 0, 0]),  # one report is no trend
        ([(HEAVY, 0), (HEAVY, 0)], [0, 1]),
        (
            [(HEAVY, 0)] * 6,
            [0, 1, 1, 2, 2, 2],
        ),  # two seconds and two reports between the changes; then there is no lower
        ([(NONE, 3_000_000)] * 5, [0] * 5),
        ([(NONE, 2_600_000)] * 2, [0, 1]),  # 85 % of it is less than the source
        ([(NONE, 1_500_000)] * 2, [0, 1]),
        ([(NONE, 1_300_000)] * 2, [0, 2]),  # at once to what fits
        ([(HEAVY, 100_000)] * 2, [0, 2]),  # nothing fits: the lowest
    ],
)
def test_down(reports, rungs):
    assert run(reports) == rungs


def test_an_estimate_counts_only_when_it_has_settled():
    """Browsers begin with a few hundred kilobits."""
    early = run([(NONE, 300_000)] * 3, begin=SETTLE_S - 2.5)
    assert early == [0, 0, 0]
    assert run([(HEAVY, 300_000)] * 3, begin=HOLD_S + 0.5) == [0, 2, 2], "loss always does"


@pytest.mark.parametrize(
    "estimate,goes",
    [
        (0, True),  # none is given
        (1_500_000, True),  # 1.2 times the upper rung
        (530_000, True),  # it cannot grow further at this rung
        (500_000, False),
    ],
)
def test_up_after_a_calm_time_with_room(estimate, goes):
    found = run([(NONE, estimate)] * int(CALM_S + 3), rung=2, begin=1.0)
    assert found[: int(CALM_S) - 1] == [2] * (int(CALM_S) - 1)
    assert found[-1] == (1 if goes else 2)


def test_light_loss_is_not_calm():
    assert run([(LIGHT, 0)] * 30, rung=1, begin=1.0) == [1] * 30


def test_an_attempt_that_fails_makes_the_next_one_wait_twice_as_long():
    """A link that carries the lower rung alone: the upper one is tried more and more seldom."""
    choice, rung, now, tries = Choice(0.0), 1, 0.0, []
    while len(tries) < 6:
        now += 1
        lost = HEAVY if rung == 0 else NONE
        after = choice.next(rung, Report(lost, 0), BITS[:2], now)
        if after < rung:
            tries.append(now)
        rung = after
    waited = [round(later - earlier) for earlier, later in pairwise(tries)]
    assert waited == sorted(waited) and waited[0] >= 2 * CALM_S
    assert CALM_S_MAX <= waited[-1] <= CALM_S_MAX + 5


def test_one_rung_leaves_no_choice():
    assert run([(HEAVY, 1)] * 5, bits=(2_500_000,)) == [0] * 5
