"""Lists that grow come in pages, everywhere the same way: `?cursor=` and `?limit=`, and a Link to the next page."""

from __future__ import annotations

from aiohttp import web

from commerce.paging import ROWS, ROWS_MAX, Paging
from signaling.errors import BadBody

CURSOR, LIMIT, LINK = "cursor", "limit", "Link"
PAGE = web.RequestKey("page", Paging)


def page(request: web.Request, rows: int = ROWS) -> Paging:
    """The page that a request asks for, `rows` where it does not say how many. Raises BadBody, Invalid."""
    given = request.query.get(LIMIT, str(rows))
    if not (given.isascii() and given.isdigit() and len(given) <= len(str(ROWS_MAX))):
        raise BadBody("this is no number of rows", [(LIMIT, f"must be from 1 to {ROWS_MAX}")])
    request[PAGE] = Paging(request.query.get(CURSOR), int(given))
    return request[PAGE]


def link(request: web.Request, response: web.StreamResponse) -> None:
    """RFC 8288: the address of the next page, where there is one, goes into the answer."""
    cursor = request[PAGE].next if PAGE in request else None
    if cursor is not None:
        response.headers[LINK] = f'<{request.rel_url.update_query({CURSOR: cursor})}>; rel="next"'
