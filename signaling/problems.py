"""Every answer that is a refusal: a problem document (RFC 9457) for programs, a page for people."""

from __future__ import annotations

import logging
from collections.abc import Callable

import orjson
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from prometheus_client import Counter

from config.metrics import Metrics
from signaling import errors
from signaling.errors import Look
from signaling.translations import UNTRANSLATED, Catalogue, Translations

log = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
UNMATCHED = "unmatched"
LL_HLS = "/live/"
Check = Callable[[web.Request], None]


def problem(error: Exception, catalogue: Catalogue = UNTRANSLATED) -> web.Response:
    """The answer to an error of the table, or to one that is our own fault."""
    look = errors.look(error)
    retry_after = getattr(error, "retry_after", errors.RETRY_AFTER_SECONDS.get(look.status))
    return document(look, errors.detail_of(error), errors.fields(error), retry_after, catalogue)


def document(
    look: Look,
    detail: str,
    fields: list[tuple[str, str]] | None = None,
    retry_after: float | None = None,
    catalogue: Catalogue = UNTRANSLATED,
) -> web.Response:
    """A problem document. `fields` are (field, detail); `retry_after` is in seconds.

    Content-Language is said where all of it could be translated.
    """
    said = {text: catalogue.find(text) for text in (look.title, detail, *(text for _, text in fields or []))}
    body = {  # as models.Problem describes it
        "type": f"/problems/{look.word}",
        "title": said[look.title] or look.title,
        "status": look.status,
        "detail": said[detail] or detail,
        "errors": [{"field": field, "detail": said[text] or text} for field, text in fields or []],
    }
    headers = {} if retry_after is None else {"Retry-After": str(max(1, round(retry_after)))}
    if None not in said.values():
        headers |= {"Content-Language": catalogue.language}
    return web.Response(body=orjson.dumps(body), status=look.status, content_type=CONTENT_TYPE, headers=headers)


def middleware(metrics: Metrics, check: Check, translations: Translations) -> Middleware:
    """Counts every request outside LL-HLS, which counts its own, and turns whatever is raised into its answer.

    `check` may raise when an answer is ready whose head has not gone out.
    """

    counters: dict[tuple[str, int], Counter] = {}  # as many as there are routes and statuses

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            response = await handler(request)
            if not response.prepared:
                check(request)
        except Exception as error:
            response = _refusal(request, error, translations.of(request))
        route = _route(request)
        if not route.startswith(LL_HLS):
            counter = counters.get((route, response.status))
            if counter is None:
                counter = metrics.http_requests.labels(route, str(response.status))
                counters[route, response.status] = counter
            counter.inc()
        return response

    return guard


def _refusal(request: web.Request, error: Exception, catalogue: Catalogue) -> web.StreamResponse:
    if isinstance(error, web.HTTPException):
        return _of_aiohttp(error, catalogue)
    response = problem(error, catalogue)
    if response.status == 500:
        log.exception("%s %s failed", request.method, request.path)
    return response


def _route(request: web.Request) -> str:
    """The route's pattern, never the address itself: labels stay few."""
    resource = request.match_info.route.resource
    return UNMATCHED if resource is None else resource.canonical


def _of_aiohttp(error: web.HTTPException, catalogue: Catalogue) -> web.StreamResponse:
    """aiohttp's own refusals; redirects and the like are answers and stay as they are."""
    if error.status < 400:
        return error
    if isinstance(error, web.HTTPMethodNotAllowed):
        allowed = ", ".join(sorted(error.allowed_methods))
        answer = document(errors.WRONG_METHOD, f"allowed: {allowed}", catalogue=catalogue)
        answer.headers["Allow"] = allowed
        return answer
    if isinstance(error, web.HTTPRequestEntityTooLarge):
        return document(errors.TOO_LARGE, "the body is larger than this server takes", catalogue=catalogue)
    if error.status == 404:
        return document(errors.NOT_FOUND, "no such address", catalogue=catalogue)
    return document(Look(error.status, "bad-request", error.reason), error.text or error.reason)
