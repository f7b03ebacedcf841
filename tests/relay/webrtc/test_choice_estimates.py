"""The choice of a rung against a receiver that estimates as libwebrtc does, second by second without a clock.

Its estimate (draft-ietf-rmcat-gcc, section 5.5) grows by 8 % a second, to half as much again as what comes in; where
the link holds less than what is sent, packets are lost and it falls to 85 % of what got through.
"""

from itertools import pairwise

import pytest

from relay.webrtc.choice import CALM_BLIND, CALM_S, Choice, Report

BITS = (2_500_000, 1_200_000, 400_000)
GROWTH, OVER_INCOMING, ROOM, BACK_OFF = 1.08, 1.5, 10_000, 0.85
WIDE, NARROW = 4_000_000, 900_000


class Receiver:
    """One viewer on the source, whose estimate has just begun."""

    def __init__(self):
        self.rung = 0
        self.estimate = 300_000.0
        self.seconds = 0
        self.choice = Choice(0.0)

    def watch(self, seconds, link):
        """The rung at the end of each second on a link of so many bits a second."""
        found = []
        for _ in range(seconds):
            self.seconds += 1
            sent = BITS[self.rung]
            came = min(sent, link)
            if sent > link:
                self.estimate = BACK_OFF * came
            else:
                self.estimate = min(self.estimate * GROWTH, OVER_INCOMING * came + ROOM)
            report = Report((sent - came) / sent, round(self.estimate))
            self.rung = self.choice.next(self.rung, report, BITS, float(self.seconds))
            found.append(self.rung)
        return found


@pytest.fixture
def receiver():
    """On the source, its estimate grown."""
    made = Receiver()
    made.estimate = OVER_INCOMING * BITS[0]
    assert set(made.watch(10, WIDE)) == {0}
    return made


def test_a_link_that_narrows_takes_a_rung_that_fits(receiver):
    assert receiver.watch(6, NARROW) == [0, 2, 2, 2, 2, 2], "one report is no trend; then at once to what fits"


def test_a_link_that_widens_brings_every_rung_back(receiver):
    receiver.watch(15, NARROW)
    rungs = receiver.watch(60, WIDE)
    assert rungs[-1] == 0
    assert rungs == sorted(rungs, reverse=True), "one step after the other, and none down again"
    assert rungs.count(1) >= CALM_S, "a calm time between two steps"


def test_a_link_that_stays_narrow_is_tried_ever_more_rarely(receiver):
    rungs = receiver.watch(600, NARROW)
    ups = [second for second in range(1, 600) if rungs[second] < rungs[second - 1]]
    gaps = [later - earlier for earlier, later in pairwise(ups)]
    assert 3 <= len(ups) <= 12
    assert gaps[-1] > 2 * gaps[0]
    assert rungs.count(2) > 0.9 * len(rungs)


def test_after_loss_on_the_way_the_source_comes_back(receiver):
    """Loss that is no lack of room: the estimate stays, and so does the way up."""
    receiver.rung = receiver.choice.next(0, Report(0.2, 3_000_000), BITS, receiver.seconds + 1.0)
    receiver.rung = receiver.choice.next(0, Report(0.2, 3_000_000), BITS, receiver.seconds + 2.0)
    assert receiver.rung == 1
    receiver.seconds += 2
    assert receiver.watch(20, WIDE)[-1] == 0


def test_an_estimate_that_grows_from_nothing_does_not_leave_the_source():
    assert set(Receiver().watch(60, WIDE)) == {0}


def test_an_estimate_below_what_arrives_does_not_hold_on_the_lowest_rung_for_ever(receiver):
    """A receiver on a busy machine takes its own delays for the network's: 14 kb/s, it says, and 400 come."""
    receiver.watch(6, NARROW)
    assert receiver.rung == 2
    rungs = []
    for _ in range(60):
        receiver.seconds += 1
        receiver.rung = receiver.choice.next(receiver.rung, Report(0.0, 14_000), BITS, float(receiver.seconds))
        rungs.append(receiver.rung)
    assert 1 in rungs and rungs.index(1) >= CALM_S * CALM_BLIND - 6
    assert rungs.count(2) > 40, "its word still counts on the upper rung"
