"""A merchant's word list, ready to look through a line for thousands of words at once. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick

from signaling.folding import Folded, fold

SEVERITY = ("mask", "hold", "refuse")


@dataclass(frozen=True, slots=True)
class Listed:
    """A word of the list: as the merchant wrote it, as it is compared, and what is done about it."""

    word: str
    folded: str
    action: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a line comes to: the severest action with its word ("" and "": none), and the line with masked words."""

    action: str
    word: str
    text: str


class WordList:
    """Made once for a list; looking through a line takes microseconds, however long the list is."""

    def __init__(self, words: Iterable[Listed]) -> None:
        self._words = list(words)
        self._search = AhoCorasick([word.folded for word in self._words]) if self._words else None

    def __len__(self) -> int:
        return len(self._words)

    def check(self, text: str) -> Found:
        """Looks through a line."""
        if self._search is None:
            return Found("", "", text)
        folded = fold(text)
        worst, shown = Found("", "", text), list(text)
        for index, start, end in self._search.find_matches_as_indexes(folded.text, overlapping=True):
            word = self._words[index]
            if not _stands_alone(folded, word.folded, start, end):
                continue
            if word.action == "mask":
                _mask(shown, folded, start, end)
            if not worst.action or SEVERITY.index(word.action) > SEVERITY.index(worst.action):
                worst = Found(word.action, word.word, text)
        return Found(worst.action, worst.word, "".join(shown))


def _stands_alone(folded: Folded, word: str, start: int, end: int) -> bool:
    """Words of Latin letters and digits count only as whole words ("pass it" does not say "sit"); in scripts without
    spaces a word is found wherever it stands."""
    if not word.isascii():
        return True
    before = start > 0 and folded.glued[start] and folded.text[start - 1].isascii()
    after = end < len(folded.text) and folded.glued[end] and folded.text[end].isascii()
    return not before and not after


def _mask(shown: list[str], folded: Folded, start: int, end: int) -> None:
    for place in range(folded.places[start], folded.places[end - 1] + 1):
        if not shown[place].isspace():
            shown[place] = "*"
