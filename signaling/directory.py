"""Rooms and shows as they are shown, from commerce and the media that is there."""

from __future__ import annotations

from commerce import questions, views
from commerce.service import Commerce
from signaling.api import shapes
from signaling.api.models import RoomView
from signaling.api.shapes import MediaUrl
from signaling.rooms import RoomFacts


class Directory:
    """Reads; each call asks commerce anew."""

    def __init__(self, commerce: Commerce, hls: MediaUrl, *, webrtc: bool) -> None:
        """`webrtc`: whether viewers are offered it."""
        self.commerce = commerce
        self.hls = hls
        self._webrtc = webrtc

    async def room(self, name: str) -> RoomFacts:
        """Raises NotFound."""
        room = await self.commerce.ask(questions.room, name)
        return RoomFacts(room.merchant.id, self.view(room))

    def view(self, room: views.Room) -> RoomView:
        """The room as its page shows it, but for who is in it."""
        return shapes.room_view(room, self.hls, webrtc=self._webrtc)
