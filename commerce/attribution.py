"""Whose customer a buyer is (MONEY section 3). Pure: everything it needs comes as arguments, time included.

The five clauses, in the order they are tried:

    own          (1) the buyer is the channel's own owner or staff: his own channel
    bound        (2) a valid binding that is protected, or locked by first_lock, or that nobody came after: its channel
    rebound      (3) a valid, unprotected binding and a newer touch of another channel: the newest such touch
    first_touch  (4) no binding, first_lock: the oldest valid touch
    last_touch   (4) no binding, otherwise: the newest valid touch
    not_new      (4) no binding; he bought here before anybody brought him, and only new customers count: the house
    house        (5) nothing

The house is where visitors go whom nobody brought, so a touch of its own room binds nobody: a store that brings him
later still can.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from commerce.canonical import json_text
from commerce.errors import Invalid
from commerce.money import PPM, split
from commerce.times import to_ms

Period = Literal["forever", "none"] | int  # an int counts days in the merchant's time zone
CHOICES = {
    "mode": ("first_lock", "last_touch", "per_broadcast"),
    "renew_on": ("none", "visit", "purchase"),
    "bind_on": ("visit", "login", "order", "paid"),
    "scope": ("new_customers", "all"),
    "self_purchase": ("pay", "zero", "as_discount"),
    "conflict": ("owner_wins", "room_wins", "split"),
}
DAYS_MAX = 36_500
CLOCK_CHANGE_MS = 2 * 3_600_000  # no change between summer and winter time moves a period's end by more


@dataclass(frozen=True, slots=True)
class LockRule:
    """One version of a merchant's lock. `split_owner : split_room` are the parts when conflict is split."""

    mode: str = "first_lock"
    validity: Period = "forever"
    protection: Period = "forever"
    renew_on: str = "none"
    bind_on: str = "visit"
    scope: str = "new_customers"
    self_purchase: str = "pay"
    conflict: str = "owner_wins"
    split_owner: int = 1
    split_room: int = 1
    max_paid_levels: int = 2
    cap_ppm: int = 300_000

    def __post_init__(self) -> None:
        for field, allowed in CHOICES.items():
            if getattr(self, field) not in allowed:
                raise Invalid(field, f"must be one of {', '.join(allowed)}")
        _check_period("validity", self.validity, ("forever",))
        _check_period("protection", self.protection, ("forever", "none"))
        _check_range("split_owner", self.split_owner, 0, PPM)
        _check_range("split_room", self.split_room, int(self.split_owner == 0), PPM)
        _check_range("max_paid_levels", self.max_paid_levels, 1, 2)
        _check_range("cap_ppm", self.cap_ppm, 0, PPM)

    def canonical(self) -> str:
        """The rule as JSON with sorted keys: what is stored, and what is hashed."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))

    def digest(self) -> str:
        """SHA-256 of the canonical form, hex; goes into every decision made under it."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()

    @classmethod
    def parse(cls, canonical: str) -> LockRule:
        """The rule a canonical form stands for."""
        return cls(**json.loads(canonical))


@dataclass(frozen=True, slots=True)
class LockVersion:
    """A version of a merchant's lock: when it was set, and from when it counts (ms)."""

    version: int
    rule: LockRule
    digest: str
    announced_at: int
    effective_at: int


# From what gives a channel most to what gives it least.
KINDNESS = {
    "renew_on": ("visit", "purchase", "none"),
    "bind_on": ("visit", "login", "order", "paid"),
    "scope": ("all", "new_customers"),
    "self_purchase": ("pay", "as_discount", "zero"),
}


def taken_away(old: LockRule, new: LockRule) -> tuple[str, ...]:
    """The fields by which a channel has less than before. Rather one too many than one too few.

    Another mode, conflict or split always gives to one channel what it takes from another.
    """
    found = [field for field in ("mode", "conflict") if getattr(old, field) != getattr(new, field)]
    found += [field for field, order in KINDNESS.items() if _later(order, getattr(old, field), getattr(new, field))]
    found += [field for field in ("validity", "protection") if _days(getattr(new, field)) < _days(getattr(old, field))]
    found += [field for field in ("max_paid_levels", "cap_ppm") if getattr(new, field) < getattr(old, field)]
    both = old.conflict == new.conflict == "split"
    if both and old.split_owner * new.split_room != new.split_owner * old.split_room:
        found.append("split")
    return tuple(found)


def _later(order: tuple[str, ...], old: str, new: str) -> bool:
    return order.index(new) > order.index(old)


def _days(period: Period) -> int:
    return {"forever": DAYS_MAX + 1, "none": 0}[period] if isinstance(period, str) else period


def _check_period(field: str, value: object, words: tuple[str, ...]) -> None:
    if value in words or (type(value) is int and 1 <= value <= DAYS_MAX):
        return
    raise Invalid(field, f"must be {' or '.join(words)} or 1 to {DAYS_MAX} days")


def _check_range(field: str, value: object, low: int, high: int) -> None:
    if type(value) is not int or not low <= value <= high:
        raise Invalid(field, f"must be from {low} to {high}")


@dataclass(frozen=True, slots=True)
class Touch:
    """One entry that counts: through which channel, when (ms), during which show."""

    id: int
    channel: int
    at: int
    show: int | None = None


@dataclass(frozen=True, slots=True)
class Binding:
    """Whose he is since when (ms); None of an end means for ever."""

    channel: int
    since: int
    valid_until: int | None = None
    protected_until: int | None = None
    show: int | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """All a decision looks at. `returning`: he bought here before his first touch. `own_channel`: he works there."""

    now: int
    house: int
    room_channel: int
    binding: Binding | None = None
    touches: tuple[Touch, ...] = ()
    show: int | None = None
    returning: bool = False
    own_channel: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """`touch` is the one that decided, if one did; when `binds`, the viewer's binding is to follow it."""

    owner: int
    clause: str
    touch: Touch | None = None

    @property
    def binds(self) -> bool:
        """Whether a binding to the owner is new with this decision."""
        return self.clause in ("rebound", "first_touch", "last_touch")


def decide(rule: LockRule, situation: Situation, zone: ZoneInfo) -> Decision:
    """Whose customer he is now. The same arguments give the same answer, for ever."""
    if situation.own_channel is not None:
        return Decision(situation.own_channel, "own")
    binding = valid_binding(rule, situation)
    if binding is not None:
        return _decide_bound(rule, situation, binding, zone)
    touches = valid_touches(rule, situation, zone)
    if not touches:
        return Decision(situation.house, "house")
    if rule.scope == "new_customers" and situation.returning:
        return Decision(situation.house, "not_new")
    if rule.mode == "first_lock":
        oldest = min(touches, key=_by_time)
        return Decision(oldest.channel, "first_touch", oldest)
    newest = max(touches, key=_by_time)
    return Decision(newest.channel, "last_touch", newest)


def inputs_json(situation: Situation, decision: Decision, rule_hash: str) -> str:
    """A decision and all that it looked at, as it is stored with the order; read_inputs gives the situation back."""
    binding = situation.binding
    terms = (
        None
        if binding is None
        else [binding.channel, binding.since, binding.valid_until, binding.protected_until, binding.show]
    )
    return json_text(
        {
            "rule": rule_hash,
            "clause": decision.clause,
            "owner": decision.owner,
            "now": situation.now,
            "house": situation.house,
            "room_channel": situation.room_channel,
            "binding": terms,
            "touches": [[touch.id, touch.channel, touch.at, touch.show] for touch in situation.touches],
            "show": situation.show,
            "returning": situation.returning,
            "own_channel": situation.own_channel,
        }
    )


def read_inputs(stored: str) -> Situation:
    """The situation of a stored decision: deciding it again must answer the same."""
    found = json.loads(stored)
    return Situation(
        now=found["now"],
        house=found["house"],
        room_channel=found["room_channel"],
        binding=None if found["binding"] is None else Binding(*found["binding"]),
        touches=tuple(Touch(*touch) for touch in found["touches"]),
        show=found["show"],
        returning=found["returning"],
        own_channel=found["own_channel"],
    )


def _decide_bound(rule: LockRule, situation: Situation, binding: Binding, zone: ZoneInfo) -> Decision:
    protected = binding.protected_until is None or binding.protected_until > situation.now
    if not protected and rule.mode != "first_lock":
        newer = [touch for touch in valid_touches(rule, situation, zone) if touch.at > binding.since]
        newest = max(newer, key=_by_time, default=None)
        if newest is not None and newest.channel != binding.channel:
            return Decision(newest.channel, "rebound", newest)
    return Decision(binding.channel, "bound")


def _by_time(touch: Touch) -> tuple[int, int]:
    return touch.at, touch.id


def valid_touches(rule: LockRule, situation: Situation, zone: ZoneInfo) -> list[Touch]:
    """Those of partners that can still bring him."""
    return [
        touch
        for touch in situation.touches
        if touch.channel != situation.house and is_valid_touch(rule, touch, situation.now, situation.show, zone)
    ]


def is_valid_touch(rule: LockRule, touch: Touch, now: int, show: int | None, zone: ZoneInfo) -> bool:
    """Whether it is not from the future, not older than the validity, and under per_broadcast of this show."""
    return (
        touch.at <= now
        and (rule.validity == "forever" or _is_after(add_period(touch.at, rule.validity, zone), now))
        and (rule.mode != "per_broadcast" or touch.show == show)
    )


def valid_since(rule: LockRule, now: int, zone: ZoneInfo) -> int:
    """No touch up to then (ms) is valid; of those that follow, whom the clock's changes made too old are not either."""
    if not isinstance(rule.validity, int):
        return 0
    local = datetime.fromtimestamp(now / 1000, zone) - timedelta(days=rule.validity)
    return to_ms(local.astimezone(UTC)) - CLOCK_CHANGE_MS


def valid_binding(rule: LockRule, situation: Situation) -> Binding | None:
    """The binding, unless it is over, or is another show's under per_broadcast."""
    binding = situation.binding
    if binding is None or not _is_after(binding.valid_until, situation.now):
        return None
    if rule.mode == "per_broadcast" and binding.show != situation.show:
        return None
    return binding


def is_valid(binding: Binding, now: int) -> bool:
    """Whether it is not over."""
    return _is_after(binding.valid_until, now)


def _is_after(until: int | None, now: int) -> bool:
    return until is None or until > now


def add_period(at: int, period: Period, zone: ZoneInfo) -> int | None:
    """When a period from `at` ends: the same hour so many local days later; None: never. `none` ends at once."""
    if period == "forever":
        return None
    if period == "none":
        return at
    local = datetime.fromtimestamp(at / 1000, zone) + timedelta(days=period)
    return to_ms(local.astimezone(UTC))


def bind(rule: LockRule, touch: Touch, zone: ZoneInfo) -> Binding:
    """The binding a touch makes: it counts from the touch, however late it is written."""
    return Binding(
        touch.channel,
        touch.at,
        add_period(touch.at, rule.validity, zone),
        add_period(touch.at, rule.protection, zone),
        touch.show,
    )


def renew(rule: LockRule, binding: Binding, cause: str, now: int, zone: ZoneInfo) -> Binding | None:
    """The binding with its ends moved on, when the rule renews on this cause (visit, purchase); else None.

    One that is over is not: he is nobody's, and whose he becomes is for the rule to decide.
    """
    if rule.renew_on != cause or not _is_after(binding.valid_until, now):
        return None
    valid, protected = add_period(now, rule.validity, zone), add_period(now, rule.protection, zone)
    renewed = Binding(binding.channel, binding.since, valid, protected, binding.show)
    return None if renewed == binding else renewed


def credit(rule: LockRule, owner: int, room_channel: int) -> dict[int, int]:
    """Who is paid for an order, in ppm that sum to 1,000,000: the owner, the room, or both."""
    if owner == room_channel or rule.conflict == "owner_wins":
        return {owner: PPM}
    if rule.conflict == "room_wins":
        return {room_channel: PPM}
    parts = split(PPM, {"a_owner": rule.split_owner, "b_room": rule.split_room})
    shares = {owner: parts["a_owner"], room_channel: parts["b_room"]}
    return {channel: ppm for channel, ppm in shares.items() if ppm}


def merge(rule: LockRule, one: Binding, other: Binding, now: int) -> Binding:
    """Which binding stays when two viewers are one customer: the older valid one under first_lock, else the newer."""
    valid = [binding for binding in (one, other) if _is_after(binding.valid_until, now)]
    if len(valid) == 1:
        return valid[0]
    pick = min if rule.mode == "first_lock" else max
    return pick((one, other), key=lambda binding: (binding.since, binding.channel))
