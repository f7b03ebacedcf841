"""The demo's moving picture, 1280x720 YUV 4:2:0, drawn with nothing but byte slices: cheap enough for 30 a second.

A still background is made once; what moves (a sun, a band of waves, the clocks) is written over a copy of it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass

from signaling.demo_clock import CELL_HEIGHT, CELL_WIDTH, HEIGHT, LEFT, TOP, WIDTH, cells

SUN_RADIUS = 84
BAND_TOP, BAND_HEIGHT = 560, 160
WAVE_ROWS = 16  # rows of one line of waves
WHITE, BLACK = 235, 16  # limited range
GLYPH_SCALE = 12
# 5x7 dots, a row a number, the leftmost dot highest
GLYPHS = {
    "0": (14, 17, 19, 21, 25, 17, 14),
    "1": (4, 12, 4, 4, 4, 4, 14),
    "2": (14, 17, 1, 2, 4, 8, 31),
    "3": (31, 2, 4, 2, 1, 17, 14),
    "4": (2, 6, 10, 18, 31, 2, 2),
    "5": (31, 16, 30, 1, 1, 17, 14),
    "6": (6, 8, 16, 30, 17, 17, 14),
    "7": (31, 1, 2, 4, 8, 8, 8),
    "8": (14, 17, 17, 14, 17, 17, 14),
    "9": (14, 17, 17, 15, 1, 2, 12),
    ":": (0, 4, 4, 0, 4, 4, 0),
    ".": (0, 0, 0, 0, 0, 4, 4),
}


@dataclass(frozen=True, slots=True)
class Planes:
    """One picture: luma at full size, both chromas at half."""

    y: bytearray
    u: bytearray
    v: bytearray

    def copy(self) -> Planes:
        return Planes(self.y[:], self.u[:], self.v[:])


class Picture:
    """Draws the picture that belongs to a moment."""

    def __init__(self) -> None:
        self._background = _background()
        self._sun = list(_disc(SUN_RADIUS))
        self._waves = [_wave_row(row) for row in range(BAND_HEIGHT)]
        self._glyphs = {character: _glyph(rows) for character, rows in GLYPHS.items()}
        self._glyphs[" "] = [bytes([BLACK]) * GLYPH_SCALE] * (9 * GLYPH_SCALE)  # the margin on the right

    def at(self, milliseconds: int) -> Planes:
        """The picture of that wall-clock time, a function of the time alone."""
        planes = self._background.copy()
        seconds = milliseconds / 1000
        self._draw_sun(planes, seconds)
        self._draw_waves(planes, seconds)
        self._draw_time(planes, milliseconds)
        _draw_cells(planes, milliseconds)
        return planes

    def _draw_sun(self, planes: Planes, seconds: float) -> None:
        x = int(WIDTH / 2 + 420 * math.sin(seconds * 0.7)) & ~1
        y = int(400 + 90 * math.cos(seconds * 1.4)) & ~1
        for row, half in self._sun:
            start = (y + row) * WIDTH + x - half
            planes.y[start : start + 2 * half] = bytes([210]) * (2 * half)
            if row % 2 == 0:
                start = (y + row) // 2 * (WIDTH // 2) + (x - half) // 2
                planes.u[start : start + half] = bytes([60]) * half
                planes.v[start : start + half] = bytes([160]) * half

    def _draw_waves(self, planes: Planes, seconds: float) -> None:
        """Each line of waves has a speed of its own, the nearest is the fastest."""
        for row, wave in enumerate(self._waves):
            offset = int(seconds * (40 + row // WAVE_ROWS * 16)) % WIDTH
            start = (BAND_TOP + row) * WIDTH
            planes.y[start : start + WIDTH] = wave[offset : offset + WIDTH]

    def _draw_time(self, planes: Planes, milliseconds: int) -> None:
        moment = time.gmtime(milliseconds // 1000)
        text = f"{moment.tm_hour:02}:{moment.tm_min:02}:{moment.tm_sec:02}.{milliseconds % 1000 // 100}"
        x = (WIDTH - (len(text) * 6 + 1) * GLYPH_SCALE) // 2
        for character in f"{text} ":
            for row, dots in enumerate(self._glyphs[character]):
                start = (130 + row) * WIDTH + x
                planes.y[start : start + len(dots)] = dots
            x += 6 * GLYPH_SCALE


def _background() -> Planes:
    """Evening at the sea: dark blue above, warm at the horizon."""
    y, u, v = bytearray(), bytearray(), bytearray()
    for row in range(HEIGHT):
        depth = row / HEIGHT
        y += bytes([int(40 + 70 * depth)]) * WIDTH
        if row % 2 == 0:
            sky = (int(150 - 36 * depth), int(122 + 40 * depth))
            blue, red = sky if row < BAND_TOP else (148, 100)
            u += bytes([blue]) * (WIDTH // 2)
            v += bytes([red]) * (WIDTH // 2)
    return Planes(y, u, v)


def _disc(radius: int) -> Iterator[tuple[int, int]]:
    """(row from the centre, half its length), even numbers so that both chromas follow."""
    for row in range(-radius, radius):
        yield row, int(math.sqrt(radius * radius - row * row)) & ~1


def _wave_row(row: int) -> bytes:
    """Two picture widths of one row, so that any offset can be cut out; its period divides the width."""
    line, depth = divmod(row, WAVE_ROWS)
    height = 5 + 3 * math.cos(line)  # of the crests, above the foot of the line
    crests = (height * (1 + math.sin(2 * math.pi * x / 160 + line * 2)) / 2 for x in range(160))
    one = bytes(150 - 6 * line if depth < crest else 100 - 4 * line - depth for crest in crests)
    return one * (2 * WIDTH // 160)


def _glyph(rows: tuple[int, ...]) -> list[bytes]:
    """A glyph's rows of luma, white on black."""
    lines = []
    for row in (0, *rows, 0):
        dots = (WHITE if row >> place & 1 else BLACK for place in (5, 4, 3, 2, 1, 0))
        lines += [b"".join(bytes([dot]) * GLYPH_SCALE for dot in dots)] * GLYPH_SCALE
    return lines


def _draw_cells(planes: Planes, milliseconds: int) -> None:
    row = b"".join(bytes([WHITE if cell else BLACK]) * CELL_WIDTH for cell in cells(milliseconds))
    for line in range(TOP, TOP + CELL_HEIGHT):
        start = line * WIDTH + LEFT
        planes.y[start : start + len(row)] = row
    grey = bytes([128]) * (len(row) // 2)
    for line in range(TOP // 2, (TOP + CELL_HEIGHT) // 2):
        start = line * (WIDTH // 2) + LEFT // 2
        planes.u[start : start + len(grey)] = grey
        planes.v[start : start + len(grey)] = grey
