"""The commands around cases. The buyer's name him by his cookie, HQ's name the merchant."""

from __future__ import annotations

from dataclasses import dataclass

from commerce import checks
from commerce.cases.states import KINDS
from commerce.cases.views import Case
from commerce.commands.base import Command
from commerce.errors import Invalid

REASON_CHARS_MAX = 500
TRACKING_CHARS_MAX = 80


@dataclass(frozen=True, slots=True)
class Returned:
    """So many units of a SKU of the order."""

    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class AskCase(Command[Case]):
    """The buyer asks for his money, with goods sent back or without. Sent again, the same: the same case."""

    viewer: str
    order: str
    client_case_id: str
    kind: str
    reason: str
    lines: tuple[Returned, ...]

    def __post_init__(self) -> None:
        checks.public_id("viewer", self.viewer)
        checks.public_id("order", self.order)
        checks.text("client_case_id", self.client_case_id, 64, 8)
        checks.choice("kind", self.kind, KINDS)
        checks.text("reason", self.reason, REASON_CHARS_MAX, 1)
        checks.size("lines", self.lines, 1, checks.LINES_MAX)
        for at, line in enumerate(self.lines):
            checks.public_id(f"lines[{at}].sku", line.sku)
            checks.quantity(f"lines[{at}].quantity", line.quantity)
        if len({line.sku for line in self.lines}) < len(self.lines):
            raise Invalid("lines", "a SKU may stand in one line only")


@dataclass(frozen=True, slots=True)
class SendBack(Command[Case]):
    """The goods are on their way back; `tracking` is the carrier's number."""

    viewer: str
    case: str
    tracking: str

    def __post_init__(self) -> None:
        checks.public_id("viewer", self.viewer)
        checks.public_id("case", self.case)
        checks.text("tracking", self.tracking, TRACKING_CHARS_MAX, 1)


@dataclass(frozen=True, slots=True)
class WithdrawCase(Command[Case]):
    """The buyer thinks again."""

    viewer: str
    case: str

    def __post_init__(self) -> None:
        checks.public_id("viewer", self.viewer)
        checks.public_id("case", self.case)


@dataclass(frozen=True, slots=True)
class AgreeCase(Command[Case]):
    """HQ says yes: the money goes back at once, or when the goods have come. `restock`: as GivenBack's."""

    merchant: int
    case: str
    reason: str = ""
    restock: bool = False

    def __post_init__(self) -> None:
        checks.public_id("case", self.case)
        checks.text("reason", self.reason, REASON_CHARS_MAX)


@dataclass(frozen=True, slots=True)
class RefuseCase(Command[Case]):
    """HQ says no, and why: of what was asked, or of what was sent back."""

    merchant: int
    case: str
    reason: str

    def __post_init__(self) -> None:
        checks.public_id("case", self.case)
        checks.text("reason", self.reason, REASON_CHARS_MAX, 1)


@dataclass(frozen=True, slots=True)
class ReceiveBack(Command[Case]):
    """HQ has the goods again: the money goes back. `restock`: as GivenBack's."""

    merchant: int
    case: str
    restock: bool = False

    def __post_init__(self) -> None:
        checks.public_id("case", self.case)


@dataclass(frozen=True, slots=True)
class PassCases(Command[int]):
    """What the time did to open cases, at most `limit`; answers how many. Given by the scheduler."""

    limit: int = 500
