"""The operations around links that are listed and taken back."""

from __future__ import annotations

from signaling.api import models_links as m
from signaling.api.operation import V1, Found, Operation, hq

LISTED: Found = {200: m.ListedLink}
REVOKED = "The link stops working; who came by it stays whose he is"

LINKS = (
    Operation(
        "get",
        f"{V1}/rooms/{{room}}/links",
        "The viewer's own links into rooms of this merchant, the newest first, revoked ones too",
        LISTED,
        listed=True,
        paged=True,
        problems=(404,),
    ),
    Operation("delete", f"{V1}/rooms/{{room}}/links/{{code}}", REVOKED, {204: None}, problems=(404,)),
    hq(
        "get",
        "/links",
        "Links of all channels and sharers, the newest first, revoked ones too; of one `channel`, or the one `code`",
        LISTED,
        listed=True,
        paged=True,
        query=("channel", "code"),
        problems=(404,),
    ),
    Operation(
        "get",
        f"{V1}/desk/links",
        "Links into one's own room: the channel's and those of sharers",
        LISTED,
        listed=True,
        paged=True,
        security="session",
    ),
    Operation("delete", f"{V1}/desk/links/{{code}}", REVOKED, {204: None}, security="session", problems=(404,)),
)
