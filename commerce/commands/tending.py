"""What a node does for itself, of no merchant's."""

from __future__ import annotations

from dataclasses import dataclass

from commerce.commands.base import Command


@dataclass(frozen=True, slots=True)
class TendOutbox(Command[int]):
    """The node lives: its rows of the outbox are spoken for, and it tells those of the dead; answers how many."""

    node: str
