"""How a merchant's rooms are kept in order, as one node knows it: words, rules, restrictions. Pure, time is given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from commerce.talk.views import Restriction, Rule, Word
from signaling.errors import BadMessage, NotAllowed, TooMany
from signaling.limits import Buckets
from signaling.messages import RestrictionView, RuleView, Standing
from signaling.wordlist import Listed, WordList

SLOW_KEYS_MAX = 20_000  # viewers of one room whose last line is remembered
HELD_PER_SECOND, HELD_BURST = 50.0, 200.0  # lines that may go into the queue from one node


@dataclass(frozen=True, slots=True)
class Verdict:
    """A line that may be said, as it is shown; with `held` one that waits, for a word or (`word` "") for the rule."""

    text: str
    held: bool
    word: str


class House:
    """One merchant's order. `take_*` bring it up to date."""

    def __init__(self, merchant: int) -> None:
        self.merchant = merchant
        self._words = WordList(())
        self._rules: dict[str | None, Rule] = {}
        self._restrictions: dict[str, list[Restriction]] = {}
        self._unrestricted: dict[str, Standing] = {}  # by room: all but a few stand the same, and share it
        self._slow: dict[str, Buckets] = {}
        self._held = Buckets(HELD_PER_SECOND, HELD_BURST)

    def take_words(self, words: Iterable[Word]) -> None:
        self._words = WordList(Listed(word.word, word.folded, word.action) for word in words)

    def take_rules(self, rules: Iterable[Rule]) -> None:
        self._rules = {rule.room: rule for rule in rules}
        self._slow.clear()
        self._unrestricted.clear()

    def take_restrictions(self, restrictions: Iterable[Restriction]) -> None:
        """Everybody's."""
        self._restrictions.clear()
        for each in restrictions:
            self._restrictions.setdefault(each.viewer, []).append(each)

    def take_restrictions_of(self, viewer: str, restrictions: Iterable[Restriction]) -> None:
        """One viewer's."""
        found = list(restrictions)
        self._restrictions.pop(viewer, None)
        if found:
            self._restrictions[viewer] = found

    def rule(self, room: str | None) -> RuleView:
        """A room's own rule; None: that of all rooms."""
        rule = self._rules.get(room)
        return RuleView() if rule is None else _rule_view(rule)

    def find(self, viewer: str, room: str, kind: str, now: datetime) -> Restriction | None:
        """What keeps the viewer quiet ("mute") or out ("ban") here and now; the one that lasts longest."""
        holding = [
            each
            for each in self._restrictions.get(viewer, ())
            if each.kind == kind and each.room in (None, room) and (each.ends_at is None or each.ends_at > now)
        ]
        return max(holding, key=lambda each: (each.ends_at is None, each.ends_at or now), default=None)

    def is_banned(self, viewer: str, room: str, now: datetime) -> bool:
        """From this room or from all: what he said here is not shown to whoever comes later."""
        return self.find(viewer, room, "ban", now) is not None

    def standing(self, viewer: str, room: str, now: datetime) -> Standing:
        """What a member is told about himself and about how the room is talked in."""
        if viewer not in self._restrictions:
            known = self._unrestricted.get(room)
            if known is None:
                known = self._unrestricted[room] = self._standing(room, None, None)
            return known
        muted, banned = (self.find(viewer, room, kind, now) for kind in ("mute", "ban"))
        return self._standing(room, muted, banned)

    def _standing(self, room: str, muted: Restriction | None, banned: Restriction | None) -> Standing:
        return Standing(
            muted=None if muted is None else restriction_view(muted),
            banned=None if banned is None else restriction_view(banned),
            room_rule=self.rule(room),
            all_rule=self.rule(None),
        )

    def judge(self, viewer: str, room: str, text: str, now: datetime, clock: float) -> Verdict:
        """Raises `NotAllowed`, `BadMessage` or `TooMany`. `clock` is a steady one, in seconds."""
        if self.find(viewer, room, "mute", now) is not None:
            raise NotAllowed("you are muted", "")
        here, everywhere = self.rule(room), self.rule(None)
        if here.muted or everywhere.muted:
            raise NotAllowed("nobody may speak now", "")
        found = self._words.check(text)
        if found.action == "refuse":
            raise BadMessage("a word in it may not be said here", "text")
        self._wait_for_turn(viewer, room, max(here.slow_seconds, everywhere.slow_seconds), clock)
        by_word, by_rule = found.action == "hold", here.held or everywhere.held
        if (by_word or by_rule) and (wait := self._held.take("", clock)):
            self.give_turn_back(viewer, room)
            raise TooMany("too many lines wait for approval", retry_after=round(wait, 2), field="text")
        return Verdict(found.text, by_word or by_rule, found.word if by_word else "")

    def give_turn_back(self, viewer: str, room: str) -> None:
        """What he said could not be said: he need not wait to say it again."""
        turns = self._slow.get(room)
        if turns is not None:
            turns.give_back(viewer)

    def forget(self, room: str) -> None:
        """Nobody is in the room any more."""
        self._slow.pop(room, None)
        self._unrestricted.pop(room, None)

    def _wait_for_turn(self, viewer: str, room: str, seconds: int, clock: float) -> None:
        if not seconds:
            return
        turns = self._slow.get(room)
        if turns is None:
            turns = self._slow[room] = Buckets(1 / seconds, 1, SLOW_KEYS_MAX)
        wait = turns.take(viewer, clock)
        if wait:
            raise TooMany(f"one line every {seconds} seconds", retry_after=round(wait, 2), field="text")


def _rule_view(rule: Rule) -> RuleView:
    return RuleView(slow_seconds=rule.slow_seconds, muted=rule.muted, held=rule.held)


def restriction_view(found: Restriction) -> RestrictionView:
    """As the viewer himself is told."""
    return RestrictionView(
        reason=found.reason, all_rooms=found.room is None, until=found.ends_at, appeal=found.appeal, answer=found.answer
    )
