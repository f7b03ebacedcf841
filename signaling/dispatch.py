"""A member's message, decoded and done."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime

from pydantic import ValidationError

from commerce import commands
from commerce.errors import CommerceError
from commerce.service import Commerce
from config.metrics import Metrics
from signaling.bus import BusDown
from signaling.chat import ChatRules
from signaling.errors import BadMessage, NotAllowed, TooMany
from signaling.house import Verdict
from signaling.limits import Buckets
from signaling.member import Member
from signaling.messages import (
    CLIENT_MESSAGE,
    LIKES_MAX,
    Chat,
    ChatLine,
    ErrorMessage,
    Held,
    Hello,
    Likes,
    Ping,
    Pong,
    Said,
)
from signaling.rooms import Room, Rooms

HOST = re.compile(r"[@＠](?:host\b|主播|主持人?)", re.IGNORECASE)
ASKED_PER_SECOND, ASKED_BURST = 10.0, 50.0  # questions to the host; a viewer's open ones are limited by commerce
LIKES_PER_SECOND = 40.0  # of one viewer: two fast thumbs, and not a program's (MISSION B6: no invented ones)

ClientMessage = Hello | Chat | Likes | Ping


def decode(text: str, bytes_max: int) -> ClientMessage:
    """Raises `BadMessage` naming the field that is wrong; "" is the message as a whole."""
    if len(text) > bytes_max or len(text.encode(errors="replace")) > bytes_max:
        raise BadMessage(f"longer than {bytes_max} bytes")
    try:
        return CLIENT_MESSAGE.validate_json(text.encode(errors="replace"))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
    kind = first["type"]
    if kind == "json_invalid":
        raise BadMessage("not JSON")
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        raise BadMessage("must be hello, chat, likes or ping", "type")
    # The first part of the place is the union's tag, which the client knows as `type`.
    raise BadMessage(first["msg"], ".".join(str(part) for part in first["loc"][1:]))


class Dispatch:
    """Does what members ask for."""

    def __init__(self, rooms: Rooms, rules: ChatRules, commerce: Commerce, metrics: Metrics) -> None:
        self._rooms = rooms
        self._commerce = commerce
        self._asked = Buckets(ASKED_PER_SECOND, ASKED_BURST)
        self._rules = rules
        self._metrics = metrics
        self._likes = Buckets(LIKES_PER_SECOND, LIKES_MAX)

    async def handle(self, room: Room, member: Member, message: ClientMessage) -> None:
        """Raises `BadMessage` when it is out of place, `TooMany` for more hearts than anybody has."""
        match message:
            case Chat():
                await self._chat(room, member, message)
            case Likes():
                self._like(room, member, message.count)
            case Ping():
                member.send(Pong())
            case Hello():
                raise BadMessage("hello was said already", "type")

    def _like(self, room: Room, member: Member, count: int) -> None:
        wait = self._likes.take(member.viewer, asyncio.get_running_loop().time(), count)
        if wait:
            raise TooMany("slower, please", retry_after=round(wait, 2), field="count")
        room.counts.like(count)

    async def _chat(self, room: Room, member: Member, chat: Chat) -> None:
        now = asyncio.get_running_loop().time()
        try:
            text = self._rules.check(member.viewer, room.chat, chat.text, now)
            at = datetime.now(UTC)
            verdict = room.audience.house.judge(member.viewer, room.name, text, at, now)
            await self._put(room, member, chat, verdict, at)
            if not verdict.held:
                await self._ask_host(room, member, verdict.text, now)
        except (BadMessage, NotAllowed, CommerceError) as error:
            self._refuse(member, ErrorMessage(field=error.field, detail=error.detail, id=chat.id), "refused")
        except TooMany as error:
            refusal = ErrorMessage(field=error.field, detail=error.detail, id=chat.id, retry_after=error.retry_after)
            self._refuse(member, refusal, "limited")
        except BusDown:
            refusal = ErrorMessage(field="", detail="the rooms cannot be reached now", id=chat.id, retry_after=2.0)
            self._refuse(member, refusal, "bus_down")

    async def _put(self, room: Room, member: Member, chat: Chat, verdict: Verdict, at: datetime) -> None:
        """Into the room, or into the queue; what cannot be put there has cost nobody his turn."""
        try:
            if verdict.held:
                await self._hold(room, member, chat, verdict)
            else:
                await self._say(room, member, ChatLine.new(member.speaker, verdict.text, chat.id, at))
        except (BusDown, CommerceError):
            room.audience.house.give_turn_back(member.viewer, room.name)
            raise

    async def _say(self, room: Room, member: Member, line: ChatLine) -> None:
        """Once, also when the member says it again because it seemed lost."""
        if await self._rooms.bus.publish_once(room.stream, line.body(), line.name):
            self._metrics.chat_lines.labels("said").inc()
        else:
            self._metrics.chat_lines.labels("again").inc()
            member.send(Said(id=line.id))

    async def _hold(self, room: Room, member: Member, chat: Chat, verdict: Verdict) -> None:
        speaker = member.speaker
        command = commands.HoldLine(room.name, speaker.id, speaker.name, chat.id, verdict.text, verdict.word)
        await self._commerce.execute(command)
        member.send(Held(id=chat.id))
        self._metrics.chat_lines.labels("held").inc()

    async def _ask_host(self, room: Room, member: Member, text: str, now: float) -> None:
        """A line to the host also stands in HQ's queue. It was said; what goes wrong here is told without its id."""
        question = asked_of_host(text)
        if question is None:
            return
        wait = self._asked.take(member.viewer, now) or self._asked.take("", now)
        if wait:
            member.refuse(
                ErrorMessage(field="text", detail="too many questions to the host", retry_after=round(wait, 2))
            )
            return
        try:
            await self._commerce.execute(commands.AskHost(room.name, member.viewer, member.speaker.name, question))
        except CommerceError as error:
            member.refuse(ErrorMessage(field=error.field, detail=error.detail))

    def _refuse(self, member: Member, refusal: ErrorMessage, outcome: str) -> None:
        self._metrics.chat_lines.labels(outcome).inc()
        member.refuse(refusal)


def asked_of_host(text: str) -> str | None:
    """What a line asks the host, without the mention; None when it does not speak to the host."""
    question, mentions = HOST.subn(" ", text)
    return (" ".join(question.split()) or None) if mentions else None
