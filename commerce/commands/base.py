"""The root of all commands, and the one that does another only to the version of a thing that its giver has seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Command(Generic[T]):
    """Something to be done in one transaction; T is the answer."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Updated(Generic[T]):
    """What a command answered, and the version that what it changed has now."""

    value: T
    version: int


@dataclass(frozen=True, slots=True)
class Update(Command[Updated[T]], Generic[T]):
    """Does `command` when what it changes has one of the versions `seen` (None: whatever it has); Stale otherwise.

    `command` is one of `commerce.versions.RESOURCES`.
    """

    command: Command[T]
    seen: tuple[int, ...] | None = None

    @property
    def merchant(self) -> int:
        """Whose thing it is."""
        return int(self.command.merchant)  # type: ignore[attr-defined]  # every command of RESOURCES has one


def name_of(command: Command[Any]) -> str:
    """What is done, for figures and logs."""
    return type(command.command if isinstance(command, Update) else command).__name__
