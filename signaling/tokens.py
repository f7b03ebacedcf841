"""Signed things that come back to us: the viewer's cookie and the room-link token. Pure: keys and time are arguments.

A token that does not hold never stops anybody: the visitor comes in without what it claimed, and `BadToken.reason` -
a stable word for the log and the metric - says why (MONEY section 2).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import jwt

PROVEN_MAX = 8_192  # viewers' tokens whose signatures were checked a moment ago; their age is looked at each time
VIEWER_SECONDS = 400 * 24 * 3600  # the longest that browsers keep a cookie
LINK_TOKEN_CHARS_MAX = 2_000
ALGORITHM = "HS256"
_VIEWER_ID = re.compile(r"[0-9a-z]{16}")
_CLAIMS = ("merchant", "room", "link", "iat", "exp", "nonce")


class BadToken(Exception):
    """`reason`: malformed, forged, expired or foreign."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def new_viewer() -> str:
    """A viewer's id: 80 random bits."""
    return base64.b32encode(secrets.token_bytes(10)).decode().lower()


class ViewerTokens:
    """`v1.<viewer>.<issued>.<mac>`, as cookie or bearer. The last key signs, any of them reads.

    `v1.<viewer>.<device>.<issued>.<mac>` after a logout: the first viewer of a browser stands for the device.
    """

    def __init__(self, *keys: bytes) -> None:
        # Made once: keyed anew each time, a MAC takes twice as long and lets all other threads go first.
        self._macs = [hmac.new(key, digestmod=hashlib.sha256) for key in keys]
        self._proven = lru_cache(PROVEN_MAX)(self._prove)

    def sign(self, viewer: str, now: float, device: str = "") -> str:
        body = f"v1.{viewer}.{int(now)}" if device in ("", viewer) else f"v1.{viewer}.{device}.{int(now)}"
        return f"{body}.{_mac(self._macs[-1], body)}"

    def read(self, token: str, now: float) -> str:
        """The viewer's id; raises `BadToken`."""
        return self._read(token, now)[0]

    def device(self, token: str, now: float) -> str:
        """The device's id; raises `BadToken`."""
        return self._read(token, now)[1]

    def _read(self, token: str, now: float) -> tuple[str, str]:
        viewer, device, issued = self._proven(token)
        if not now - VIEWER_SECONDS < issued < now + 3600:  # an hour for clocks that differ between nodes
            raise BadToken("expired")
        return viewer, device

    def _prove(self, token: str) -> tuple[str, str, int]:
        """The ids of viewer and device, and when the token was made."""
        body, _, mac = token.rpartition(".")
        version, *ids, issued = body.split(".") if body.count(".") in (2, 3) else ("", "", "")
        if version != "v1" or not all(map(_VIEWER_ID.fullmatch, ids)):
            raise BadToken("malformed")
        if not any(hmac.compare_digest(mac.encode(), _mac(keyed, body).encode()) for keyed in self._macs):
            raise BadToken("forged")
        return ids[0], ids[-1], int(issued)


def _mac(keyed: hmac.HMAC, body: str) -> str:
    found = keyed.copy()
    found.update(body.encode())
    return base64.urlsafe_b64encode(found.digest()[:24]).decode()


@dataclass(frozen=True, slots=True)
class LinkClaims:
    """What a room-link token says: a link (and with it channel and sharer) of a merchant, into a room.

    `sharer` is said for whoever reads the token; what counts is the link's own.
    """

    merchant: str
    room: str
    link: str
    sharer: str | None = None


class LinkTokens:
    """JWTs for embedded rooms, with the key's id in the header so that keys can rotate."""

    def __init__(self, keys: Mapping[str, bytes], current: str) -> None:
        assert current in keys, "tokens are signed with a key that is known"
        self._keys = dict(keys)
        self._current = current

    def sign(self, claims: LinkClaims, now: float, seconds: int) -> str:
        body = {
            "merchant": claims.merchant,
            "room": claims.room,
            "link": claims.link,
            "iat": int(now),
            "exp": int(now) + seconds,
            "nonce": secrets.token_hex(8),
        } | ({} if claims.sharer is None else {"sharer": claims.sharer})
        return jwt.encode(body, self._keys[self._current], algorithm=ALGORITHM, headers={"kid": self._current})

    def read(self, token: str, merchant: str, room: str, now: float) -> LinkClaims:
        """The claims, for this room only; raises `BadToken`."""
        body = self._body(token, now)
        sharer = None if body.get("sharer") is None else str(body["sharer"])
        claims = LinkClaims(str(body["merchant"]), str(body["room"]), str(body["link"]), sharer)
        if (claims.merchant, claims.room) != (merchant, room):
            raise BadToken("foreign")
        return claims

    def _body(self, token: str, now: float) -> dict[str, object]:
        if len(token) > LINK_TOKEN_CHARS_MAX:
            raise BadToken("malformed")
        try:
            key = self._keys.get(str(jwt.get_unverified_header(token).get("kid")))
            if key is None:
                raise BadToken("forged")
            # The clock is an argument, so PyJWT must not look at its own.
            options: dict[str, object] = {"require": list(_CLAIMS), "verify_exp": False, "verify_iat": False}
            body: dict[str, object] = jwt.decode(token, key, algorithms=[ALGORITHM], options=options)  # type: ignore[arg-type]
        except (jwt.InvalidSignatureError, jwt.InvalidAlgorithmError):
            raise BadToken("forged") from None
        except jwt.PyJWTError:
            raise BadToken("malformed") from None
        expires = body["exp"]
        if not isinstance(expires, int):
            raise BadToken("malformed")
        if expires <= now:
            raise BadToken("expired")
        return body
