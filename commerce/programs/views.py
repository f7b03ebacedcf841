"""What commerce answers about other programs: plain frozen records, as in commerce.views."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A program's key, without the key."""

    key: str
    name: str
    hint: str
    scopes: tuple[str, ...]
    created_at: datetime
    revoked: bool


@dataclass(frozen=True, slots=True)
class FreshApiKey:
    """A key just made: the only time it is seen."""

    key: ApiKey
    secret: str


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that is given again; `body` None: it held a secret and is not kept."""

    status: int
    content_type: str
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Hook:
    """An address that is told of events, in the shapes of a `version`.

    Without `handed` it came with an import: its receiver has the secret of another installation.
    """

    hook: str
    url: str
    events: tuple[str, ...]
    version: int
    created_at: datetime
    handed: bool


@dataclass(frozen=True, slots=True)
class FreshHook:
    """A webhook just made; its secret follows from the salt (Commerce.hook_secret)."""

    hook: Hook
    salt: bytes


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event on its way to a webhook: waiting, delivered or failed; `status` is the last answer's."""

    delivery: str
    hook: str
    url: str
    event: str
    state: str
    attempts: int
    status: int | None
    error: str
    created_at: datetime
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery to be made now; `key` is its surrogate key, `attempt` counts from 1."""

    key: int
    delivery: str
    event: str
    body: str
    url: str
    salt: bytes
    attempt: int
