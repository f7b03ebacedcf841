"""The addresses of what is said in rooms: of HQ for all of them, of a desk for its own."""

from __future__ import annotations

from aiohttp import web

from signaling import permissions as may
from signaling.api.desk_talk import DeskTalk
from signaling.api.hq_moderation import HqModeration
from signaling.api.hq_talk import HqTalk
from signaling.routes_joining import DESK, HQ, Guard


def talking(hq: Guard, talk: HqTalk, moderation: HqModeration) -> list[web.RouteDef]:
    """A part of the table in signaling.routes."""
    return [
        web.get(f"{HQ}/queue", hq(may.SEE_TALK, talk.queue)),
        web.post(f"{HQ}/held/{{held}}", hq(may.MODERATE, talk.decide_line)),
        web.post(f"{HQ}/questions/{{question}}", hq(may.ANSWER_ROOMS, talk.answer_question)),
        web.post(f"{HQ}/appeals/{{appeal}}", hq(may.MODERATE, talk.decide_appeal)),
        web.post(f"{HQ}/announcements", hq(may.ANNOUNCE, talk.announce)),
        web.get(f"{HQ}/rooms/{{room}}", hq(may.SEE_TALK, talk.room)),
        web.post(f"{HQ}/rooms/{{room}}/removals", hq(may.MODERATE, moderation.remove_line)),
        web.get(f"{HQ}/words", hq(may.SEE_TALK, moderation.words)),
        web.post(f"{HQ}/words", hq(may.SET_WORDS, moderation.put_words)),
        web.post(f"{HQ}/words/remove", hq(may.SET_WORDS, moderation.remove_word)),
        web.get(f"{HQ}/rules", hq(may.SEE_TALK, moderation.rules)),
        web.put(f"{HQ}/rules", hq(may.MODERATE, moderation.set_rule)),
        web.get(f"{HQ}/restrictions", hq(may.SEE_TALK, talk.restrictions)),
        web.post(f"{HQ}/restrictions", hq(may.MODERATE, moderation.restrict)),
        web.delete(f"{HQ}/restrictions/{{restriction}}", hq(may.MODERATE, talk.lift)),
        web.get(f"{HQ}/acts", hq(may.SEE_TALK, talk.acts)),
    ]


def desk_talking(guard: Guard, talk: DeskTalk) -> list[web.RouteDef]:
    """Another part of the same table."""
    keep = may.KEEP_OWN_ROOM
    return [
        web.get(f"{DESK}/room", guard(keep, talk.room)),
        web.get(f"{DESK}/queue", guard(keep, talk.queue)),
        web.post(f"{DESK}/held/{{held}}", guard(keep, talk.decide_line)),
        web.post(f"{DESK}/questions/{{question}}", guard(keep, talk.answer_question)),
        web.post(f"{DESK}/removals", guard(keep, talk.remove_line)),
        web.put(f"{DESK}/rule", guard(keep, talk.set_rule)),
        web.get(f"{DESK}/restrictions", guard(keep, talk.restrictions)),
        web.post(f"{DESK}/restrictions", guard(keep, talk.restrict)),
        web.delete(f"{DESK}/restrictions/{{restriction}}", guard(keep, talk.lift)),
        web.get(f"{DESK}/acts", guard(keep, talk.acts)),
    ]
