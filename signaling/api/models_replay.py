"""The shapes of replays."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from signaling.api.models import Id, Moment, Request, ShowState, View

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


class ReplayHq(View):
    """What HQ decides about the recording of a show."""

    show: Id
    title: str
    state: ShowState
    created_at: Moment
    published: bool = Field(description="for everybody once the show is over")
    days: int | None = Field(description="how long it is kept; null: as long as the installation keeps recordings")
    seconds: float | None = Field(description="how long it plays; null: there is none")


class ReplaySet(Request):
    """Whether the recording is for everybody once the show is over, and for how many days it is kept."""

    published: bool
    days: Annotated[int, Field(ge=1, le=DAYS_MAX)] | None = None
