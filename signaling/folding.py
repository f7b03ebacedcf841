"""What a line says once the tricks are taken out of it: how words of a list are compared. Pure.

Full width, ringed and mathematical letters, accents, letters of another alphabet that look alike, invisible characters
and whatever stands between letters: "Ｓ.р\u200bа m" says "spam".
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

# Letters that look like Latin ones (Unicode TR 39, the ones found on ordinary keyboards), after lower-casing.
CYRILLIC = dict(zip("авекмнорстухіјѕԁһԛԝьґү", "abekmhopctyxijsdhqwbry", strict=True))
GREEK = dict(zip("αβεηικνορτυχγω", "abenikvoptuxyw", strict=True))
ARMENIAN = dict(zip("օսհցզո", "ouhgqn", strict=True))
CHEROKEE = dict(zip("ᎪᎠᎡᎢᎥᎫᎬᎳᎷᎻᏀᏃᏏᏒᏚᏙᏞᏟᏢᏦᏴ", "adrtijewmhgzbrsvlcpkb", strict=True))
SMALL_CAPITALS = dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz", strict=True))
# Letters in black circles and squares, and the ones that flags are made of, have no plain form in Unicode.
PICTURED = {chr(start + n): chr(97 + n) for start in (0x1F150, 0x1F170, 0x1F1E6) for n in range(26)}
OTHERS = {"ı": "i", "ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ŧ": "t", "æ": "ae", "œ": "oe", "ɑ": "a", "ɡ": "g"}
LOOK_ALIKE = CYRILLIC | GREEK | ARMENIAN | CHEROKEE | SMALL_CAPITALS | PICTURED | OTHERS
INVISIBLE = ("Cf", "Cc", "Cs", "Mn", "Me")
FILLERS = "\u115f\u1160\u3164\uffa0\u2800"  # letters and symbols by their category, and nothing to see
KEPT = ("L", "N", "So")  # letters, digits, pictures; what is left out separates


@dataclass(frozen=True, slots=True)
class Folded:
    """`text` in the form that is compared. Its character k comes from place `places[k]` of the original; `glued[k]`
    says that nothing to be seen stood between it and the one before."""

    text: str
    places: tuple[int, ...]
    glued: tuple[bool, ...]


def fold(text: str) -> Folded:
    """The comparable form of a line, and where its characters come from."""
    found: list[str] = []
    places: list[int] = []
    glued: list[bool] = []
    joined = False
    for place, char in enumerate(text):
        kept, separates = _folded(char)
        for each in kept:
            found.append(each)
            places.append(place)
            glued.append(joined)
            joined = True
        if separates:
            joined = False
    return Folded("".join(found), tuple(places), tuple(glued))


@lru_cache(maxsize=8192)
def _folded(char: str) -> tuple[str, bool]:
    """What is compared of a character, and whether it separates words."""
    if char in FILLERS or unicodedata.category(char) in INVISIBLE:
        return "", False
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
    letters = [LOOK_ALIKE.get(each, each) for each in plain if unicodedata.category(each).startswith(KEPT)]
    return "".join(letters), not letters
