"""The commands around a channel's staff: who logs in at its desk, and which viewers work for it.

`by` is the login name of the channel's owner.
"""

from __future__ import annotations

from dataclasses import dataclass

from commerce import checks
from commerce.commands.base import Command

ROLES = ("staff", "channel_assistant")


@dataclass(frozen=True, slots=True)
class AddStaff(Command[str]):
    """A login at the channel's desk; answers its name."""

    merchant: int
    channel: str
    user: str
    password_hash: str
    role: str
    by: str

    def __post_init__(self) -> None:
        checks.public_id("channel", self.channel)
        checks.login("user", self.user)
        checks.text("password_hash", self.password_hash, 500, 1)
        checks.choice("role", self.role, ROLES)
        checks.doer("by", self.by)


@dataclass(frozen=True, slots=True)
class RemoveStaff(Command[None]):
    """The login is gone, and whoever is logged in with it is so no longer."""

    merchant: int
    channel: str
    user: str
    by: str

    def __post_init__(self) -> None:
        checks.public_id("channel", self.channel)
        checks.login("user", self.user)
        checks.doer("by", self.by)


@dataclass(frozen=True, slots=True)
class TieStaff(Command[None]):
    """A customer of the channel works for it, or (`works` False) does so no more.

    What staff buys themselves follows the merchant's rule for self-purchases.
    """

    merchant: int
    channel: str
    viewer: str
    works: bool
    by: str

    def __post_init__(self) -> None:
        checks.public_id("channel", self.channel)
        checks.public_id("viewer", self.viewer)
        checks.doer("by", self.by)


@dataclass(frozen=True, slots=True)
class SetOwner(Command[str]):
    """HQ gives a channel's owner a login, or the one that he has another password, which ends its sessions.

    Answers its name. `by` is somebody of HQ.
    """

    merchant: int
    channel: str
    user: str
    password_hash: str
    by: str

    def __post_init__(self) -> None:
        checks.public_id("channel", self.channel)
        checks.login("user", self.user)
        checks.text("password_hash", self.password_hash, 500, 1)
        checks.doer("by", self.by)
