"""Who may watch through an edge: a signed cookie that nginx checks by itself (config/deploy/nginx-edge.conf).

It is the viewer's and never part of an address, so one copy of a part serves everybody. The origin itself does not ask
for it: only edges should reach it then.
"""

from __future__ import annotations

import base64
import hashlib

from aiohttp import web

COOKIE = "fenbo_edge"
PATH = "/"  # what is on is under /live/, recordings under /replay/
PASS_SECONDS = 86_400  # a page that is open longer asks again when it is loaded again


def edge_cookie(secret: str, viewer: str, expires: int) -> str:
    """The cookie's value: "expires-viewer-signature". `viewer` is letters, digits and _, `expires` Unix seconds.

    The signature is that of nginx's secure_link module, which knows MD5 alone; base64url without padding.
    """
    assert viewer.isascii() and viewer.replace("_", "").isalnum(), "it stands between two dashes"
    signed = f"{expires} {viewer} {secret}".encode()
    digest = hashlib.md5(signed, usedforsecurity=False).digest()
    return f"{expires}-{viewer}-{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


class EdgePass:
    """Lets viewers through the edges; without a secret everybody passes them, and nothing is given."""

    def __init__(self, secret: str, *, secure: bool) -> None:
        self._secret = secret
        self._secure = secure

    def give(self, response: web.Response, viewer: str, now: float) -> None:
        """Put a viewer's cookie on the answer that shows him a room. `now` is Unix seconds."""
        if not self._secret:
            return
        value = edge_cookie(self._secret, viewer, int(now) + PASS_SECONDS)
        response.set_cookie(
            COOKIE, value, path=PATH, max_age=PASS_SECONDS, httponly=True, samesite="Lax", secure=self._secure
        )
