"""The shapes around sharers: the board, and one's own figures."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from signaling.api.models import Id, Money, Slug, View

Outcome = Literal[
    "qualified",
    "no_reward",
    "no_sharer",
    "not_new",
    "too_short",
    "same_device",
    "same_address",
    "daily_cap",
    "pool_empty",
]


class SharerView(View):
    """A row of the board. `name` is what he chats under, masked for roles that send no goods; `phone` always is.

    `invites` are newcomers who were verified and stayed; `refused` all others by their reason (`too_short` may still
    become one). `orders` are paid, `paid` is less what was refunded.
    """

    viewer: Annotated[Id, Field(examples=["k3v9m2q8x7c4b1n6"])]
    name: Annotated[str, Field(examples=["Mei"])]
    phone: Annotated[str, Field(examples=["+86138****8000"])]
    invites: Annotated[int, Field(examples=[12])]
    refused: Annotated[dict[Outcome, int], Field(examples=[{"too_short": 3, "same_address": 1}])]
    orders: Annotated[int, Field(examples=[4])]
    paid: Annotated[Money, Field(examples=[{"minor": 39_600, "currency": "CNY"}])]


class OwnLink(View):
    """A link of the viewer's own, and how often others followed it."""

    code: Annotated[str, Field(examples=["x7Kq2m"])]
    url: Annotated[str, Field(examples=["https://live.example/s/x7Kq2m"])]
    room: Annotated[Slug, Field(examples=["nanjing-01"])]
    channel: Annotated[str, Field(examples=["Nanjing 01"])]
    clicks: Annotated[int, Field(examples=[37])]


class InviteTerms(View):
    """What an invite is worth, once whoever came has shown who he is and watched so long."""

    reward: Money
    seconds: Annotated[int, Field(examples=[60])]


class ShareRate(View):
    """What a sharer earns of what is bought by those who came by his link: `ppm` of what is paid, or `fixed` a piece.

    `goods` and `show` are names of what alone it is for, "" for any; the most particular rate counts.
    """

    ppm: Annotated[int, Field(examples=[50_000])]
    fixed: Money | None
    goods: Annotated[str, Field(examples=["Longjing tea"])]
    show: Annotated[str, Field(examples=["Friday evening"])]


class ShareTerms(View):
    """What sharing pays since, or from, `effective_at`; null before a merchant has any plan.

    No rates: nothing of orders. `cap_ppm` is the most that all commission of an order may come to, the channels' too.
    """

    rates: list[ShareRate]
    invite: InviteTerms | None
    cap_ppm: Annotated[int, Field(examples=[300_000])]
    effective_at: datetime | None


class Sharing(View):
    """What the viewer's sharing came to with the room's merchant: his own figures, on all his devices.

    `clicks` are visits by his links that count, of so many `people`. `earned` is what is left of his rewards
    (`invite`) and commissions (`share`), by state; `owed` what was paid to him and later refunded. `share` is what
    sharing pays now, `lowered` what is announced and pays less, the next one first.
    """

    links: list[OwnLink]
    clicks: Annotated[int, Field(examples=[37])]
    people: Annotated[int, Field(examples=[25])]
    invites: Annotated[dict[Outcome, int], Field(examples=[{"qualified": 12, "too_short": 3}])]
    orders: Annotated[int, Field(examples=[4])]
    paid: Annotated[Money, Field(examples=[{"minor": 39_600, "currency": "CNY"}])]
    earned: Annotated[
        dict[Literal["invite", "share"], dict[str, Money]],
        Field(examples=[{"invite": {"matured": {"minor": 5_880, "currency": "CNY"}}}]),
    ]
    owed: Annotated[Money, Field(examples=[{"minor": 0, "currency": "CNY"}])]
    terms: InviteTerms | None
    share: ShareTerms
    lowered: list[ShareTerms]
