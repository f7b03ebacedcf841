"""What may be said: length, emptiness, rate. Pure; the time is an argument."""

from __future__ import annotations

import unicodedata

from config.settings import RoomSettings
from signaling.errors import BadMessage, TooMany
from signaling.limits import Bucket, Buckets


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
    """One line without control characters or surrogates; runs of white space become one space."""
    shown = (" " if char.isspace() else char for char in text)
    kept = "".join(char for char in shown if unicodedata.category(char) not in ("Cc", "Cs"))
    return " ".join(kept.split())
