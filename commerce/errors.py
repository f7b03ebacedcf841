"""Everything commerce refuses, as one tree. Each error names the field at fault and says why in one sentence.

CommerceError(field, detail)
├── Invalid            a value that can never be right: type, range, length, alphabet
├── NotFound           no such thing for this merchant, viewer or channel; says the same for "exists, but is not yours"
├── Forbidden          known, but not allowed: a closed channel, a revoked link
├── BadCredentials     user name and password (or session) do not match; never says which of them
├── BadSignature       a webhook or token whose signature, age or key is wrong
├── Conflict           well formed, but does not fit what is stored
│   ├── SoldOut        fewer are free than were asked for; carries `free`
│   ├── LimitReached   the per-buyer limit; carries `left`
│   ├── BodyDiffers    an idempotency key used again with another body; carries both digests
│   ├── PriceChanged   the buyer was shown another total; carries `now_minor`
│   └── WrongState     the event is not in the state table; carries `state`
├── ProviderRefused    a payment provider said no, and meant it
├── ProviderAway       a payment provider gave no answer: whether it did what it was asked for is not known
├── Stale              changed by another since it was read; carries `version`, the one it has now
└── Overloaded         the bounded queue is full, or commerce is closing: nothing was done, try again later
"""

from __future__ import annotations


class CommerceError(Exception):
    """Root of the tree. `field` is a path such as `lines[0].quantity`, or "" when no single field is at fault."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(f"{field}: {detail}" if field else detail)
        self.field = field
        self.detail = detail


class Invalid(CommerceError):
    """A value that can never be right."""


class NotFound(CommerceError):
    """No such thing, or not yours."""


class Forbidden(CommerceError):
    """Known, but not allowed."""


class BadCredentials(CommerceError):
    """User and password, or a session, that do not match."""


class BadSignature(CommerceError):
    """A signature, age or key that is wrong."""


class Conflict(CommerceError):
    """Well formed, but does not fit what is stored."""


class SoldOut(Conflict):
    """Fewer are free than were asked for."""

    def __init__(self, field: str, free: int) -> None:
        super().__init__(field, f"only {free} left" if free else "sold out")
        self.free = free


class LimitReached(Conflict):
    """The limit of a SKU for a buyer, or `where` for."""

    def __init__(self, field: str, left: int, where: str = "more") -> None:
        super().__init__(field, f"you may buy {left} {where}" if left else "you have bought as many as one buyer may")
        self.left = left


class BodyDiffers(Conflict):
    """The same idempotency key with another body."""

    def __init__(self, field: str, stored: str, given: str) -> None:
        super().__init__(field, f"used before with another body (stored {stored[:12]}, given {given[:12]})")
        self.stored = stored
        self.given = given


class PriceChanged(Conflict):
    """Another total than the buyer was shown: nobody pays what he has not seen."""

    def __init__(self, field: str, now_minor: int) -> None:
        super().__init__(field, f"the price has changed: it is {now_minor} in minor units now")
        self.now_minor = now_minor


class Stale(CommerceError):
    """Changed by another since the caller read it."""

    def __init__(self, field: str, version: int) -> None:
        super().__init__(field, f"was changed meanwhile: this is version {version}")
        self.version = version


class WrongState(Conflict):
    """The state table has no such event in this state."""

    def __init__(self, field: str, state: str, event: str) -> None:
        super().__init__(field, f"{event} is not possible while {state}")
        self.state = state


class ProviderRefused(CommerceError):
    """A payment provider's no."""


class ProviderAway(CommerceError):
    """No answer from a payment provider, or one that says nothing: ask again."""


class Overloaded(CommerceError):
    """A bounded queue is full; nothing was done."""

    def __init__(self, detail: str) -> None:
        super().__init__("", detail)


class Unavailable(CommerceError):
    """The store failed in the middle."""

    def __init__(self, cause: str) -> None:
        super().__init__("", f"the store failed ({cause}); ask again with the same id")
