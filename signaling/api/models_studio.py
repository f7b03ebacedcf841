"""The shapes of HQ's studio: keys, sources, slates, restreams."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from signaling.api.models import Id, Moment, Request, Slug, View

Slot = Literal["primary", "backup"]
Cause = Literal["waiting", "paused"]
Back = Literal["automatic", "manual"]
LaterMoment = Annotated[Moment, Field(strict=False)]


class StreamKeyView(View):
    """A stream key as it can be shown later: only its hint, and when and for what it is good."""

    slot: Slot
    hint: str
    created_at: Moment
    valid_from: Moment | None
    valid_until: Moment | None
    only_show: Id | None


class AdviceView(View):
    """What the broadcaster should know: a stable word, and the number it is about (seconds, ms, fps, Mb/s)."""

    kind: str
    number: float


class SourceView(View):
    """What publishes into the studio now."""

    slot: Slot
    state: str
    encoder: str = Field(description="what the encoder calls itself, and from where")
    video: str | None = Field(description="such as `h264 1280x720, 30 fps, 2.5 Mb/s`")
    audio: str | None
    gop_seconds: float = Field(description="the longest time between key frames lately")
    b_frames: bool
    jitter_ms: float = Field(description="by how much pictures arrive unevenly, on average")
    warnings: list[str] = Field(description="what the broadcaster should change, in plain words")
    advice: list[AdviceView] = Field(description="the same for programs and other languages, in the same order")


class RestreamView(View):
    """Where the broadcast goes as well. `problem` is why the last connection ended. `missing`: an import came
    without its URL, which is to be entered again under the same name.
    """

    name: Slug
    host: str
    enabled: bool
    state: Literal["missing", "off", "waiting", "connecting", "sending", "retrying"]
    problem: str


class Studio(View):
    """Where the encoder sends to, what comes, and what viewers see of it."""

    rtmp_url: str
    whip_url: str
    keys: list[StreamKeyView]
    sources: list[SourceView]
    on: Literal["primary", "backup", "slate"] | None = Field(description="what viewers see now")
    chosen: Slot | None = Field(description="the source that people have chosen; null: the healthy primary")
    back: Back = Field(description="whether a healthy primary comes back by itself")
    slates: list[Cause] = Field(description="the slates that are the merchant's own")
    restreams: list[RestreamView]


class StudioChange(Request):
    """What to change of a studio; absent fields stay. `on`: this source from its next key frame on, and it stays."""

    back: Back | None = None
    on: Slot | Literal["automatic"] | None = None


class StreamKeyLimits(Request):
    """From when, until when, and for which show alone; null and absent fields: without that limit."""

    valid_from: LaterMoment | None = None
    valid_until: LaterMoment | None = None
    show: Id | None = None


class NewStreamKey(View):
    """The one time the key itself is shown."""

    slot: Slot
    stream_key: str


class RestreamSet(Request):
    """A target: `rtmp://HOST/APP/KEY` or rtmps. It is a secret and never shown again."""

    url: Annotated[str, StringConstraints(min_length=1, max_length=1_000)]


class RestreamChange(Request):
    """On or off."""

    enabled: bool
