"""Bytes that came in and were not read yet."""

from __future__ import annotations

from collections.abc import Generator


class Buffer:
    """What a generator parser reads from. It holds less than the parser's next need, plus the last feed."""

    __slots__ = ("at", "data")

    def __init__(self) -> None:
        self.data = bytearray()
        self.at = 0

    def feed(self, data: bytes) -> None:
        """Append what came in, and let go of what was read."""
        if self.at:
            del self.data[: self.at]
            self.at = 0
        self.data += data

    @property
    def left(self) -> int:
        """Bytes that can be read now."""
        return len(self.data) - self.at

    def take(self, count: int) -> Generator[None, None, bytes]:
        """Exactly `count` bytes; yields while there are fewer."""
        while len(self.data) - self.at < count:
            yield
        begin = self.at
        self.at = begin + count
        return bytes(self.data[begin : self.at])

    def peek(self, count: int) -> Generator[None, None, bytes]:
        """The next `count` bytes, left where they are; yields while there are fewer."""
        while len(self.data) - self.at < count:
            yield
        return bytes(self.data[self.at : self.at + count])
