"""The operations around sharers."""

from __future__ import annotations

from signaling.api import models_sharers as m
from signaling.api.operation import V1, Found, Operation, hq

QUERY = ("show", "days", "by")
BOARD: Found = {200: m.SharerView}

SHARERS = (
    Operation("get", f"{V1}/rooms/{{room}}/sharing", "What one's own links came to", {200: m.Sharing}, problems=(404,)),
    hq(
        "get",
        "/sharers",
        "Sharers by qualified invites, paid orders or their sum (`by`: invites, orders, paid), the best first; of a "
        "show, or of the last `days` (1 to 92; 30)",
        BOARD,
        listed=True,
        paged=True,
        query=QUERY,
        problems=(404,),
    ),
    Operation(
        "get",
        f"{V1}/desk/sharers",
        "The same of one's own channel: invites by its links, and orders of its customers",
        BOARD,
        listed=True,
        paged=True,
        query=QUERY,
        problems=(404,),
        security="session",
    ),
)
