"""The shapes of other programs: keys, webhooks, deliveries."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field

from signaling.api.models import Id, Moment, Name, Request, View
from signaling.api.models_hq import Url

Scope = Literal[
    "shows:read",
    "shows:write",
    "channels:read",
    "channels:write",
    "goods:read",
    "goods:write",
    "orders:read",
    "orders:write",
]
Event = Literal[
    "order.created",
    "order.paid",
    "order.shipped",
    "order.received",
    "order.finished",
    "order.cancelled",
    "order.refunded",
    "order.refund",
    "order.paid_late",
    "order.reinstated",
    "case.changed",
    "sale.sold_out",
    "customer.bound",
    "show.announced",
    "show.live",
    "show.paused",
    "show.ended",
]


class ApiKeyNew(Request):
    """A key for a program: `<what>:write` includes reading it."""

    name: Name
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=8)]


class ApiKeyView(View):
    """A key as it can be shown later."""

    key: Id
    name: str
    hint: str
    scopes: list[Scope]
    created_at: Moment
    revoked: bool


class NewApiKey(View):
    """The one time the key itself is shown; it is sent as `Authorization: Bearer <secret>`."""

    key: ApiKeyView
    secret: str


class HookNew(Request):
    """An address that is told of events, in the shapes of a version; they are under `webhooks` in this document."""

    url: Url
    version: Literal[1] = 1
    events: Annotated[list[Event], Field(min_length=1, max_length=len(get_args(Event)))]


class HookView(View):
    """A webhook. `handed` is false after an import: its receiver has the secret of another installation."""

    hook: Id
    url: str
    events: list[Event]
    version: int
    created_at: Moment
    handed: bool


class HookRenewal(Request):
    """Another secret in place of the one it has."""


class NewHook(View):
    """The one time the secret is shown. `Fenbo-Signature: t=<unix>,v1=<hex>` is HMAC-SHA-256 over `t.body` with it."""

    hook: HookView
    secret: str


class DeliveryReplay(Request):
    """It is sent again."""


class DeliveryView(View):
    """An event on its way to a webhook; `status` is that of the last answer."""

    delivery: Id
    hook: Id
    url: str
    event: Event
    state: Literal["waiting", "delivered", "failed"]
    attempts: int
    status: int | None
    error: str
    created_at: Moment
    next_at: Moment | None
