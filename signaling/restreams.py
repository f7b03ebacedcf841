"""Where the broadcasts of shows that are on are pushed to as well, in step with what the merchants have set."""

from __future__ import annotations

import logging

from commerce import questions, views
from commerce.errors import CommerceError
from commerce.service import Commerce
from config.metrics import Metrics
from relay.errors import BadRtmp
from relay.hub import Broadcast
from relay.rtmp.push import Target, parse_target
from relay.rtmp.restream import Restream, Standing

log = logging.getLogger(__name__)


def purpose(merchant: int) -> str:
    """What a target's URL is sealed for: another merchant's row cannot be opened as his."""
    return f"restream/{merchant}"


class Restreams:
    """Those of this node. Used on the loop only."""

    def __init__(self, commerce: Commerce, metrics: Metrics, *, private_targets: bool) -> None:
        self.private_targets = private_targets  # those of the house itself are allowed, too
        self._commerce, self._metrics = commerce, metrics
        self._running: dict[int, dict[str, tuple[bytes, Broadcast, Restream]]] = {}  # merchant > name > ...

    async def follow(self, merchant: int, broadcast: Broadcast | None) -> None:
        """Send the merchant's broadcast where he wants it now; none: nowhere."""
        found = await self._commerce.ask(questions.restreams, merchant) if broadcast is not None else ()
        wanted = {one.name: one for one in found if one.enabled}
        running = self._running.setdefault(merchant, {})
        for name, (sealed, to, restream) in list(running.items()):
            if name not in wanted or wanted[name].sealed != sealed or to is not broadcast:
                del running[name]
                await restream.close()
        for name, one in wanted.items():
            target = self._target(merchant, one) if name not in running else None
            if target is not None and broadcast is not None:
                outlet, public_only = broadcast.hls_rung(), not self.private_targets
                restream = Restream(outlet, target, self._metrics, public_only=public_only)
                running[name] = one.sealed, broadcast, restream
        if not running:
            del self._running[merchant]

    def standing(self, merchant: int) -> dict[str, Standing]:
        """How each of the merchant's restreams stands; those that are not there have nothing to send."""
        return {name: restream.standing for name, (_, _, restream) in self._running.get(merchant, {}).items()}

    async def close(self) -> None:
        """The node stops."""
        for merchant in list(self._running):
            await self.follow(merchant, None)

    def _target(self, merchant: int, one: views.Restream) -> Target | None:
        try:
            return parse_target(self._commerce.unseal(purpose(merchant), one.sealed).decode())
        except (CommerceError, BadRtmp, UnicodeDecodeError) as problem:
            log.warning("restream %s of merchant %d cannot be opened: %s", one.name, merchant, problem)
            return None
