"""A clock that a machine can read off the picture: wall-clock milliseconds as a row of black and white cells.

Fifty-two cells stand side by side: white and black to find the levels, 42 bits of milliseconds since 1970 with the
highest first, 6 bits of the milliseconds modulo 61, black and white. Cells are big and lie on a grid of 1280x720, so
they survive compression, scaling and any player; the remainder tells when they did not (two frames mixed into one).
"""

from __future__ import annotations

from collections.abc import Callable

WIDTH, HEIGHT = 1280, 720
CELL_WIDTH, CELL_HEIGHT = 24, 48
LEFT, TOP = 16, 16
TIME_BITS, CHECK_BITS, CHECK_MODULUS = 42, 6, 61
CELLS = 2 + TIME_BITS + CHECK_BITS + 2
CONTRAST_MIN = 64  # of 255, between the two cells at the start

Luma = Callable[[float, float], float]


def cells(milliseconds: int) -> list[bool]:
    """The row, left to right; true is white."""
    value = milliseconds << CHECK_BITS | milliseconds % CHECK_MODULUS
    bits = [bool(value >> place & 1) for place in reversed(range(TIME_BITS + CHECK_BITS))]
    return [True, False, *bits, False, True]


def centre(cell: int) -> tuple[float, float]:
    """Where to look for a cell, as fractions of the picture's width and height."""
    return (LEFT + (cell + 0.5) * CELL_WIDTH) / WIDTH, (TOP + CELL_HEIGHT / 2) / HEIGHT


def read(luma: Luma) -> int | None:
    """The milliseconds in a picture, or None when it shows no clock. `luma(x, y)` takes fractions, gives 0 to 255."""
    levels = [luma(*centre(cell)) for cell in range(CELLS)]
    white, black = (levels[0] + levels[-1]) / 2, (levels[1] + levels[-2]) / 2
    if white - black < CONTRAST_MIN:
        return None
    value = 0
    for level in levels[2:-2]:
        value = value << 1 | (level > (white + black) / 2)
    milliseconds, check = value >> CHECK_BITS, value & (1 << CHECK_BITS) - 1
    return milliseconds if milliseconds % CHECK_MODULUS == check else None
