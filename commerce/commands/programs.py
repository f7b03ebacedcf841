"""The commands about other programs: keys, answers given once, webhooks and their deliveries."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from commerce import checks
from commerce.commands.base import Command
from commerce.errors import Invalid
from commerce.programs import views as shown
from commerce.programs.told import SHAPES, VERSION

SCOPES = tuple(f"{what}:{how}" for what in ("shows", "channels", "goods", "orders") for how in ("read", "write"))
EVENTS = (
    *(f"order.{name}" for name in ("created", "paid", "shipped", "received", "finished", "cancelled", "refunded")),
    *("order.refund", "order.paid_late", "order.reinstated", "case.changed", "sale.sold_out", "customer.bound"),
    *(f"show.{state}" for state in ("announced", "live", "paused", "ended")),
)


@dataclass(frozen=True, slots=True)
class CreateApiKey(Command[shown.FreshApiKey]):
    """A key for a program, with what it may do."""

    merchant: int
    name: str
    scopes: tuple[str, ...]

    def __post_init__(self) -> None:
        checks.text("name", self.name, checks.NAME_CHARS_MAX, 1)
        _chosen("scopes", self.scopes, SCOPES)


@dataclass(frozen=True, slots=True)
class RevokeApiKey(Command[None]):
    """The key opens nothing from now on; a second time changes nothing."""

    merchant: int
    key: str

    def __post_init__(self) -> None:
        checks.public_id("key", self.key)


@dataclass(frozen=True, slots=True)
class BeginAnswer(Command[shown.Answered | None]):
    """A request with an idempotency key: what it was answered before, or None, and then it is this one's to do."""

    merchant: int
    caller: str
    key: str
    digest: str

    def __post_init__(self) -> None:
        checks.text("Idempotency-Key", self.key, 64, 8)


@dataclass(frozen=True, slots=True)
class KeepAnswer(Command[None]):
    """How it ended. Without `answer` it did nothing, and the key is free again."""

    caller: str
    key: str
    answer: shown.Answered | None


@dataclass(frozen=True, slots=True)
class CreateHook(Command[shown.FreshHook]):
    """An address that is told of events, each signed, in the shapes of a `version` for as long as it stands."""

    merchant: int
    url: str
    events: tuple[str, ...]
    version: int = VERSION

    def __post_init__(self) -> None:
        checks.url("url", self.url)
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
            raise Invalid("url", "must be an http or https address without user and password")
        _chosen("events", self.events, EVENTS)
        if self.version not in SHAPES:
            raise Invalid("version", f"must be one of {', '.join(map(str, SHAPES))}")


@dataclass(frozen=True, slots=True)
class RenewSecret(Command[shown.FreshHook]):
    """What a webhook is told is signed with another secret from now on."""

    merchant: int
    hook: str

    def __post_init__(self) -> None:
        checks.public_id("hook", self.hook)


@dataclass(frozen=True, slots=True)
class RemoveHook(Command[None]):
    """It is told nothing more, and what waits for it is dropped."""

    merchant: int
    hook: str

    def __post_init__(self) -> None:
        checks.public_id("hook", self.hook)


@dataclass(frozen=True, slots=True)
class ReplayDelivery(Command[shown.Delivery]):
    """A delivery is made again, from its first attempt."""

    merchant: int
    delivery: str

    def __post_init__(self) -> None:
        checks.public_id("delivery", self.delivery)


@dataclass(frozen=True, slots=True)
class ClaimDeliveries(Command[tuple[shown.Due, ...]]):
    """What is due, at most `limit`; nobody else gets it for `lease_ms`. Given by the deliverer."""

    limit: int
    lease_ms: int


@dataclass(frozen=True, slots=True)
class RecordDelivery(Command[None]):
    """How an attempt ended: `status` of the answer, or None and why there was none. `again_ms`: None gives up."""

    delivery: int
    status: int | None
    error: str
    again_ms: int | None


def _chosen(field: str, given: tuple[str, ...], known: tuple[str, ...]) -> None:
    checks.size(field, given, 1, len(known))
    for at, word in enumerate(given):
        checks.choice(f"{field}[{at}]", word, known)
    if len(set(given)) < len(given):
        raise Invalid(field, "the same stands twice")
