"""The pages: files that the web build left in web/dist, with what the server knows put into them."""

from __future__ import annotations

import html
import json
import logging
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from commerce.leaving.farewell import verify_page
from signaling.api.models import RoomView

log = logging.getLogger(__name__)

TOKEN = "<!--fenbo-->"  # noqa: S105  # the place in a page, not a secret
IMMUTABLE = "public, max-age=31536000, immutable"
# hls.js feeds MSE from blob: URLs and works in a blob: worker; logos, covers and product pictures may be anywhere.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' https: http: data: blob:",
        "media-src 'self' https: blob:",
        "connect-src 'self' ws: wss: https:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    )
)
HEADERS = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}
# Rooms may be embedded in a partner's own site; HQ may not.
HQ_HEADERS = HEADERS | {"Content-Security-Policy": POLICY + "; frame-ancestors 'none'"}
# The page that checks statements is one file, with its script and its style in it.
ALONE = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; base-uri 'none'"
NOT_BUILT = "The pages are not built: run `make demo`, or `npm ci && npm run build` in web/."


@dataclass(frozen=True, slots=True)
class Pages:
    """Read once at start. A page that is not there says how to build it."""

    assets: list[web.AbstractRouteDef]
    room_html: str
    hq_html: str
    missing_html: str
    desk_html: str = ""
    verify_html: str = ""
    apply_html: str = ""

    @classmethod
    def read(cls, folder: Path) -> Pages:
        """`folder` is web/dist."""
        found = {name: _text(folder / f"{name}.html") for name in ("room", "hq", "missing", "desk", "apply")}
        absent = [name for name, text in found.items() if text is None]
        if absent:
            log.warning("%s has no %s. %s", folder, ", ".join(f"{name}.html" for name in absent), NOT_BUILT)
        texts = {name: text or f"<!doctype html><title>Fenbo</title><p>{NOT_BUILT}" for name, text in found.items()}
        shown = (texts["room"], texts["hq"], texts["missing"], texts["desk"])
        return cls(_assets(folder / "assets"), *shown, "".join(verify_page()), texts["apply"])

    def room(self, view: RoomView, url: str) -> web.Response:
        """A room's page; `url` is the installation's own, without a slash at its end."""
        head = _meta(view, url) + _data("fenbo-room", view.model_dump(mode="json"))
        return _page(self.room_html.replace(TOKEN, head), HEADERS | {"Cache-Control": "no-store"})

    def hq(self, url: str) -> web.Response:
        head = _data("fenbo-hq", {"url": url})
        return _page(self.hq_html.replace(TOKEN, head), HQ_HEADERS | {"Cache-Control": "no-store"})

    async def desk(self, _request: web.Request) -> web.Response:
        """The page of a partner, who logs in there."""
        return _page(self.desk_html.replace(TOKEN, ""), HQ_HEADERS | {"Cache-Control": "no-store"})

    def apply(self, merchant: str, name: str, language: str) -> web.Response:
        """The page of whoever wants to become a partner; a merchant's name goes into its title."""
        head = f"<title>{html.escape(name)}</title>"
        head += _data("fenbo-apply", {"merchant": merchant, "name": name, "language": language})
        return _page(self.apply_html.replace(TOKEN, head), HQ_HEADERS | {"Cache-Control": "no-store"})

    async def verify(self, _request: web.Request) -> web.Response:
        """The page that checks a statement offline: all of it is in it, and it asks nobody."""
        return _page(self.verify_html, HEADERS | {"Content-Security-Policy": ALONE})

    def missing(self) -> web.Response:
        return _page(self.missing_html.replace(TOKEN, ""), HEADERS, status=404)


async def assets_for_ever(request: web.Request, response: web.StreamResponse) -> None:
    """aiohttp's signal: assets are for ever, in the encoding that was taken (the build compresses them beforehand)."""
    if isinstance(response, web.FileResponse) and request.path.startswith("/assets/") and response.status < 400:
        response.headers.update({"Cache-Control": IMMUTABLE, "Vary": "Accept-Encoding"})


def _assets(folder: Path) -> list[web.AbstractRouteDef]:
    """/assets/*: names carry a hash of what is inside (Vite), so they never change."""
    return [web.static("/assets", folder)] if folder.is_dir() else []


def _text(path: Path) -> str | None:
    return path.read_text("utf-8") if path.is_file() else None


def _page(text: str, headers: dict[str, str], status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html", headers=headers)


def _meta(view: RoomView, url: str) -> str:
    """What link previews in chat programs show."""
    title = f"{view.show.title} · {view.name}" if view.show else view.name
    address = f"{url}/r/{view.room}"
    properties = {
        "og:type": "video.other",
        "og:title": title,
        "og:site_name": view.merchant.name,
        "og:description": view.notice or view.welcome or view.merchant.name,
        "og:url": address,
        "og:image": _absolute(view.cover_url or view.logo_url, url),
    }
    tags = "".join(
        f'<meta property="{name}" content="{html.escape(value)}">' for name, value in properties.items() if value
    )
    return f'<title>{html.escape(title)}</title><link rel="canonical" href="{html.escape(address)}">{tags}'


def _absolute(address: str, url: str) -> str:
    return url + address if address.startswith("/") else address


def _data(name: str, value: object) -> str:
    """JSON in a script element, in which nothing can end the element or start a comment."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return f'<script type="application/json" id="{name}">{text}</script>'
