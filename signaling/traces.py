"""Where a request comes from, as keyed digests: enough to tell that two are the same, and nothing else."""

from __future__ import annotations

from aiohttp import web

from commerce.service import Commerce
from signaling.callers import Callers
from signaling.viewers import Viewers

Seen = tuple[str, str]  # device, address; "" where there is nothing to tell it by


class Traces:
    """A device is a browser's cookie, whoever logs in and out in it; an address is its household's."""

    def __init__(self, commerce: Commerce, viewers: Viewers, callers: Callers) -> None:
        self._commerce = commerce
        self._viewers = viewers
        self._callers = callers

    def of(self, request: web.Request) -> Seen:
        """Of a request whose viewer is known or just made."""
        household = self._callers.household(request)
        device = self._commerce.digest("device", self._viewers.device(request))
        return device, self._commerce.digest("household", household) if household else ""
