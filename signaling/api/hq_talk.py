"""HQ: what waits for somebody, questions to the host, announcements, and a look into any room."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod

from aiohttp import web

from commerce import commands, views
from commerce.service import Commerce
from commerce.talk import questions
from signaling.api.body import answer, answers, read
from signaling.api.models_talk import (
    ActPage,
    ActView,
    AnnouncementNew,
    AnswerNew,
    AppealDecision,
    AppealHq,
    AskedView,
    Decision,
    HeldLineView,
    Queue,
    RestrictionHq,
    RoomTalk,
    RuleHq,
)
from signaling.api.paging import page
from signaling.api.plain import plain
from signaling.errors import Unknown
from signaling.house import House
from signaling.messages import RECALLED
from signaling.recall import recalled
from signaling.rooms import Rooms, room_stream


class OrderTalk(ABC):
    """What whoever keeps order does, HQ in all rooms and a desk in its own: what waits, restrictions, the log."""

    def __init__(self, commerce: Commerce, rooms: Rooms) -> None:
        self._commerce = commerce
        self._rooms = rooms

    @abstractmethod
    async def _within(self, me: views.Me) -> str | None:
        """The one room that he keeps order in; whatever is not of it is not there (404). None: all of them."""

    async def decide_line(self, request: web.Request, me: views.Me) -> web.Response:
        body, held = await read(request, Decision), request.match_info["held"]
        command = commands.DecideLine(me.merchant.id, me.user, held, body.approved, within=await self._within(me))
        await self._commerce.execute(command)
        return web.Response(status=204)

    async def answer_question(self, request: web.Request, me: views.Me) -> web.Response:
        body, question = await read(request, AnswerNew), request.match_info["question"]
        within = await self._within(me)
        command = commands.AnswerQuestion(me.merchant.id, me.user, question, body.answer, within=within)
        await self._commerce.execute(command)
        return web.Response(status=204)

    async def restrictions(self, request: web.Request, me: views.Me) -> web.Response:
        within = await self._within(me)
        found = await self._commerce.ask(questions.restrictions, me.merchant.id, page=page(request), within=within)
        return answers([RestrictionHq(**plain(each, "answer")) for each in found])

    async def lift(self, request: web.Request, me: views.Me) -> web.Response:
        restriction, within = request.match_info["restriction"], await self._within(me)
        await self._commerce.execute(commands.Lift(me.merchant.id, me.user, restriction, within=within))
        return web.Response(status=204)

    async def acts(self, request: web.Request, me: views.Me) -> web.Response:
        found = await self._commerce.ask(questions.acts, me.merchant.id, page(request), await self._within(me))
        return answer(ActPage(acts=[ActView(**plain(act)) for act in found.acts], cursor=found.cursor))


class HqTalk(OrderTalk):
    """/api/v1/hq/{queue,held,questions,appeals,announcements,restrictions/...,acts} and /rooms/{room}."""

    async def _within(self, _me: views.Me) -> None:
        return None

    async def queue(self, _request: web.Request, me: views.Me) -> web.Response:
        found = await self._commerce.ask(questions.queues, me.merchant.id)
        return answer(
            Queue(
                held=[HeldLineView(**plain(line)) for line in found.held],
                asked=[AskedView(**plain(question)) for question in found.asked],
                appeals=[AppealHq(**plain(appeal)) for appeal in found.appeals],
            )
        )

    async def decide_appeal(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, AppealDecision)
        command = commands.DecideAppeal(
            me.merchant.id, me.user, request.match_info["appeal"], body.granted, body.answer
        )
        return answer(AppealHq(**plain(await self._commerce.execute(command))))

    async def announce(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, AnnouncementNew)
        await self._commerce.execute(commands.Announce(me.merchant.id, me.user, body.text))
        return web.Response(status=204)

    async def room(self, request: web.Request, me: views.Me) -> web.Response:
        name = request.match_info["room"]
        if (await self._rooms.load(name)).merchant != me.merchant.id:
            raise Unknown("no such room", "room")
        return answer(await look(self._commerce, self._rooms, me.merchant.id, name))


async def look(commerce: Commerce, rooms: Rooms, merchant: int, name: str) -> RoomTalk:
    """Read from the bus, so any node answers for any room; nobody counts as a viewer by looking in."""
    house = House(merchant)
    house.take_rules(await commerce.ask(questions.rules, merchant))
    reading = await rooms.bus.read(room_stream(name), None, rooms.settings.history_lines)
    rule = house.rule(name)
    return RoomTalk(
        room=name,
        viewers=rooms.viewers(merchant).get(name, 0),
        rule=RuleHq(room=name, slow_seconds=rule.slow_seconds, muted=rule.muted, held=rule.held),
        lines=[RECALLED.validate_python(json.loads(line)) for line in recalled(reading.entries, _nobody)],
    )


def _nobody(_viewer: str) -> bool:
    """Whoever keeps order sees also what banned viewers said."""
    return False
