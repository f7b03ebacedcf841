"""What may be said: length, emptiness, tricks with invisible characters, rate. Pure; the time is an argument."""

from __future__ import annotations

import unicodedata

from config.settings import RoomSettings
from signaling.errors import BadMessage, TooMany
from signaling.folding import FILLERS, INVISIBLE
from signaling.limits import Bucket, Buckets

JOINERS = "\u200c\u200d"  # in emoji and in Persian
TAGS = range(0xE0020, 0xE0080)  # the letters in flags of regions
MARKS = ("Mn", "Me")
MARKS_MAX = 4  # on one letter: more is no language's


class ChatRules:
    """The checks every line passes before it is published."""

    def __init__(self, settings: RoomSettings) -> None:
        self._bytes_max = settings.chat_bytes_max
        self._viewers = Buckets(settings.chat_per_second, settings.chat_burst)

    def check(self, viewer: str, room: Bucket, text: str, now: float) -> str:
        """The text as it will be shown. Raises `BadMessage` or `TooMany`, naming the field."""
        text = clean(text)
        if not text:
            raise BadMessage("there is nothing in it", "text")
        if len(text.encode()) > self._bytes_max:
            raise BadMessage(f"longer than {self._bytes_max} bytes", "text")
        wait = self._viewers.take(viewer, now) or room.take(now)
        if wait:
            raise TooMany("slower, please", retry_after=round(wait, 2), field="text")
        return text


def clean(text: str) -> str:
    """One line without control characters or surrogates; runs of white space become one space. "": nothing to see.

    What turns the direction of writing round, what has no width, and marks piled on a letter are left out.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    kept, marks = [], 0
    for char in text:
        category = unicodedata.category(char)
        joins = char in JOINERS or ord(char) in TAGS
        marks = marks + 1 if category in MARKS else marks if category == "Cf" else 0
        if char.isspace():
            kept.append(" ")
        elif category not in ("Cc", "Cs") and (category != "Cf" or joins) and marks <= MARKS_MAX:
            kept.append(char)
    return " ".join("".join(kept).split()) if any(map(_is_seen, kept)) else ""


def _is_seen(char: str) -> bool:
    return char != " " and char not in FILLERS and unicodedata.category(char) not in INVISIBLE
