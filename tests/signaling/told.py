"""What a room's socket says, beside its description."""

from __future__ import annotations

from typing import Any

import jsonschema

from signaling.api.async_describe import document


class Told:
    """Holds what a room's socket tells against /asyncapi.json."""

    def __init__(self) -> None:
        described = document()
        found = described["components"]["messages"]
        names = described["operations"]["tell_members"]["messages"]
        payloads = (found[each["$ref"].rsplit("/", 1)[1]] for each in names)
        self._by_name = {
            each["name"]: jsonschema.Draft202012Validator(described | each["payload"]) for each in payloads
        }

    def check(self, message: dict[str, Any]) -> None:
        self._by_name[message["type"]].validate(message)
