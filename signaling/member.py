"""One WebSocket in a room, seen from the side that writes to it."""

from __future__ import annotations

import asyncio

from signaling import frames
from signaling.messages import ErrorMessage, Frame, Speaker, Standing
from signaling.translations import UNTRANSLATED, Catalogue

CLOSE_GRACE_SECONDS = 2.0  # for a close frame to reach somebody who does not read


class Member:
    """Writes ready frames straight to the transport; nothing is queued here beyond the transport's own buffer.

    A member whose buffer holds more than `slow_bytes_max` gets nothing more (`write` answers False): what it misses is
    read from the bus again when it has caught up.
    """

    __slots__ = (
        "_closing",
        "_slow_bytes_max",
        "_transport",
        "behind_since",
        "catalogue",
        "merchant",
        "name",
        "room",
        "standing",
        "viewer",
    )

    def __init__(
        self,
        room: str,
        viewer: str,
        speaker: Speaker,
        transport: asyncio.Transport,
        slow_bytes_max: int,
        *,
        merchant: int,
        catalogue: Catalogue = UNTRANSLATED,
    ) -> None:
        self.merchant = merchant
        self.catalogue = catalogue
        self.room = room
        self.viewer = viewer
        self.name = speaker.name
        self.behind_since: float | None = None
        self.standing: Standing | None = None  # as he was told
        self._transport = transport
        self._slow_bytes_max = slow_bytes_max
        self._closing = False

    @property
    def speaker(self) -> Speaker:
        """Who he is in chat. Made when asked for: most never speak, and a model is four times its name."""
        return Speaker(id=self.viewer, name=self.name)

    def write(self, data: bytes) -> bool:
        """Frames, already built. False: not written, the member has not read what it has."""
        if self._transport.get_write_buffer_size() > self._slow_bytes_max:
            return False
        if not self._closing:
            self._transport.write(data)
        return True

    def send(self, message: Frame) -> bool:
        """A message for this member alone."""
        return self.write(frames.text(message.encode()))

    def refuse(self, error: ErrorMessage) -> None:
        """Why he does not get what he asked for, in his language."""
        self.send(error.model_copy(update={"detail": self.catalogue.say(error.detail)}))

    @property
    def has_read(self) -> bool:
        """Has caught up far enough to be given more."""
        return self._transport.get_write_buffer_size() <= self._slow_bytes_max // 4

    @property
    def gone(self) -> bool:
        """Nothing that is written arrives any more."""
        return self._closing or self._transport.is_closing()

    def leave(self) -> None:
        """The socket is closed: nothing is written any more."""
        self._closing = True

    def close(self, code: int, reason: str) -> None:
        """Says why and hangs up, without waiting for anybody."""
        if self.gone:
            return
        self._closing = True
        self._transport.write(frames.close(code, reason))
        self._transport.close()
        asyncio.get_running_loop().call_later(CLOSE_GRACE_SECONDS, self._transport.abort)
