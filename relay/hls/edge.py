"""Who may watch through an edge: a signed cookie that nginx checks by itself (config/deploy/nginx-edge.conf).

It is the viewer's and never part of an address, so one copy of a part serves everybody. The origin itself does not ask
for it: only edges should reach it then.
"""

from __future__ import annotations

import base64
import hashlib

COOKIE = "fenbo_edge"
PATH = "/live"


def edge_cookie(secret: str, viewer: str, expires: int) -> str:
    """The cookie's value: "expires-viewer-signature". `viewer` is letters, digits and _, `expires` Unix seconds.

    The signature is that of nginx's secure_link module, which knows MD5 alone; base64url without padding.
    """
    assert viewer.isascii() and viewer.replace("_", "").isalnum(), "it stands between two dashes"
    signed = f"{expires} {viewer} {secret}".encode()
    digest = hashlib.md5(signed, usedforsecurity=False).digest()
    return f"{expires}-{viewer}-{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"
