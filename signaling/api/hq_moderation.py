"""HQ: order in the rooms - words, rules, new restrictions, lines taken down."""

from __future__ import annotations

from aiohttp import web

from commerce import commands, views
from commerce.service import Commerce
from commerce.talk import questions
from commerce.versions import RULES
from signaling.api.body import answer, answers, read
from signaling.api.models_talk import (
    LineRemove,
    RestrictionHq,
    RestrictionNew,
    RuleHq,
    RuleSet,
    WordCount,
    WordRemove,
    WordsPut,
    WordView,
)
from signaling.api.plain import plain
from signaling.api.versions import change, seen
from signaling.errors import BadBody
from signaling.folding import fold


class HqModeration:
    """/api/v1/hq/words, /rules, /restrictions and /rooms/{room}/removals."""

    def __init__(self, commerce: Commerce) -> None:
        self._commerce = commerce

    async def words(self, _request: web.Request, me: views.Me) -> web.Response:
        found = await self._commerce.ask(questions.words, me.merchant.id)
        return answers([WordView(word=word.word, action=word.action) for word in found])

    async def put_words(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, WordsPut)
        words = tuple(commands.Word(word, fold(word).text, body.action) for word in body.words)
        empty = [(f"words[{at}]", "has no letter in it") for at, word in enumerate(words) if not word.folded]
        if empty:
            raise BadBody("a word cannot be compared", empty)
        count = await self._commerce.execute(commands.PutWords(me.merchant.id, me.user, words))
        return answer(WordCount(count=count))

    async def remove_word(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, WordRemove)
        await self._commerce.execute(commands.RemoveWord(me.merchant.id, me.user, fold(body.word).text))
        return web.Response(status=204)

    async def rules(self, request: web.Request, me: views.Me) -> web.Response:
        await seen(self._commerce, request, me, RULES)
        found = await self._commerce.ask(questions.rules, me.merchant.id)
        return answers([RuleHq(**plain(rule)) for rule in found])

    async def set_rule(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, RuleSet)
        command = commands.SetRule(me.merchant.id, me.user, body.room, body.slow_seconds, body.muted, body.held)
        return answer(RuleHq(**plain(await change(self._commerce, request, command))))

    async def restrict(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, RestrictionNew)
        command = commands.Restrict(me.merchant.id, me.user, **body.model_dump())
        return answer(RestrictionHq(**plain(await self._commerce.execute(command), "answer")), status=201)

    async def remove_line(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, LineRemove)
        room = request.match_info["room"]
        command = commands.RemoveLine(me.merchant.id, me.user, room, **body.model_dump())
        await self._commerce.execute(command)
        return web.Response(status=204)
