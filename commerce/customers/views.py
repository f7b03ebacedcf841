"""What commerce answers of customers. Phones and addresses are sealed: whoever may show them unseals them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CodeAsked:
    """`wait_ms` 0: the code counts from now on and is to be sent; else nothing was done, ask again after that."""

    wait_ms: int
    expires_in_ms: int


@dataclass(frozen=True, slots=True)
class Address:
    """`sealed` is a contact as JSON; `chosen` is offered first."""

    address: str
    sealed: bytes
    chosen: bool


@dataclass(frozen=True, slots=True)
class Customer:
    """A viewer who logged in; `sealed` is his phone. Addresses in the order in which they were added."""

    customer: str
    sealed: bytes
    addresses: tuple[Address, ...]


@dataclass(frozen=True, slots=True)
class Cut:
    """A line of a cart in `room` that two carts together had more of than one buyer can have."""

    room: str
    sku: str
    name: str
    wanted: int
    kept: int


@dataclass(frozen=True, slots=True)
class Ended:
    """A viewer that nobody is any more, since when (ms); `renewed`: by a login, else by a logout."""

    viewer: str
    at: int
    renewed: bool = False


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """`outcome` in: he is `customer`. wrong: `tries` are left. none: no code of this viewer for this phone holds.

    `renewed`: he is another viewer from now on, the one that the command named.
    """

    outcome: str
    tries: int = 0
    customer: Customer | None = None
    cut: tuple[Cut, ...] = ()
    renewed: bool = False
