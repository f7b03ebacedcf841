"""Commerce's facts about talk, as the rooms and the nodes hear them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import NamedTuple

from commerce import events
from commerce.service import Commerce
from commerce.talk import questions
from signaling.houses import house_stream
from signaling.messages import (
    Announcement,
    At,
    ChatLine,
    HostAnswer,
    PlaceView,
    Removed,
    RulesChanged,
    RuleView,
    Speaker,
)
from signaling.rooms import room_stream, show_stream

TALK = (
    events.WordsChanged,
    events.RulesChanged,
    events.RestrictionChanged,
    events.ViewerErased,
    events.LineRemoved,
    events.LineApproved,
    events.QuestionAnswered,
    events.Announced,
)


class Told(NamedTuple):
    """A message on a stream. With a `name` it is said there once, however often its fact comes."""

    stream: str
    body: bytes
    name: str = ""


class TalkFacts:
    """Says what they mean, on which streams; what the nodes enforce comes before what the members are told."""

    def __init__(self, commerce: Commerce) -> None:
        self._commerce = commerce

    async def told(self, fact: events.Fact) -> list[Told]:
        """A fact as messages on streams."""
        house = house_stream(fact.merchant)
        match fact:
            case events.WordsChanged():
                return [Told(house, _change("words"))]
            case events.RulesChanged():
                return [Told(house, _change("rules")), await self._rules(fact)]
            case events.RestrictionChanged():
                change = Told(house, _change("restriction", viewer=fact.viewer))
                return [change, *_taken_down(fact)] if fact.remove_lines else [change]
            case events.ViewerErased():
                gone = Removed(stream="show", viewer=fact.viewer)
                return [Told(house, _change("erased", viewer=fact.viewer)), _on(show_stream(fact.merchant), gone)]
            case _:
                return [_said(fact)]

    async def _rules(self, fact: events.RulesChanged) -> Told:
        rules = await self._commerce.ask(questions.rules, fact.merchant)
        found = next((rule for rule in rules if rule.room == fact.room), None)
        rule = RuleView()
        if found is not None:
            rule = RuleView(slow_seconds=found.slow_seconds, muted=found.muted, held=found.held)
        if fact.room is None:
            return _on(show_stream(fact.merchant), RulesChanged(stream="show", rule=rule))
        return _on(room_stream(fact.room), RulesChanged(rule=rule))


def _taken_down(fact: events.RestrictionChanged) -> list[Told]:
    if fact.room is None:
        return [_on(show_stream(fact.merchant), Removed(stream="show", viewer=fact.viewer))]
    return [_on(room_stream(fact.room), Removed(viewer=fact.viewer))]


def _said(fact: events.Fact) -> Told:
    """What everybody in a room, or in all, is told."""
    now = datetime.now(UTC)
    match fact:
        case events.LineRemoved():
            return _on(room_stream(fact.room), Removed(line=PlaceView(epoch=fact.epoch, offset=fact.offset)))
        case events.LineApproved():
            sender = Speaker(id=fact.viewer, name=fact.name)
            line = ChatLine.new(sender, fact.text, fact.line, now)
            return _on(room_stream(fact.room), line, line.name)
        case events.QuestionAnswered():
            sender = Speaker(id=fact.viewer, name=fact.name)
            answer = HostAnswer(at=now, question=fact.question, sender=sender, asked=fact.text, text=fact.answer)
            return _on(room_stream(fact.room), answer, f"answer {fact.question}")
        case events.Announced():
            said = Announcement(at=now, id=fact.announcement, text=fact.text)
            return _on(show_stream(fact.merchant), said, f"announcement {fact.announcement}")
        case _:
            raise AssertionError(f"nothing is said of {fact}")


def _on(stream: str, message: At, name: str = "") -> Told:
    return Told(stream, message.body(), name)


def _change(kind: str, **about: str) -> bytes:
    return json.dumps({"type": kind, **about}, separators=(",", ":")).encode()
