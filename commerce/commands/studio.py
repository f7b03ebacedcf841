"""Commands of the studio: stream keys and their limits, slates, how it switches, where it sends on to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from commerce import checks, views
from commerce.commands.base import Command
from commerce.errors import Invalid

SLOTS = ("primary", "backup")
CAUSES = ("waiting", "paused")
BACKS = ("automatic", "manual")
SLATE_BYTES_MAX = 8 * 1024 * 1024
SEALED_BYTES_MAX = 4096


@dataclass(frozen=True, slots=True)
class RotateStreamKey(Command[views.FreshStreamKey]):
    """A new key for a slot of the studio, without limits; the old one stops at once. Also makes the first one."""

    merchant: int
    slot: str = "primary"

    def __post_init__(self) -> None:
        checks.choice("slot", self.slot, SLOTS)


@dataclass(frozen=True, slots=True)
class LimitStreamKey(Command[views.StreamKey]):
    """From when, until when (exclusive) and for which show alone the slot's key is good; None: without that limit."""

    merchant: int
    slot: str
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    show: str | None = None

    def __post_init__(self) -> None:
        checks.choice("slot", self.slot, SLOTS)
        for name, moment in (("valid_from", self.valid_from), ("valid_until", self.valid_until)):
            if moment is not None:
                checks.moment(name, moment)
        if self.valid_from is not None and self.valid_until is not None and self.valid_until <= self.valid_from:
            raise Invalid("valid_until", "must be later than valid_from")
        if self.show is not None:
            checks.public_id("show", self.show)


@dataclass(frozen=True, slots=True)
class RevokeStreamKey(Command[None]):
    """The slot's key stops at once, and no other takes its place. Harmless when there is none."""

    merchant: int
    slot: str

    def __post_init__(self) -> None:
        checks.choice("slot", self.slot, SLOTS)


@dataclass(frozen=True, slots=True)
class SetStudio(Command[views.StudioSettings]):
    """Whether a healthy primary comes back by itself; None leaves it as it is."""

    merchant: int
    back: str | None

    def __post_init__(self) -> None:
        if self.back is not None:
            checks.choice("back", self.back, BACKS)


@dataclass(frozen=True, slots=True)
class PutSlate(Command[None]):
    """What is shown while nobody publishes, or while the show is paused. Whether it can be shown was seen before."""

    merchant: int
    cause: str
    content_type: str
    data: bytes

    def __post_init__(self) -> None:
        checks.choice("cause", self.cause, CAUSES)
        checks.text("content_type", self.content_type, 80, 1)
        checks.octets("data", self.data, SLATE_BYTES_MAX)


@dataclass(frozen=True, slots=True)
class RemoveSlate(Command[None]):
    """The server's own slate again. Harmless when there is no other."""

    merchant: int
    cause: str

    def __post_init__(self) -> None:
        checks.choice("cause", self.cause, CAUSES)


@dataclass(frozen=True, slots=True)
class PutRestream(Command[views.Restream]):
    """Where the broadcast is pushed to, too. `sealed` is the URL wrapped by `Commerce.seal`; a name replaces itself."""

    merchant: int
    name: str
    host: str
    sealed: bytes

    def __post_init__(self) -> None:
        checks.slug("name", self.name)
        checks.text("host", self.host, 300, 1)
        checks.octets("sealed", self.sealed, SEALED_BYTES_MAX)


@dataclass(frozen=True, slots=True)
class SwitchRestream(Command[views.Restream]):
    """Send there from now on, or no longer."""

    merchant: int
    name: str
    enabled: bool

    def __post_init__(self) -> None:
        checks.slug("name", self.name)
        if not isinstance(self.enabled, bool):
            raise Invalid("enabled", "must be true or false")


@dataclass(frozen=True, slots=True)
class RemoveRestream(Command[None]):
    """Forget a target. Harmless when there is none of that name."""

    merchant: int
    name: str

    def __post_init__(self) -> None:
        checks.slug("name", self.name)
