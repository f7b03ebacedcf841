"""The commands of those who become partners: applying, being invited, and what HQ decides.

Tokens of private links come as their SHA-256 only. `by` is the login name of whoever decides. `room` is the address
that a new channel's room gets.
"""

from __future__ import annotations

from dataclasses import dataclass

from commerce import checks
from commerce.commands.base import Command
from commerce.commands.partners import REASON_CHARS_MAX
from commerce.commands.selling import LEVEL_CHARS_MAX

SEALED_BYTES_MAX = 16_000
DIGEST_BYTES = 32
DAYS_MAX = 90


@dataclass(frozen=True, slots=True)
class Form:
    """What an applicant fills in: his shop's name, who he is (sealed), the login he wants, his private link."""

    shop: str
    sealed: bytes
    login: str
    password_hash: str
    digest: bytes

    def __post_init__(self) -> None:
        checks.text("shop", self.shop, checks.NAME_CHARS_MAX, 1)
        checks.octets("sealed", self.sealed, SEALED_BYTES_MAX)
        checks.login("user", self.login)
        checks.text("password_hash", self.password_hash, 500, 1)
        checks.octets("digest", self.digest, DIGEST_BYTES)


@dataclass(frozen=True, slots=True)
class Apply(Command[str]):
    """Somebody wants to become a partner of the merchant; answers the application's id."""

    merchant: int
    form: Form


@dataclass(frozen=True, slots=True)
class AcceptInvitation(Command[str]):
    """The same by an invitation (`invitation` is its digest), which is used up by it; answers the state it leads to."""

    merchant: int
    invitation: bytes
    form: Form
    room: str

    def __post_init__(self) -> None:
        checks.octets("invitation", self.invitation, DIGEST_BYTES)
        checks.slug("room", self.room)


@dataclass(frozen=True, slots=True)
class WithdrawApplication(Command[None]):
    """The applicant takes it back, by his private link: who he is, is erased."""

    merchant: int
    digest: bytes

    def __post_init__(self) -> None:
        checks.octets("digest", self.digest, DIGEST_BYTES)


@dataclass(frozen=True, slots=True)
class ApproveApplication(Command[str]):
    """Makes channel, room and the owner's login, all or nothing; answers the channel's id.

    `parent` None: below the house.
    """

    merchant: int
    application: str
    parent: str | None
    level: str
    room: str
    by: str

    def __post_init__(self) -> None:
        checks.public_id("application", self.application)
        if self.parent is not None:
            checks.public_id("parent", self.parent)
        checks.text("level", self.level, LEVEL_CHARS_MAX)
        checks.slug("room", self.room)
        checks.doer("by", self.by)


@dataclass(frozen=True, slots=True)
class RefuseApplication(Command[None]):
    """With a reason that the applicant reads."""

    merchant: int
    application: str
    reason: str
    by: str

    def __post_init__(self) -> None:
        checks.public_id("application", self.application)
        checks.text("reason", self.reason, REASON_CHARS_MAX, 1)
        checks.doer("by", self.by)


@dataclass(frozen=True, slots=True)
class EraseApplication(Command[None]):
    """Who applied is forgotten, once it is decided."""

    merchant: int
    application: str
    by: str

    def __post_init__(self) -> None:
        checks.public_id("application", self.application)
        checks.doer("by", self.by)


@dataclass(frozen=True, slots=True)
class Invite(Command[str]):
    """A link by which somebody joins below `parent` (None: the house), once, within `days`; answers its id.

    `of` is the inviting channel where it is not HQ that invites: it invites below itself, at no level but its own.
    """

    merchant: int
    digest: bytes
    parent: str | None
    level: str
    days: int
    by: str
    of: str | None = None

    def __post_init__(self) -> None:
        checks.octets("digest", self.digest, DIGEST_BYTES)
        for field, channel in (("parent", self.parent), ("of", self.of)):
            if channel is not None:
                checks.public_id(field, channel)
        checks.text("level", self.level, LEVEL_CHARS_MAX)
        checks.number("days", self.days, 1, DAYS_MAX)
        checks.doer("by", self.by)


@dataclass(frozen=True, slots=True)
class RevokeInvitation(Command[None]):
    """It admits nobody any more; a channel (`of`) takes back only its own."""

    merchant: int
    invitation: str
    of: str | None = None

    def __post_init__(self) -> None:
        checks.public_id("invitation", self.invitation)
        if self.of is not None:
            checks.public_id("of", self.of)
