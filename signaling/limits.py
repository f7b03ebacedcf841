"""Token buckets. Pure: the time, in seconds of any steady clock, is an argument."""

from __future__ import annotations


class Bucket:
    """Holds at most `burst` tokens and regains `per_second` of them; starts full."""

    __slots__ = ("_at", "_tokens", "burst", "per_second")

    def __init__(self, per_second: float, burst: float, now: float) -> None:
        assert per_second > 0 and burst >= 1, "a bucket that never lets anything through is a mistake"
        self.per_second = per_second
        self.burst = burst
        self._tokens = float(burst)
        self._at = now

    def take(self, now: float, tokens: float = 1.0) -> float:
        """0.0 when the tokens were there and are taken; else the seconds until they would be, and nothing is taken."""
        self._refill(now)
        if self._tokens >= tokens:
            self._tokens -= tokens
            return 0.0
        return (tokens - self._tokens) / self.per_second

    def give_back(self) -> None:
        """A token that was taken for nothing."""
        self._tokens = min(self.burst, self._tokens + 1.0)

    def take_up_to(self, now: float, tokens: int) -> int:
        """Takes as many whole tokens as there are, at most `tokens`."""
        self._refill(now)
        taken = min(tokens, int(self._tokens))
        self._tokens -= taken
        return taken

    def is_full(self, now: float) -> bool:
        """A full bucket remembers nothing and can be forgotten."""
        self._refill(now)
        return self._tokens >= self.burst

    def _refill(self, now: float) -> None:
        # A clock that steps back gives nothing and takes nothing.
        self._tokens = min(self.burst, self._tokens + max(0.0, now - self._at) * self.per_second)
        self._at = now


class Buckets:
    """A bucket per key, such as a viewer or an address. At most `keys_max` are kept: full ones go first."""

    def __init__(self, per_second: float, burst: float, keys_max: int = 100_000) -> None:
        self._per_second = per_second
        self._burst = burst
        self._keys_max = keys_max
        self._buckets: dict[str, Bucket] = {}

    def take(self, key: str, now: float, tokens: float = 1.0) -> float:
        """As `Bucket.take`, of the key's own bucket."""
        bucket = self._buckets.get(key)
        if bucket is None:
            self._make_room(now)
            bucket = self._buckets[key] = Bucket(self._per_second, self._burst, now)
        return bucket.take(now, tokens)

    def give_back(self, key: str) -> None:
        """As `Bucket.give_back`; of a key that was forgotten meanwhile nothing is left to give."""
        bucket = self._buckets.get(key)
        if bucket is not None:
            bucket.give_back()

    def __len__(self) -> int:
        return len(self._buckets)

    def _make_room(self, now: float) -> None:
        if len(self._buckets) < self._keys_max:
            return
        self._buckets = {key: bucket for key, bucket in self._buckets.items() if not bucket.is_full(now)}
        while len(self._buckets) >= self._keys_max:
            del self._buckets[next(iter(self._buckets))]  # the oldest: forgiving one is better than growing
