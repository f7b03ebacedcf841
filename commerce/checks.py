"""Checks of single values. Each takes the field's path first, returns the value, or raises Invalid naming the field.

Types are checked too: a command may come from JSON that nobody has looked at, and `True` is not a quantity.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from commerce.errors import Invalid

QUANTITY_MAX = 9_999
LINES_MAX = 50
PRICE_MINOR_MAX = 10**12
NAME_CHARS_MAX = 120
TEXT_CHARS_MAX = 4_000
URL_CHARS_MAX = 2_000
PROGRAM = "program: "  # before the name of a key, wherever it stands for who did something
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_PUBLIC_ID = re.compile(r"[0-9a-z]{8,32}")
_ACCENT = re.compile(r"#[0-9a-fA-F]{6}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{1,79}")


def text(field: str, value: object, chars_max: int, chars_min: int = 0) -> str:
    """Text without control characters (line breaks and tabs may stand)."""
    if not isinstance(value, str):
        raise Invalid(field, "must be text")
    if not chars_min <= len(value) <= chars_max:
        raise Invalid(field, f"must have {chars_min} to {chars_max} characters")
    if not value.isprintable() and any(_is_control(char) for char in value):
        raise Invalid(field, "must not hold control characters")
    return value


def storable(value: str) -> bool:
    """Whether a database takes it: no NUL, no lone surrogates. For values that are only looked up."""
    return not any(char == "\x00" or "\ud800" <= char <= "\udfff" for char in value)


def _is_control(char: str) -> bool:
    """Control characters and lone surrogates: neither can be stored or shown safely."""
    return char not in "\n\r\t" and unicodedata.category(char) in ("Cc", "Cs")


def number(field: str, value: object, low: int, high: int) -> int:
    """A whole number within bounds; a bool is not one."""
    if type(value) is not int:
        raise Invalid(field, "must be a whole number")
    if not low <= value <= high:
        raise Invalid(field, f"must be from {low} to {high}")
    return value


def quantity(field: str, value: object, low: int = 1) -> int:
    """How many of one SKU."""
    return number(field, value, low, QUANTITY_MAX)


def public_id(field: str, value: object) -> str:
    """A public id by its form only."""
    if not isinstance(value, str) or not _PUBLIC_ID.fullmatch(value):
        raise Invalid(field, "is not an id")
    return value


def digest(field: str, value: object) -> str:
    """SHA-256 in hex, by its form only."""
    if not isinstance(value, str) or not _DIGEST.fullmatch(value):
        raise Invalid(field, "is not a digest")
    return value


def trace(field: str, value: object) -> str:
    """A digest, or "" where there is nothing to make one of."""
    return "" if value == "" else digest(field, value)


def slug(field: str, value: object) -> str:
    """The last part of a room's address."""
    if not isinstance(value, str) or not _SLUG.fullmatch(value):
        raise Invalid(field, "must be 1 to 40 of a-z, 0-9 and -, not at the ends")
    return value


def login(field: str, value: object) -> str:
    """A login name; letters keep their case but two names never differ by case alone."""
    if not isinstance(value, str) or not _LOGIN.fullmatch(value):
        raise Invalid(field, "must be 2 to 80 letters, digits or . _ @ + -")
    return value


def doer(field: str, value: object) -> str:
    """Who did something: somebody's login name, or a program by the name of its key, which no login looks like."""
    if isinstance(value, str) and value.startswith(PROGRAM):
        return text(field, value, len(PROGRAM) + NAME_CHARS_MAX, len(PROGRAM) + 1)
    return login(field, value)


def url(field: str, value: object) -> str:
    """An http(s) URL, a path of this server, or ""."""
    found = text(field, value, URL_CHARS_MAX)
    if found and not found.startswith(("https://", "http://", "/")):
        raise Invalid(field, "must start with https://, http:// or /")
    return found


def accent(field: str, value: object) -> str:
    """A colour such as #d4380d, or ""."""
    if value == "" or (isinstance(value, str) and _ACCENT.fullmatch(value)):
        return value
    raise Invalid(field, "must be a colour such as #d4380d")


def choice(field: str, value: object, allowed: tuple[str, ...]) -> str:
    """One of a few words."""
    if not isinstance(value, str) or value not in allowed:
        raise Invalid(field, f"must be one of {', '.join(allowed)}")
    return value


def moment(field: str, value: object) -> datetime:
    """An aware datetime."""
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise Invalid(field, "must be a time with its zone")
    return value


def size(field: str, value: object, low: int, high: int) -> None:
    """How long a tuple is."""
    if not isinstance(value, tuple):
        raise Invalid(field, "must be a list")
    if not low <= len(value) <= high:
        raise Invalid(field, f"must have {low} to {high} entries")


def octets(field: str, value: object, bytes_max: int) -> None:
    """Some bytes, and not too many."""
    if not isinstance(value, bytes):
        raise Invalid(field, "must be bytes")
    if not 1 <= len(value) <= bytes_max:
        raise Invalid(field, f"must have 1 to {bytes_max} bytes")
