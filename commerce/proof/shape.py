"""What statements, heads and keys look like as JSON, read strictly: a page in a browser must say of a file
what the command says of it, and both compute only with what they have looked at. Pure; verify.js has the same tables.

Hex is lower-case, without spaces. A number is whole, and one that a browser holds exactly; 7.0 is 7, as it is there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NoReturn

INTEGER_MAX = 2**53 - 1  # of those that a browser holds exactly
_HEX = re.compile(r"(?:[0-9a-f]{2})*")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_SURROGATE = re.compile(r"[\ud800-\udfff]")  # half a character: no UTF-8 says it
Json = Mapping[str, Any]
Shape = Callable[[Any], Any]


class Malformed(ValueError):
    """Not what it should be; the message says where, and what it should be."""


def loads(found: str | bytes) -> Any:
    """JSON as a browser reads it: no NaN. Malformed, whatever is wrong with it."""
    try:
        return json.loads(found, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Malformed("is no JSON, or too deep") from error


def _no_number(_name: str) -> NoReturn:
    raise Malformed("is no JSON")


def integer(found: object) -> int:
    """Any whole number."""
    if isinstance(found, float) and found.is_integer():
        found = int(found)
    if not isinstance(found, int) or isinstance(found, bool) or abs(found) > INTEGER_MAX:
        raise Malformed("must be a whole number")
    return found


def natural(found: object) -> int:
    """A whole number, 0 or more."""
    if integer(found) < 0:
        raise Malformed("must be 0 or more")
    return integer(found)


def text(found: object) -> str:
    """Text that UTF-8 can say."""
    if not isinstance(found, str) or _SURROGATE.search(found):
        raise Malformed("must be text")
    return found


def hexed(found: object) -> str:
    """Bytes, as hex."""
    if not isinstance(found, str) or not _HEX.fullmatch(found):
        raise Malformed("must be lower-case hex")
    return found


def digest(found: object) -> str:
    """32 bytes, as hex."""
    if not isinstance(found, str) or not _DIGEST.fullmatch(found):
        raise Malformed("must be 64 digits of lower-case hex")
    return found


def optional(shape: Shape, found: Any) -> Any:
    """Null, or of that shape."""
    return None if found is None else shape(found)


def items(shape: Shape, found: Any) -> list[Any]:
    """A list of them."""
    if not isinstance(found, list):
        raise Malformed("must be a list")
    return [_at(f"[{number}]", shape, each) for number, each in enumerate(found)]


def fields(shapes: Mapping[str, Shape], found: Any) -> dict[str, Any]:
    """An object with at least these fields; others are left as they are, and nothing computes with them."""
    if not isinstance(found, dict):
        raise Malformed("must be an object")
    return found | {name: _at(f".{name}", shape, found.get(name)) for name, shape in shapes.items()}


def counts(found: Any) -> dict[str, int]:
    """How many there are of what."""
    return fields(dict.fromkeys(found, natural), found) if isinstance(found, dict) else fields({}, found)


def _at(place: str, shape: Shape, found: Any) -> Any:
    try:
        return shape(found)
    except Malformed as error:
        raise Malformed(f"{place}{'' if str(error)[0] in '.[' else ' '}{error}") from None


digests = partial(items, digest)
head = partial(
    fields,
    {
        "merchant": text,
        "log": natural,
        "size": natural,
        "root": digest,
        "ends": partial(optional, digest),
        "at": natural,
        "kid": text,
        "signature": hexed,
    },
)
keys = partial(items, partial(fields, {"kid": text, "public": digest, "endorsed_by": text, "endorsement": hexed}))
_ENTRY: Mapping[str, Shape] = {
    "seq": natural,
    "before": digest,
    "kind": text,
    "at": natural,
    "rule": text,
    "commitment": digest,
    "salt": partial(optional, hexed),
    "body": partial(optional, text),
}
_statement = partial(
    fields,
    {
        "merchant": text,
        "log": natural,
        "party": text,
        "head": head,
        "keys": keys,
        "period": partial(fields, {"start": partial(optional, integer), "end": partial(optional, integer)}),
        "first": natural,
        "entries": partial(items, partial(fields, _ENTRY)),
        "last": partial(fields, {**_ENTRY, "position": natural}),
        "inclusion": digests,
        "range": digests,
        "end": partial(optional, partial(fields, {"pairs": hexed, "path": digests})),
    },
)
_LINE: Mapping[str, Shape] = {
    "public": text,
    "state": text,
    "currency": partial(optional, text),
    "version": natural,
    "amount_minor": integer,
    "clawed_minor": integer,
}
_lines = partial(items, partial(fields, _LINE))


def statement(found: Json) -> dict[str, Any]:
    """A statement in the form that is computed with."""
    checked: dict[str, Any] = _statement(found)
    return checked


def lines(body: str) -> list[dict[str, Any]]:
    """The commission lines that an entry's body (JSON) tells of."""
    found = loads(body)
    if not isinstance(found, dict):
        raise Malformed("a body must be an object")
    checked: list[dict[str, Any]] = _at("lines", _lines, found.get("lines", []))
    return checked
