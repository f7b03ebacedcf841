"""One stream's packets back into order, and what to ask for again (RFC 4585). Pure; `now` is monotonic, in seconds.

A packet that is missing is asked for once others have overtaken it for REORDER_S, again every RETRY_S, and given up
after `wait_s`; then what follows it is released, and the depacketiser sees the gap.
"""

from __future__ import annotations

from dataclasses import dataclass

from relay.webrtc.rtp import RtpPacket, extend

PACKETS_MAX = 1024  # held behind a gap: a second of 10 Mb/s
REORDER_S = 0.01  # networks swap neighbours; that is no loss yet
RETRY_S = 0.06
ASKED_MAX = 128  # sequence numbers in one request


@dataclass(slots=True)
class _Missing:
    since: float
    asked: float | None = None


class Reorder:
    """The buffer of one SSRC. `lost` and `late` count packets given up and packets that came after that or twice."""

    def __init__(self, wait_s: float) -> None:
        self.lost = 0
        self.late = 0
        self.highest: int | None = None
        self._wait_s = wait_s
        self._next = 0
        self._held: dict[int, RtpPacket] = {}
        self._missing: dict[int, _Missing] = {}

    def push(self, packet: RtpPacket, now: float) -> list[RtpPacket]:
        """Take a packet; give those that are next in order. Sequence numbers are extended over their wraps."""
        if self.highest is None:
            self.highest = self._next = packet.sequence
            self._next += 1
            return [packet]
        number = extend(packet.sequence, self.highest)
        if number < self._next or number in self._held:
            self.late += 1
            return []
        if number - self._next > PACKETS_MAX:
            return self._jump(number, packet)
        for between in range(max(self.highest + 1, self._next), number):
            self._missing[between] = _Missing(now)
        self.highest = max(self.highest, number)
        self._missing.pop(number, None)
        self._held[number] = packet
        return self._release()

    def give_up(self, now: float) -> list[RtpPacket]:
        """What may go on because the packets before it are no longer waited for."""
        released: list[RtpPacket] = []
        while self._missing:
            first = next(iter(self._missing))
            if now - self._missing[first].since < self._wait_s:
                break
            del self._missing[first]
            self.lost += 1
            self._next = first + 1
            released += self._release()
        return released

    def wanted(self, now: float) -> tuple[int, ...]:
        """Sequence numbers (16 bits) to ask for now."""
        due = [
            number
            for number, missing in self._missing.items()
            if now - missing.since >= REORDER_S and (missing.asked is None or now - missing.asked >= RETRY_S)
        ][:ASKED_MAX]
        for number in due:
            self._missing[number].asked = now
        return tuple(number & 0xFFFF for number in due)

    def _release(self) -> list[RtpPacket]:
        released = []
        while self._next in self._held:
            released.append(self._held.pop(self._next))
            self._next += 1
        return released

    def _jump(self, number: int, packet: RtpPacket) -> list[RtpPacket]:
        """Too far ahead to be a gap: the sender started anew."""
        released = [self._held[held] for held in sorted(self._held)]
        self.lost += len(self._missing)
        self._held.clear()
        self._missing.clear()
        self.highest, self._next = number, number + 1
        return [*released, packet]
