"""JSON as it is stored with orders and committed to in the log: the same value is always the same text.

No spaces, text as it is (only quotes, backslashes and control characters are escaped), keys of mappings sorted, fields
of data classes in the order of their definition. What json.dumps says with sort_keys=True, ensure_ascii=False and
separators=(",", ":"), at a tenth of its time: a checkout writes five such texts.
"""

from __future__ import annotations

import orjson


def json_bytes(value: object) -> bytes:
    """The text as UTF-8. Integers of 64 bits at most; TypeError for what JSON does not know."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def json_text(value: object) -> str:
    """The text."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
