"""The slate's own pictures, drawn with byte slices: a ring on a dark ground, in it three dots (back soon) or two bars.

Signs and hardly any words, since the picture is the same for every viewer; the page says it in his language.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import isqrt

WIDTH, HEIGHT = 1280, 720
GROUND, INK, NEUTRAL = 34, 214, 128  # limited range
RING_OUTER, RING_INNER = 120, 104
MIDDLE = (WIDTH // 2, HEIGHT // 2 - 100)  # the lower quarter is left to what a page puts over the picture
DOT_RADIUS, DOT_STEP = 15, 56
BAR_WIDTH, BAR_HEIGHT, BAR_STEP = 26, 100, 62
WORDS_TOP, DOT_PIXELS, LETTER_DOTS = 450, 6, 6  # five dots and a space to a letter
# 5x7 dots, a row a number, the leftmost dot highest
LETTERS = {
    "A": (14, 17, 17, 31, 17, 17, 17),
    "B": (30, 17, 17, 30, 17, 17, 30),
    "C": (14, 17, 16, 16, 16, 17, 14),
    "D": (30, 17, 17, 17, 17, 17, 30),
    "E": (31, 16, 16, 30, 16, 16, 31),
    "K": (17, 18, 20, 24, 20, 18, 17),
    "N": (17, 25, 21, 19, 17, 17, 17),
    "O": (14, 17, 17, 17, 17, 17, 14),
    "P": (30, 17, 17, 30, 16, 16, 16),
    "S": (15, 16, 16, 14, 1, 1, 30),
    "U": (17, 17, 17, 17, 17, 17, 14),
    " ": (0, 0, 0, 0, 0, 0, 0),
}


class Cause(StrEnum):
    """Why a slate is shown: nobody publishes, or people paused the show."""

    WAITING = "waiting"
    PAUSED = "paused"


WORDS = {Cause.WAITING: "BACK SOON", Cause.PAUSED: "PAUSED"}


@dataclass(frozen=True, slots=True)
class Planes:
    """A YUV 4:2:0 picture, rows without padding."""

    width: int
    height: int
    y: bytes
    u: bytes
    v: bytes


def draw(cause: Cause) -> Planes:
    """The picture for that cause."""
    canvas = bytearray([GROUND]) * (WIDTH * HEIGHT)
    x, y = MIDDLE
    _disc(canvas, x, y, RING_OUTER, INK)
    _disc(canvas, x, y, RING_INNER, GROUND)
    if cause is Cause.WAITING:
        for step in (-DOT_STEP, 0, DOT_STEP):
            _disc(canvas, x + step, y, DOT_RADIUS, INK)
    else:
        for step in (-BAR_STEP // 2, BAR_STEP // 2):
            _box(canvas, x + step - BAR_WIDTH // 2, y - BAR_HEIGHT // 2, BAR_WIDTH, BAR_HEIGHT)
    _write(canvas, WORDS[cause])
    chroma = bytes([NEUTRAL]) * (WIDTH * HEIGHT // 4)
    return Planes(WIDTH, HEIGHT, bytes(canvas), chroma, chroma)


def _disc(canvas: bytearray, x: int, y: int, radius: int, shade: int) -> None:
    for row in range(-radius, radius + 1):
        half = isqrt(radius * radius - row * row)
        _row(canvas, x - half, y + row, 2 * half + 1, shade)


def _box(canvas: bytearray, left: int, top: int, width: int, height: int) -> None:
    for row in range(top, top + height):
        _row(canvas, left, row, width, INK)


def _write(canvas: bytearray, words: str) -> None:
    left = (WIDTH - (len(words) * LETTER_DOTS - 1) * DOT_PIXELS) // 2
    for letter in words:
        for row, dots in enumerate(LETTERS[letter]):
            for column in range(5):
                if dots >> (4 - column) & 1:
                    at = left + column * DOT_PIXELS, WORDS_TOP + row * DOT_PIXELS
                    _box(canvas, *at, DOT_PIXELS, DOT_PIXELS)
        left += LETTER_DOTS * DOT_PIXELS


def _row(canvas: bytearray, left: int, y: int, width: int, shade: int) -> None:
    at = y * WIDTH + left
    canvas[at : at + width] = bytes([shade]) * width
