"""Which recordings have to go: a pure function of what there is and what their owners may keep."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

DAY_SECONDS = 86_400
Reason = Literal["age", "bytes"]


@dataclass(frozen=True, slots=True)
class Recording:
    """A whole recording; nothing has been added to it since `changed` (Unix seconds)."""

    broadcast: str
    epoch: str
    size: int
    changed: float

    @property
    def key(self) -> str:
        return f"{self.broadcast}/{self.epoch}"


@dataclass(frozen=True, slots=True)
class Claim:
    """Whose a broadcast is, and how long he wants its recording; None: as long as the installation keeps it."""

    owner: str
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """What the installation keeps: days of each recording, bytes of each owner's."""

    days_max: int
    bytes_max: int


def surplus(
    found: Sequence[Recording], claims: Mapping[str, Claim], policy: Policy, now: float
) -> list[tuple[Recording, Reason]]:
    """Whole recordings that go, and why: what is too old, and of an owner who has too much the oldest.

    Broadcasts without a claim are nobody's, which is an owner, too.
    """
    nobody = Claim("")
    gone: list[tuple[Recording, Reason]] = []
    kept: dict[str, int] = defaultdict(int)
    full: set[str] = set()
    for one in sorted(found, key=lambda recording: recording.changed, reverse=True):
        claim = claims.get(one.broadcast, nobody)
        days = policy.days_max if claim.days is None else min(claim.days, policy.days_max)
        if one.changed < now - days * DAY_SECONDS:
            gone.append((one, "age"))
        elif claim.owner in full or kept[claim.owner] + one.size > policy.bytes_max:
            gone.append((one, "bytes"))
            full.add(claim.owner)  # all that are older go, too: no holes in between
        else:
            kept[claim.owner] += one.size
    return gone
