"""The states of a channel, as a table.

active     its room sells, entering it and its links bind, commission is paid
suspended  its room says so and sells nothing, nothing binds; what it earns is computed and held, with the reason
closed     for good: its customers stay its own for the published period, then pass to the channel above it
"""

from __future__ import annotations

TABLE: dict[tuple[str, str], str] = {
    ("active", "suspend"): "suspended",
    ("suspended", "resume"): "active",
    ("active", "close"): "closed",
    ("suspended", "close"): "closed",
}


def next_state(state: str, event: str) -> str | None:
    """The state an event leads to, or None when it is not possible."""
    return TABLE.get((state, event))
