"""A rung of the ladder over LL-HLS: encoded from the moment somebody asks for its playlist until nobody does."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable

from relay.errors import BadMedia
from relay.hls.fmp4 import init_segment
from relay.hls.follower import Followed, Follower, Place
from relay.hls.rendition import Rendition
from relay.hls.waiting import Awaited, Waiting
from relay.ladder import LadderRung

log = logging.getLogger(__name__)


class RungRendition(Rendition):
    """`origin` is the rendition of the source: numbers are its numbers. `now` is a monotonic clock in seconds."""

    def __init__(
        self, outlet: LadderRung, origin: Rendition, waiting: Waiting, idle_seconds: float, now: Callable[[], float]
    ) -> None:
        super().__init__(outlet.step.name, origin.window.beside(), waiting)
        self.outlet = outlet
        self.places: Callable[[], Iterable[Place]] = tuple  # of the origin's parts: those of its last two segments
        self._origin = origin
        self._idle_seconds, self._now = idle_seconds, now
        self._asked = 0.0
        self._follower: Follower | None = None
        self._task: asyncio.Task[None] | None = None
        self._all_pictures = False

    @property
    def running(self) -> bool:
        """Whether it is encoded."""
        return self._task is not None

    @property
    def last_part(self) -> tuple[int, int]:
        """Before it runs, that of its origin: what a player will find when it asks for the part after that."""
        return (self if self.window.segments else self._origin).window.last_part

    @property
    def over(self) -> bool:
        """Whether nothing will come any more."""
        return self._origin.over and not self.running

    @property
    def hinted(self) -> str:
        """The name of the part that comes next; "" while it is not known."""
        return super().hinted if self.window.segments else ""

    def too_far(self, awaited: Awaited) -> bool:
        """The origin is ahead of it, by the time that encoding takes."""
        return self._origin.too_far(awaited)

    def ask(self) -> bool:
        """Somebody wants its playlist: it starts, unless the broadcast is over."""
        self.note()
        if not self.running and not self._origin.window.ended:
            self._follower, self._all_pictures = Follower(self.places()), False
            self._task = asyncio.get_running_loop().create_task(self._run(), name=f"hls {self.outlet.name}")
        return self.running or self.state is not None

    def note(self) -> None:
        """Somebody wants its bytes."""
        self._asked = self._now()

    def follow(self, place: Place) -> None:
        """The origin has another part."""
        if self._follower is None:
            return
        try:
            self._follower.place(place)
        except BadMedia as bad:
            self._give_up(bad)
            return
        if not self.waiting.held and self._now() - self._asked > self._idle_seconds:
            self.stop()
        else:
            self._publish()

    def stop(self) -> None:
        """Nobody needs it any more."""
        task, self._task, self._follower = self._task, None, None
        if task is not None:
            task.cancel()
            self.window, self.state = self._origin.window.beside(), None
            self.waiting.refuse()

    def finish(self) -> None:
        """The origin has ended: so does this, when its last picture is there."""
        if self._follower is not None:
            self._publish()

    async def _run(self) -> None:
        follower, subscription = self._follower, self.outlet.subscribe("hls")
        assert follower is not None
        try:
            async for packet in subscription:
                follower.push(packet)
                self._publish()
            self._all_pictures = True
            self._publish()
        except BadMedia as bad:
            self._give_up(bad)
        except Exception:
            log.exception("%s broke off", self.outlet.name)
            self.stop()
        finally:
            subscription.close()

    def _give_up(self, bad: BadMedia) -> None:
        log.warning("%s stops, until somebody asks for it again: %s", self.outlet.name, bad)
        self.stop()

    def _publish(self) -> None:
        if self._follower is None:
            return
        over = self._all_pictures and self._origin.window.ended
        made = self._follower.parts(ended=over)
        for followed in made:
            self._add(followed)
        if over:
            self.window.end()
            self._follower = None
        if made or over:
            self.refresh()

    def _add(self, followed: Followed) -> None:
        place = followed.place
        first = not self.window.segments
        if first:
            self.window.join(place.msn, place.discontinuity_sequence)
        if first or place.begins:
            self.window.start(init_segment([followed.track]), place.anchor)
        self.window.add(followed.part)
