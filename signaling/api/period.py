"""A period in the query of an address: `?start=2026-11-01&end=2026-12-01`, either without the other, or neither."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from aiohttp import web

from commerce.errors import Invalid
from commerce.times import to_ms

START, END = "start", "end"
MOMENT = "a date (the beginning of that day where the merchant is) or a time with its zone"
SAYS = {
    START: f"From when on: {MOMENT}, such as 2026-11-01 or 2026-11-01T20:00:00Z; without it, from the beginning.",
    END: f"Until when, not included: {MOMENT}; without it, until now.",
}
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|z|[+-]\d\d:\d\d)", re.ASCII)  # RFC 3339


def period(request: web.Request, zone: str) -> tuple[int | None, int | None]:
    """(start, end) in ms, None where there is no bound; `zone` is the merchant's. Invalid names the parameter."""
    start, end = (_moment(request, name, zone) for name in (START, END))
    if start is not None and end is not None and end <= start:
        raise Invalid(END, "must be after start")
    return start, end


def _moment(request: web.Request, name: str, zone: str) -> int | None:
    given = request.query.get(name)
    if given is None:
        return None
    try:
        if _DATE.fullmatch(given):
            return to_ms(datetime.combine(date.fromisoformat(given), time(), ZoneInfo(zone)))
        if _TIME.fullmatch(given):
            return to_ms(datetime.fromisoformat(given.upper()))
    except ValueError:
        pass  # a 13th month
    raise Invalid(name, "must be a date such as 2026-11-01, or a time with its zone")
