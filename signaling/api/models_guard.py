"""What HQ says about personal data: who saw them, what is on legal hold, how long they are kept."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from signaling.api.models import Id, Request, View


def _said(given: object) -> object:
    """JSON's true alone: 1 equals it here, and is no word of anybody's."""
    if given is not True:
        raise ValueError("must be true")
    return given


KeptDays = Annotated[int, Field(ge=1, le=36_500)]


class AccessView(View):
    """Somebody saw, took away, held or erased personal data; `rows`: at most 200 public ids of the `count`."""

    access: int
    by: str
    kind: Literal["saw", "exported", "held", "lifted", "erased", "ruled"]
    what: str
    rows: list[str]
    count: int
    at: datetime


class LegalHoldNew(Request):
    """Either a person or an order, and why nothing of it may be erased."""

    viewer: Id | None = None
    order: Id | None = None
    reason: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class LegalHoldMade(View):
    """The hold's id."""

    hold: Id


class LegalHoldView(View):
    """A hold; while it is not lifted nothing is erased."""

    hold: Id
    viewer: Id
    order: Id | None
    reason: str
    by: str
    at: datetime
    lifted_at: datetime | None


class RetentionBody(Request):
    """Days for what is said, for touches, and for contacts of ended orders; null: as long as the store."""

    chat_days: KeptDays | None = None
    touch_days: KeptDays | None = None
    contact_days: KeptDays | None = None


class RetentionView(View):
    """How long each kind is kept."""

    chat_days: int | None
    touch_days: int | None
    contact_days: int | None


class Consent(Request):
    """He will keep his customers' data as the law asks him to: said each time, and logged."""

    consent: Annotated[Literal[True], BeforeValidator(_said)]
