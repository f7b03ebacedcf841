"""The shapes of replays."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from signaling.api.models import Id, Request, View

DAYS_MAX = 3_650


class Marker(View):
    """A product was shown `seconds` after the beginning of the recording."""

    product: Id
    name: str
    image_url: str
    seconds: float


class Replay(View):
    """The recording of the show that was last: an HLS address, and what was shown when."""

    show: Id
    title: str
    hls: str
    seconds: float = Field(description="how long it plays")
    markers: list[Marker]


class ReplaySet(Request):
    """Whether the recording is for everybody once the show is over, and for how many days it is kept."""

    published: bool
    days: Annotated[int, Field(ge=1, le=DAYS_MAX)] | None = None
