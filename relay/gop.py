"""The packets since the last key frame, kept so that whoever joins can start at once."""

from __future__ import annotations

from dataclasses import dataclass

from relay.media import Kind, Packet


@dataclass(frozen=True, slots=True)
class GopLimits:
    """Bounds of the cache that lets a joiner start at once."""

    seconds_max: float = 4.0
    bytes_max: int = 2 * 1024 * 1024


class GopCache:
    """The packets since the last key frame; empty again when a bound is passed, until the next key frame."""

    def __init__(self, limits: GopLimits) -> None:
        self._limits = limits
        self._packets: list[Packet] = []
        self._bytes = 0

    def add(self, packet: Packet) -> None:
        if packet.track.kind is Kind.VIDEO and packet.key:
            self.clear()
        elif not self._packets:
            return
        self._packets.append(packet)
        self._bytes += len(packet.data)
        if self._bytes > self._limits.bytes_max or packet.seconds - self._packets[0].seconds > self._limits.seconds_max:
            self.clear()

    def clear(self) -> None:
        self._packets.clear()
        self._bytes = 0

    @property
    def warm(self) -> bool:
        """Whether one could start from it."""
        return bool(self._packets)

    def packets(self) -> list[Packet]:
        """From the key frame on, or nothing."""
        return list(self._packets)
