"""Wrong stream keys by address, of IPv6 by household: whoever guesses is made to wait."""

from __future__ import annotations

from collections import OrderedDict

WRONG_MAX = 30  # per address and period: more than an encoder with an old key tries
PERIOD_NS = 60_000_000_000
ADDRESSES_MAX = 10_000  # remembered at once; beyond it the one longest unheard of is forgotten


class Attempts:
    """Counts wrong keys. Time is an argument: nanoseconds of the monotonic clock."""

    def __init__(self) -> None:
        self._by_address: OrderedDict[str, tuple[int, int]] = OrderedDict()  # when the period began, and how many

    def wrong(self, address: str, now_ns: int) -> None:
        """Note a wrong key."""
        since, count = self._by_address.pop(address, (now_ns, 0))
        if now_ns - since >= PERIOD_NS:
            since, count = now_ns, 0
        self._by_address[address] = (since, count + 1)
        if len(self._by_address) > ADDRESSES_MAX:
            self._by_address.popitem(last=False)

    def too_many(self, address: str, now_ns: int) -> bool:
        """Whether this address must wait until its period is over."""
        since, count = self._by_address.get(address, (now_ns, 0))
        return count >= WRONG_MAX and now_ns - since < PERIOD_NS
