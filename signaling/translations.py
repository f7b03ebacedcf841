"""Refusals in the language that a request asks for (RFC 9457, section 3.1; RFC 9110, section 12.5.4).

All refusals are written in English where they are raised, as in gettext: what stands there, with {} for what was put
in, is the key of `zh.json`. A refusal that is not among them stays English; a test knows all that a page can meet.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import Final

from aiohttp import web

ENGLISH = "en"
LANGUAGE = "language"  # in the query of a socket, whose headers a page cannot set
CATALOGUES = {"zh": Path(__file__).parent / "zh.json"}
KEPT_MAX = 4_096  # texts that were translated a moment ago: the same few are said to a crowd
TAGS_MAX = 10
_TAG = re.compile(r"\s*([A-Za-z]{1,8}|\*)(?:-[A-Za-z0-9-]{1,40})?\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?")


class Catalogue:
    """`find` gives the translation of a text, or None where there is none."""

    def __init__(self, language: str, texts: dict[str, str]) -> None:
        self.language = language
        self._plain = {text: said for text, said in texts.items() if "{}" not in text}
        # Those with more of their own in them first: "no such {}" fits much.
        shapes = sorted((text for text in texts if "{}" in text), key=lambda text: -len(text.replace("{}", "")))
        self._shapes = [(_pattern(text), texts[text]) for text in shapes]
        self.find = lru_cache(KEPT_MAX)(self._find)

    def say(self, text: str) -> str:
        """Its translation, or English."""
        return self.find(text) or text

    @classmethod
    def open(cls, language: str) -> Catalogue:
        return cls(language, json.loads(CATALOGUES[language].read_text("utf-8")))

    def _find(self, text: str) -> str | None:
        plain = self._plain.get(text)
        if plain is not None or not text:
            return plain or text
        for pattern, said in self._shapes:
            found = pattern.fullmatch(text)
            if found is not None:
                return said.format(*found.groups())
        return None


UNTRANSLATED: Final = Catalogue(ENGLISH, {})


class Translations:
    """All languages there are."""

    def __init__(self, *catalogues: Catalogue) -> None:
        self._catalogues = {each.language: each for each in (UNTRANSLATED, *catalogues)}

    @classmethod
    def open(cls) -> Translations:
        return cls(*map(Catalogue.open, CATALOGUES))

    def of(self, request: web.Request) -> Catalogue:
        """That of the language which he likes best of those we have."""
        given = request.query.get(LANGUAGE, "") or request.headers.get("Accept-Language", "")
        return self._catalogues[preferred(given, self._catalogues) if given else ENGLISH]


def preferred(header: str, known: Collection[str]) -> str:
    """Of an Accept-Language; English when it names none of the known ones."""
    best, weight = ENGLISH, 0.0
    for part in header.split(",")[:TAGS_MAX]:
        tag = _TAG.fullmatch(part)
        language = "" if tag is None else tag[1].lower()
        quality = 1.0 if tag is None or tag[2] is None else float(tag[2])
        if language in known and quality > weight:
            best, weight = language, quality
    return best


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile("(.+?)".join(map(re.escape, text.split("{}"))), re.DOTALL)
