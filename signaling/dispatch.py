"""A member's message, decoded and done."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from pydantic import ValidationError

from config.metrics import Metrics
from signaling.bus import BusDown
from signaling.chat import ChatRules
from signaling.errors import BadMessage, TooMany
from signaling.limits import Buckets
from signaling.member import Member
from signaling.messages import CLIENT_MESSAGE, LIKES_MAX, Chat, ChatLine, ErrorMessage, Hello, Likes, Ping, Pong
from signaling.rooms import Room, Rooms

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

    def __init__(self, rooms: Rooms, rules: ChatRules, metrics: Metrics) -> None:
        self._rooms = rooms
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
            line = ChatLine.new(member.speaker, text, chat.id, datetime.now(UTC))
            await self._rooms.bus.publish(room.stream, line.body())
        except BadMessage as error:
            self._refuse(member, ErrorMessage(field=error.field, detail=error.detail, id=chat.id), "refused")
        except TooMany as error:
            refusal = ErrorMessage(field=error.field, detail=error.detail, id=chat.id, retry_after=error.retry_after)
            self._refuse(member, refusal, "limited")
        except BusDown:
            refusal = ErrorMessage(field="", detail="the rooms cannot be reached now", id=chat.id, retry_after=2.0)
            self._refuse(member, refusal, "bus_down")
        else:
            self._metrics.chat_lines.labels("said").inc()

    def _refuse(self, member: Member, refusal: ErrorMessage, outcome: str) -> None:
        self._metrics.chat_lines.labels(outcome).inc()
        member.send(refusal)
