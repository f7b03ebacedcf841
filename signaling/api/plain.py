"""Commerce's plain records, whose fields have the names of the API's shapes."""

from __future__ import annotations

from dataclasses import fields
from typing import Any


def plain(record: Any, *left_out: str) -> dict[str, Any]:
    """The fields of a dataclass by name, without those left out; what is inside a field stays as it is."""
    return {field.name: getattr(record, field.name) for field in fields(record) if field.name not in left_out}
