"""ETag and If-Match: whoever changes what he has read does not overwrite what another has changed meanwhile.

One way for all: handlers read with `seen` and change with `change`, the guard writes the tag. The version is compared
inside the transaction (commerce.versions). A change without If-Match is made whatever the version is: to send it is the
caller's choice, as it is to read first.
"""

from __future__ import annotations

import re
from typing import TypeVar

from aiohttp import web

from commerce import commands, questions, views
from commerce.service import Commerce
from signaling.errors import BadBody

T = TypeVar("T")

IF_MATCH, ETAG = "If-Match", "ETag"
VERSION = web.RequestKey("version", int)  # once it is known
TAGS_MAX = 16
NO_VERSION = -1
# RFC 9110, section 8.8.3; a weak tag is well formed and never matches.
_TAG = re.compile(r'(W/)?"([\x21\x23-\x7e]*)"')
_NUMBER = re.compile(r"[0-9]{1,9}")


async def seen(commerce: Commerce, request: web.Request, me: views.Me, resource: str) -> None:
    """Before reading a resource: its version, which the answer will carry."""
    request[VERSION] = await commerce.ask(questions.version, me.merchant.id, resource)


async def change(commerce: Commerce, request: web.Request, command: commands.Command[T]) -> T:
    """What the command answers, done to the version that the request names. Raises Stale."""
    updated = await commerce.execute(commands.Update(command, expected(request)))
    request[VERSION] = updated.version
    return updated.value


def expected(request: web.Request) -> tuple[int, ...] | None:
    """The versions that If-Match allows; None: any. A tag that is none of ours matches nothing."""
    given = ", ".join(request.headers.getall(IF_MATCH, ()))
    if not given or given.strip() == "*":
        return None
    tags = [_TAG.fullmatch(tag.strip()) for tag in given.split(",")]
    if len(tags) > TAGS_MAX or not all(tags):
        raise BadBody("this is no list of tags", [(IF_MATCH, f'must be * or up to {TAGS_MAX} of "tag"')])
    return tuple(_version(tag) for tag in tags if tag is not None)


def _version(tag: re.Match[str]) -> int:
    strong = tag[1] is None and _NUMBER.fullmatch(tag[2])
    return int(tag[2]) if strong else NO_VERSION


def tag(request: web.Request, response: web.StreamResponse) -> None:
    """Writes the tag of what the request read or changed into its answer."""
    if VERSION in request:
        response.headers[ETAG] = f'"{request[VERSION]}"'
