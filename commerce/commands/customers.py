"""The commands around customers: a code for a phone, logging in with it, the address book.

Phones come as keyed digests (`identity`, the same for one phone of one merchant) and sealed, codes and callers as keyed
digests: none of these commands can give a phone or a code away.
"""

from __future__ import annotations

from dataclasses import dataclass

from commerce import checks
from commerce.commands.base import Command
from commerce.customers import views

SEALED_BYTES_MAX = 4_000
CODE_MS_MAX = 3_600_000


@dataclass(frozen=True, slots=True)
class AskCode(Command[views.CodeAsked]):
    """A code for a phone, asked for by a viewer from an address (`caller`); it holds for `valid_ms`."""

    viewer: str
    room: str
    identity: str
    caller: str
    code: str
    valid_ms: int

    def __post_init__(self) -> None:
        checks.public_id("viewer", self.viewer)
        checks.slug("room", self.room)
        for field in ("identity", "caller", "code"):
            checks.digest(field, getattr(self, field))
        checks.number("valid_ms", self.valid_ms, 1_000, CODE_MS_MAX)


@dataclass(frozen=True, slots=True)
class LogIn(Command[views.LoggedIn]):
    """The viewer types the code he was sent, on a device and at an address (keyed digests, "": nothing to tell it by).

    `fresh` is the viewer he is then, unless he has logged in before. A wrong code is answered, not raised: the try has
    to be counted.
    """

    viewer: str
    room: str
    identity: str
    code: str
    sealed: bytes
    fresh: str
    device: str = ""
    address: str = ""

    def __post_init__(self) -> None:
        checks.public_id("viewer", self.viewer)
        checks.slug("room", self.room)
        checks.digest("identity", self.identity)
        checks.digest("code", self.code)
        checks.trace("device", self.device)
        checks.trace("address", self.address)
        checks.octets("sealed", self.sealed, SEALED_BYTES_MAX)
        checks.public_id("fresh", self.fresh)


@dataclass(frozen=True, slots=True)
class EndViewer(Command[bool]):
    """Logging out: the viewer is nobody any more, with any merchant. False for one that was nobody."""

    viewer: str

    def __post_init__(self) -> None:
        checks.public_id("viewer", self.viewer)


@dataclass(frozen=True, slots=True)
class PutAddress(Command[views.Address]):
    """A new address of the viewer's customer, or (`address`) another content of one; `chosen`: it is offered first."""

    viewer: str
    room: str
    sealed: bytes
    chosen: bool
    address: str | None = None

    def __post_init__(self) -> None:
        checks.public_id("viewer", self.viewer)
        checks.slug("room", self.room)
        checks.octets("sealed", self.sealed, SEALED_BYTES_MAX)
        if self.address is not None:
            checks.public_id("address", self.address)


@dataclass(frozen=True, slots=True)
class RemoveAddress(Command[None]):
    """The viewer's customer needs an address no more."""

    viewer: str
    room: str
    address: str

    def __post_init__(self) -> None:
        checks.public_id("viewer", self.viewer)
        checks.slug("room", self.room)
        checks.public_id("address", self.address)
