"""/openapi.json, made from the models that validate and the table of operations."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from aiohttp import web
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from commerce.paging import ROWS_MAX
from signaling.api import models, models_events
from signaling.api.hq_session import COOKIE as SESSION_COOKIE
from signaling.api.hq_session import CSRF_HEADER
from signaling.api.once import HEADER
from signaling.api.operation import Operation
from signaling.api.operations import OPERATIONS
from signaling.api.paging import CURSOR, LIMIT, LINK
from signaling.api.period import SAYS
from signaling.api.versions import ETAG, IF_MATCH
from signaling.viewers import COOKIE as VIEWER_COOKIE

REF = "#/components/schemas/{model}"
IF_MATCH_PATTERN = r'^(\*|(W/)?"[!#-~]*"(, (W/)?"[!#-~]*"){0,15})$'
IF_MATCH_SAYS = (
    "The ETag that was read: where the thing was changed since, nothing is done (412). Without it, it is done."
)
KEY_PATTERN = "^[0-9A-Za-z_-]{8,64}$"
KEY_SAYS = "The same request again is answered the same and done once; with another body it is refused (409)."
PAGE_SAYS = "From the Link of the page before; without it, the first page."
LINK_SAYS = 'The next page, as `<address>; rel="next"`; absent on the last.'
ETAG_SAYS = (
    "Strong, for If-Match: the version of all that can be changed here. Figures that move by themselves (stock, "
    "viewers, what is on the air) are no part of it."
)
SHAPES = tuple(models_events.SHAPES.values())
Schema = dict[str, Any]
Modes = Mapping[tuple[Any, JsonSchemaMode], Schema]


class OpenApi:
    """Answers with the document."""

    async def get(self, _request: web.Request) -> web.Response:
        return web.Response(body=await asyncio.to_thread(_body), content_type="application/json")


@cache
def _body() -> bytes:
    """Made when first asked for: it takes longer than all else that a node does to start."""
    return json.dumps(document(), ensure_ascii=False).encode()


def document() -> Schema:
    """The whole OpenAPI 3.1 document."""
    wanted = sorted(set(_models()), key=lambda model: (model[0].__name__, model[1]))
    schemas, definitions = models_json_schema(wanted, ref_template=REF)
    paths: Schema = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _operation(operation, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Fenbo", "version": "1", "description": "Rooms, carts, orders, and the headquarters' side."},
        "paths": paths,
        "webhooks": models_events.described({shape: schemas[shape, "serialization"] for shape in SHAPES}),
        "components": {"schemas": definitions.get("$defs", {}), "securitySchemes": _security_schemes()},
    }


def _models() -> Iterator[tuple[type[BaseModel], JsonSchemaMode]]:
    yield models.Problem, "serialization"
    yield from ((shape, "serialization") for shape in SHAPES)
    for operation in OPERATIONS:
        if operation.body is not None:
            yield operation.body, "validation"
        yield from ((model, "serialization") for model in operation.answers.values() if model is not None)


def _operation(operation: Operation, schemas: Modes) -> Schema:
    found: Schema = {
        "summary": operation.summary,
        "operationId": _operation_id(operation),
        "parameters": [*_parameters(operation)],
        "responses": _responses(operation, schemas),
        "security": _security(operation),
    }
    if operation.body is not None:
        content = {"application/json": {"schema": schemas[operation.body, "validation"]}}
        found["requestBody"] = {"required": True, "content": content}
    if operation.takes:
        file = {"schema": {"type": "string", "format": "binary"}}
        found["requestBody"] = {"required": True, "content": dict.fromkeys(operation.takes, file)}
    return found


def _security(operation: Operation) -> list[dict[str, list[str]]]:
    """A session, or - for what a scope allows - a program's key."""
    if operation.security == "session":
        return [{"session": []}, {"api_key": []}]
    return [{operation.security: []}] if operation.security else []


def _operation_id(operation: Operation) -> str:
    words = re.findall(r"[a-z0-9]+", operation.path.removeprefix("/api/v1"))
    return "_".join([operation.method, *words])


def _parameters(operation: Operation) -> Iterator[Schema]:
    for name in re.findall(r"{(\w+)}", operation.path):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
    for name in operation.query:
        says = {"description": SAYS[name]} if name in SAYS else {}
        yield {"name": name, "in": "query", "required": False, **says, "schema": {"type": "string"}}
    if operation.paged:
        yield {"name": CURSOR, "in": "query", "required": False, "description": PAGE_SAYS, "schema": {"type": "string"}}
        rows = {"type": "integer", "minimum": 1, "maximum": ROWS_MAX}
        yield {"name": LIMIT, "in": "query", "required": False, "schema": rows}
    if operation.security == "session" and operation.method != "get":
        yield {"name": CSRF_HEADER, "in": "header", "required": True, "schema": {"type": "string"}}
    if operation.once:
        schema = {"type": "string", "pattern": KEY_PATTERN}
        yield {"name": HEADER, "in": "header", "required": False, "description": KEY_SAYS, "schema": schema}
    if operation.versioned:
        schema = {"type": "string", "pattern": IF_MATCH_PATTERN}
        yield {"name": IF_MATCH, "in": "header", "required": False, "description": IF_MATCH_SAYS, "schema": schema}


def _responses(operation: Operation, schemas: Modes) -> Schema:
    found: Schema = {}
    for status, model in operation.answers.items():
        found[str(status)] = {
            "description": operation.summary if status < 300 else "",
            **_content(operation, model, schemas),
            **_headers(operation),
        }
    for status in sorted({*operation.problems, *_usual(operation)}):
        problem = {"application/problem+json": {"schema": schemas[models.Problem, "serialization"]}}
        found[str(status)] = {"description": "A problem document (RFC 9457)", "content": problem}
    return found


def _headers(operation: Operation) -> Schema:
    found: Schema = {}
    if operation.tagged or operation.versioned:
        found[ETAG] = {"description": ETAG_SAYS, "required": True, "schema": {"type": "string"}}
    if operation.paged:
        found[LINK] = {"description": LINK_SAYS, "schema": {"type": "string"}}
    return {"headers": found} if found else {}


def _content(operation: Operation, model: type[BaseModel] | None, schemas: Modes) -> Schema:
    if model is None:
        text = operation.media != "application/json"
        return {"content": {operation.media: {"schema": {"type": "string"}}}} if text else {}
    schema = schemas[model, "serialization"]
    return {
        "content": {"application/json": {"schema": {"type": "array", "items": schema} if operation.listed else schema}}
    }


def _usual(operation: Operation) -> tuple[int, ...]:
    """Refusals that follow from what an operation takes."""
    usual: tuple[int, ...] = (422,) if operation.body is None and "{" in operation.path else ()
    if operation.body is not None or operation.takes:
        usual = (413, 415, 422)
    if operation.query or operation.paged:
        usual += (404, 422)
    if operation.security == "":
        usual += (400, 413, 422)
    if operation.versioned:
        usual += (412, 422)
    if operation.once:
        usual += (409, 422)
    return usual + ((401, 403) if operation.security == "session" else ())


def _security_schemes() -> Schema:
    return {
        "viewer": {"type": "apiKey", "in": "cookie", "name": VIEWER_COOKIE},
        "viewer_token": {"type": "http", "scheme": "bearer"},
        "api_key": {"type": "http", "scheme": "bearer", "description": "the key of a program, with scopes"},
        "session": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE},
    }
