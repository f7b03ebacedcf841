"""Which rooms somebody came into by a token that does not hold, and by nothing else since: his browser remembers it.

So it outlasts this process and is known to every node. It needs no signature: who throws the cookie away is where he
would be had he come without the token, and who writes one only keeps himself from being a channel's customer.
"""

from __future__ import annotations

from aiohttp import web

from signaling.tokens import VIEWER_SECONDS

COOKIE = "fenbo_doubt"
ROOMS_MAX = 20  # the oldest doubts are dropped, to his benefit
BETWEEN = "."  # never part of a room's name


class Doubts:
    """`secure`: this installation is reached over https."""

    def __init__(self, *, secure: bool) -> None:
        self._secure = secure

    def keep(self, request: web.Request, response: web.Response, room: str, *, doubtful: bool) -> None:
        """Until he comes into the room by an address that holds."""
        before = _rooms(request)
        after = [each for each in before if each != room] + [room] * doubtful
        if after:
            value = BETWEEN.join(after[-ROOMS_MAX:])
            response.set_cookie(
                COOKIE, value, max_age=VIEWER_SECONDS, httponly=True, samesite="Lax", secure=self._secure
            )
        elif before:
            response.del_cookie(COOKIE)


def is_doubtful(request: web.Request, room: str) -> bool:
    """Whether he came into the room by a token that does not hold, and by nothing else since."""
    return room in _rooms(request)


def _rooms(request: web.Request) -> list[str]:
    if COOKIE not in request.headers.get("Cookie", ""):  # nearly everybody's, and taking them apart takes its time
        return []
    return [room for room in request.cookies.get(COOKIE, "").split(BETWEEN) if room]
