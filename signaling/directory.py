"""Rooms and shows as they are shown, from commerce and the media that is there."""

from __future__ import annotations

from commerce import questions
from commerce.service import Commerce
from signaling.api import shapes
from signaling.api.shapes import MediaUrl
from signaling.rooms import RoomFacts


class Directory:
    """Reads; each call asks commerce anew."""

    def __init__(self, commerce: Commerce, hls: MediaUrl) -> None:
        self.commerce = commerce
        self.hls = hls

    async def room(self, name: str) -> RoomFacts:
        """Raises NotFound."""
        room = await self.commerce.ask(questions.room, name)
        return RoomFacts(room.merchant.id, shapes.room_view(room, self.hls))
