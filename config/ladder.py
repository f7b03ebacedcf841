"""The ladder as it is written in the configuration: one word for each rung, "480p:1200"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

RUNGS_MAX = 6
LINES_MIN, LINES_MAX = 120, 2_160
KILOBITS_MIN, KILOBITS_MAX = 50, 50_000
_WORD = re.compile(r"([0-9]{3,4})p:([0-9]{2,5})")


@dataclass(frozen=True, slots=True)
class Step:
    """One rung: so many lines on the shorter side of the picture, and the bit rate it is encoded with."""

    lines: int
    bits_per_second: int

    @property
    def name(self) -> str:
        return f"{self.lines}p"


def parse_ladder(words: Sequence[str]) -> tuple[Step, ...]:
    """The rungs from the highest down. Raises `ValueError` that says which word is wrong and how."""
    steps = tuple(_step(word) for word in words)
    if len(steps) > RUNGS_MAX:
        raise ValueError(f"{len(steps)} rungs, and {RUNGS_MAX} are the most")
    for upper, lower in pairwise(steps):
        if lower.lines >= upper.lines or lower.bits_per_second >= upper.bits_per_second:
            raise ValueError(f"{lower.name} does not have fewer lines and bits than {upper.name} before it")
    return steps


def _step(word: str) -> Step:
    found = _WORD.fullmatch(word)
    if found is None:
        raise ValueError(f"{word!r} is not <lines>p:<kilobits a second>, as in 480p:1200")
    lines, kilobits = int(found[1]), int(found[2])
    if not LINES_MIN <= lines <= LINES_MAX or lines % 2:
        raise ValueError(f"{word!r}: lines are an even number from {LINES_MIN} to {LINES_MAX}")
    if not KILOBITS_MIN <= kilobits <= KILOBITS_MAX:
        raise ValueError(f"{word!r}: kilobits a second are from {KILOBITS_MIN} to {KILOBITS_MAX}")
    return Step(lines, kilobits * 1000)
