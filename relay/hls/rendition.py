"""One media playlist with its parts and those who wait for them. A broadcast has one, or several beside each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from relay.hls.events import Events
from relay.hls.playlist import MediaPlaylist
from relay.hls.waiting import Awaited, Waiting
from relay.hls.window import Window


class Rendition:
    """`folder` is where its names stand, "" beside the multivariant playlist. `state` is none until there is a part."""

    def __init__(self, folder: str, window: Window, waiting: Waiting) -> None:
        self.folder, self.window, self.waiting = folder, window, waiting
        self.state: MediaPlaylist | None = None
        self.reports: Callable[[], Sequence[str]] = tuple
        self.events = Events()

    @property
    def target_seconds(self) -> int:
        return self.window.targets.target_seconds

    def exists(self, awaited: Awaited) -> bool:
        """Whether what is waited for is in the playlist."""
        return self.window.has(*awaited)

    @property
    def first(self) -> Awaited:
        """Its first whole segment: before there is one hls.js finds a playlist empty, and comes back seconds later."""
        return self.window.first_msn, None

    def too_far(self, awaited: Awaited) -> bool:
        """Whether no honest player asks for that now."""
        return self.window.too_far(*awaited)

    def ask(self) -> bool:
        """Somebody wants its playlist; whether there is one, or will be soon."""
        return self.state is not None

    def note(self) -> None:
        """Somebody wants its bytes."""

    @property
    def over(self) -> bool:
        """Whether nothing will come any more."""
        return self.window.ended

    @property
    def last_part(self) -> tuple[int, int]:
        """Sequence number and index of its newest part."""
        return self.window.last_part

    @property
    def hinted(self) -> str:
        """The name of the part that comes next."""
        msn, part = self.window.next_part
        return f"{msn}.{part}.m4s"

    def refresh(self) -> None:
        """The window has changed: a new state, and an answer for those whose wait is over."""
        if self.window.segments:
            self.state = MediaPlaylist(self.window, self.reports, tuple(self.events.dated))
        self.waiting.wake(self.exists)
