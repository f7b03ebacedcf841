"""What signaling refuses, and the one table that says how every refusal looks outside: as a status or a close code.

SignalingError(detail, field)
├── BadBody          not JSON, or fields that do not fit; carries all of them
├── BadMessage       the same of a WebSocket message
├── Unauthorised     nobody is logged in
├── Renewed          the cookie is that of before a login, whose answer is on its way
├── NotAllowed       somebody is, and may not
├── Unknown          no such route or thing
├── WrongType        a body that is not what the route takes
├── TooLarge         a file that is larger than the route takes
├── NotSent          a message that a gateway outside did not take
├── Unequipped       this installation lacks something that it takes; says what
└── TooMany          over a rate or a cap; carries `retry_after` in seconds
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from commerce import errors as commerce
from relay import errors as relay
from signaling.bus import BusDown


class SignalingError(Exception):
    """Base of everything signaling raises on purpose."""

    def __init__(self, detail: str, field: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.field = field


class BadBody(SignalingError):
    """`fields` has (field, detail) of everything that is wrong."""

    def __init__(self, detail: str, fields: list[tuple[str, str]]) -> None:
        super().__init__(detail, fields[0][0] if fields else "")
        self.fields = fields


class BadMessage(SignalingError):
    """A WebSocket message that cannot be understood."""


class Unauthorised(SignalingError):
    """Nobody is logged in."""


class Renewed(SignalingError):
    """The browser is another viewer since a moment ago. Nothing was done: asked again, it comes with the new cookie."""

    retry_after = 1.0


class NotAllowed(SignalingError):
    """Somebody is logged in, and may not do this."""


class Unknown(SignalingError):
    """There is no such thing."""


class WrongType(SignalingError):
    """The body is of another type than the route takes."""


class TooLarge(SignalingError):
    """The file is larger than the route takes."""


class Unequipped(SignalingError):
    """This installation lacks something that it takes."""


class NotSent(SignalingError):
    """A message that a gateway outside did not take."""


class TooMany(SignalingError):
    """Over a rate or a cap."""

    def __init__(self, detail: str, retry_after: float, field: str = "") -> None:
        super().__init__(detail, field)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Look:
    """How an error looks outside: HTTP status, the word of its problem type, its title."""

    status: int
    word: str
    title: str


NOT_FOUND = Look(404, "not-found", "There is no such thing")
WRONG_METHOD = Look(405, "method-not-allowed", "This address takes another method")
TOO_LARGE = Look(413, "too-large", "The body is too large")
BAD_REQUEST = Look(400, "bad-request", "The request cannot be understood")
INTERNAL = Look(500, "internal", "Something broke here")

# The first class that fits; subclasses therefore stand before their bases.
TABLE: tuple[tuple[type[Exception], Look], ...] = (
    (BadBody, Look(422, "invalid", "The body does not fit")),
    (BadMessage, BAD_REQUEST),
    (Unauthorised, Look(401, "unauthorised", "Nobody is logged in")),
    (Renewed, Look(409, "renewed", "This browser has just logged in, ask again")),
    (NotAllowed, Look(403, "forbidden", "This is not allowed")),
    (Unknown, NOT_FOUND),
    (WrongType, Look(415, "wrong-type", "The body is of another type")),
    (TooLarge, TOO_LARGE),
    (Unequipped, Look(501, "unequipped", "This server is not equipped for it")),
    (NotSent, Look(502, "not-sent", "The message could not be sent")),
    (TooMany, Look(429, "too-many", "Too many requests")),
    (commerce.Invalid, Look(422, "invalid", "The body does not fit")),
    (commerce.NotFound, NOT_FOUND),
    (commerce.Forbidden, Look(403, "forbidden", "This is not allowed")),
    (commerce.BadCredentials, Look(401, "unauthorised", "User and password do not match")),
    (commerce.BadSignature, Look(400, "bad-signature", "The signature does not hold")),
    (commerce.SoldOut, Look(409, "sold-out", "Not enough is left")),
    (commerce.LimitReached, Look(409, "limit-reached", "That is more than one buyer may have")),
    (commerce.BodyDiffers, Look(409, "body-differs", "This was sent before with another body")),
    (commerce.PriceChanged, Look(409, "price-changed", "It costs something else by now")),
    (commerce.WrongState, Look(409, "wrong-state", "Not possible in this state")),
    (commerce.Conflict, Look(409, "conflict", "This does not fit what is stored")),
    (commerce.ProviderRefused, Look(409, "provider-refused", "The payment provider does not do this")),
    (commerce.ProviderAway, Look(503, "provider-away", "The payment provider does not answer, try again")),
    (commerce.Stale, Look(412, "stale", "It was changed by another meanwhile")),
    (commerce.Unavailable, Look(503, "unavailable", "The store cannot be reached now, try again")),
    (commerce.Overloaded, Look(503, "overloaded", "Too much to do, try again")),
    (relay.BadInput, BAD_REQUEST),
    (relay.Refused, Look(403, "refused", "The relay does not take this")),
    (relay.NotAvailable, NOT_FOUND),
    (BusDown, Look(503, "bus-down", "The rooms cannot be reached now, try again")),
)

RETRY_AFTER_SECONDS = {503: 2.0}


def look(error: Exception) -> Look:
    """How an error looks outside; what the table does not know is our own fault."""
    return _look(type(error))  # type: ignore[arg-type]  # mypy doubts that a class can be hashed


@cache
def _look(kind: type) -> Look:
    return next((look for known, look in TABLE if issubclass(kind, known)), INTERNAL)


def fields(error: Exception) -> list[tuple[str, str]]:
    """The fields at fault, as (field, detail)."""
    if isinstance(error, BadBody):
        return error.fields
    field = getattr(error, "field", "") or getattr(error, "where", "")
    return [(field, detail_of(error))] if field else []


def detail_of(error: Exception) -> str:
    """One sentence for whoever asked; nothing of what went on inside."""
    if look(error) is INTERNAL:
        return "the server has written down what happened"
    return str(getattr(error, "detail", "") or error)


# WebSocket close codes of our own (RFC 6455, section 7.4.2: 4000-4999 are private).
CLOSE_ABUSE = 4400
CLOSE_LOGGED_OUT = 4401
CLOSE_RENEWED = 4402
CLOSE_BANNED = 4403
CLOSE_SLOW = 4408
CLOSE_FULL = 4429
CLOSE_GOING_AWAY = 1001
