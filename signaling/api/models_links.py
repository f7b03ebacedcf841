"""The shapes of links that are listed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from signaling.api.models import ChannelRef, Id, Slug, View


class LinkSharer(View):
    """Whose link it is: what he chats under, masked for roles that send no goods; "" where he has no name."""

    viewer: Annotated[Id, Field(examples=["k3v9m2q8x7c4b1n6"])]
    name: Annotated[str, Field(examples=["M***"])]


class ListedLink(View):
    """A link, where it leads, and how many came by it, the sharer himself not counted. No sharer: the channel's own.

    A link that is revoked still leads into its room, and brings nobody.
    """

    code: Annotated[str, Field(examples=["x7Kq2m"])]
    url: Annotated[str, Field(examples=["https://live.example/s/x7Kq2m"])]
    room: Annotated[Slug, Field(examples=["nanjing-01"])]
    channel: ChannelRef
    sharer: LinkSharer | None
    created_at: datetime
    revoked_at: datetime | None
    visits: Annotated[int, Field(examples=[37])]
