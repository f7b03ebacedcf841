"""Replays: the recordings that the relay keeps, and whose they are and who may see them, which commerce knows."""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Callable

from aiohttp import web

from commerce import commands, events, questions, replay, views
from commerce.errors import Unavailable
from config.settings import HlsSettings
from relay.hls.listing import Listing
from relay.hls.recording import Recordings
from relay.hls.replay import address
from relay.hls.retention import Claim, Policy
from signaling.api import shapes
from signaling.api.body import answer, answers, read
from signaling.api.models_replay import Marker, Replay, ReplayHq, ReplaySet
from signaling.api.versions import change
from signaling.directory import Directory
from signaling.errors import Unknown

MAY_SECONDS = 5.0  # how long it is remembered who may watch what; a withdrawal is heard of at once
MAY_KEPT = 1_000
SWEEP_SECONDS = 60.0
SHOWN_MAX = 20  # shows in HQ's list
BYTES_OF_GIGABYTE = 10**9

log = logging.getLogger(__name__)


class Replays:
    """For viewers, for HQ, and for the sweep that keeps the disk from filling up."""

    def __init__(
        self,
        directory: Directory,
        recordings: Recordings | None,
        settings: HlsSettings,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._commerce, self._recordings, self._clock = directory.commerce, recordings, clock
        self._policy = Policy(settings.record_days_max, settings.record_gigabytes_max * BYTES_OF_GIGABYTE)
        self._may: dict[str, tuple[float, bool]] = {}

    async def may(self, show: str) -> bool:
        """Whether the recording of a show is for everybody now."""
        until, may = self._may.get(show, (0.0, False))
        if self._clock() >= until:
            may = await self._commerce.ask(replay.may_watch, show)
            if len(self._may) >= MAY_KEPT:
                self._may.clear()
            self._may[show] = (self._clock() + MAY_SECONDS, may)
        return may

    def watch(self, fact: events.Fact) -> None:
        """Commerce's facts: published, withdrawn, over."""
        if isinstance(fact, events.ShowChanged):
            self._may.pop(fact.show, None)

    async def of_room(self, request: web.Request) -> web.Response:
        """What a room replays, with its markers in the time of the recording."""
        found = await self._commerce.ask(replay.of_room, request.match_info["room"])
        listing = await self._listing(found.show)
        markers = [
            Marker(
                product=one.product,
                name=one.name,
                image_url=one.image_url,
                seconds=round(listing.seconds_at(one.at.timestamp()), 3),
            )
            for one in found.markers
        ]
        hls = address(found.show.show, str(found.show.epoch))
        seconds = round(listing.seconds, 3)
        return answer(Replay(show=found.show.show, title=found.show.title, hls=hls, seconds=seconds, markers=markers))

    async def set(self, request: web.Request, me: views.Me) -> web.Response:
        """HQ: publish, withdraw, how long."""
        body = await read(request, ReplaySet)
        name = request.match_info["show"]
        command = commands.SetReplay(me.merchant.id, name, body.published, body.days)
        show = await change(self._commerce, request, command)
        return answer(await self._of_hq(show))

    async def all(self, _request: web.Request, me: views.Me) -> web.Response:
        """HQ: the latest shows that have begun."""
        shows = await self._commerce.ask(questions.shows, me.merchant.id)
        begun = [show for show in shows if show.state != "announced"]
        return answers([await self._of_hq(show) for show in begun[:SHOWN_MAX]])

    async def sweep(self) -> None:
        """What may not be kept is deleted; what is finished moves to the bucket."""
        if self._recordings is None:
            return
        names = iter(sorted({one.broadcast for one in await self._recordings.all()}))
        claims: dict[str, Claim] = {}
        while some := list(itertools.islice(names, replay.CLAIMS_MAX)):
            found = await self._commerce.ask(replay.claims, some)
            claims |= {one.show: Claim(one.merchant, one.days) for one in found}
        await self._recordings.keep(claims, self._policy)
        await self._recordings.move()

    async def _of_hq(self, show: views.Show) -> ReplayHq:
        try:
            seconds = round((await self._listing(show)).seconds, 3)
        except (Unknown, Unavailable):
            seconds = None
        return ReplayHq(
            show=show.show,
            title=show.title,
            state=shapes.show_state(show),
            created_at=show.created_at,
            published=show.replay,
            days=show.replay_days,
            seconds=seconds,
        )

    async def _listing(self, show: views.Show) -> Listing:
        try:
            found = None
            if self._recordings is not None:
                found = await self._recordings.listing(show.show, str(show.epoch))
        except OSError as error:
            log.warning("the recording of show %s cannot be read: %s", show.show, error)
            raise Unavailable("the recording cannot be read now") from error
        if found is None:
            raise Unknown("nothing was recorded")
        return found
