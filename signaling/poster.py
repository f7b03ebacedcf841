"""A poster to pass on: cover, what is sold, for how much, the sharer's own QR code. Pure but for the fonts' files."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps, UnidentifiedImageError
from PIL.ImageFont import FreeTypeFont

from signaling import qr

WIDTH, HEIGHT, COVER_HEIGHT, MARGIN, QR_WIDTH = 750, 1200, 750, 40, 260
COVER_PIXELS_MAX = 40_000_000
LINES_MAX = 2  # of a name
ACCENT = "#d4380d"
# Debian: fonts-noto-cjk, fonts-wqy-zenhei, fonts-wqy-microhei.
CHINESE = (
    Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),
    Path("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc"),
    Path("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"),
)
NO_FONT = "a poster with Chinese text needs a font: Debian's fonts-noto-cjk or fonts-wqy-zenhei, or rooms.poster_font"


class NoFont(Exception):
    """The text has characters that no font here has."""


class BadCover(Exception):
    """The cover is no picture, or too large a one."""


@dataclass(frozen=True, slots=True)
class Poster:
    """What is on it. `cover` is a picture's bytes, or None; `accent` a colour such as #d4380d."""

    room: str
    product: str
    price: str
    call: str
    link: str
    accent: str
    cover: bytes | None


class Fonts:
    """Looks for a font once, when it is made: the configured one, else Debian's; without any, Latin text only."""

    def __init__(self, configured: Path | None = None, known: tuple[Path, ...] = CHINESE) -> None:
        if configured is not None and not configured.is_file():
            raise FileNotFoundError(f"rooms.poster_font: there is no {configured}")
        self._path = configured or next((path for path in known if path.is_file()), None)

    def at(self, size: int, text: str) -> FreeTypeFont:
        """Raises `NoFont`."""
        if self._path is not None:
            return ImageFont.truetype(self._path, size)
        if not text.isascii() and not all(ord(char) < 0x250 or char in "¥€£" for char in text):
            raise NoFont(NO_FONT)
        latin = ImageFont.load_default(size)
        assert isinstance(latin, FreeTypeFont), "Pillow's own font needs FreeType, which its wheels have"
        return latin


def render(poster: Poster, fonts: Fonts) -> bytes:
    """A PNG. Takes some 100 ms: not on the loop. Raises `NoFont`."""
    accent = poster.accent or ACCENT
    image = Image.new("RGB", (WIDTH, HEIGHT), "#ffffff")
    draw = ImageDraw.Draw(image)
    cover = None if poster.cover is None else _opened(poster.cover)
    if cover is not None:
        image.paste(ImageOps.fit(cover, (WIDTH, COVER_HEIGHT)), (0, 0))
    else:
        draw.rectangle((0, 0, WIDTH, COVER_HEIGHT), fill=accent)
        big = _Style(fonts.at(84, poster.room), "#ffffff")
        _write(draw, (MARGIN, COVER_HEIGHT // 3), poster.room, big, WIDTH - 2 * MARGIN)
    code = qr.picture(poster.link, QR_WIDTH)
    left, top = WIDTH - MARGIN - code.width, COVER_HEIGHT + MARGIN
    image.paste(code, (left, top))
    _label(draw, poster, fonts, left - 2 * MARGIN)
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _label(draw: ImageDraw.ImageDraw, poster: Poster, fonts: Fonts, width: int) -> None:
    """What is sold, for how much, where, beside the code."""
    what, grey = poster.product or poster.room, "#4a505c"
    name = _Style(fonts.at(46, what), "#16181d")
    below = _write(draw, (MARGIN, COVER_HEIGHT + MARGIN), what, name, width)
    if poster.price:
        price = _Style(fonts.at(60, poster.price), poster.accent or ACCENT)
        _write(draw, (MARGIN, below + 12), poster.price, price, width)
    small = _Style(fonts.at(32, poster.room), grey, lines_max=1)
    _write(draw, (MARGIN, HEIGHT - 130), poster.room, small, width)
    _write(draw, (MARGIN, HEIGHT - 80), poster.call, _Style(fonts.at(30, poster.call), grey), WIDTH - 2 * MARGIN)


def _opened(data: bytes) -> Image.Image | None:
    """A cover that cannot be read leaves the accent's colour in its place."""
    try:
        return check_cover(data)
    except BadCover:
        return None


def check_cover(data: bytes) -> Image.Image:
    """The picture. Raises `BadCover`; its size is known before it is unpacked."""
    try:
        image = Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP", "GIF"))
        if image.width * image.height > COVER_PIXELS_MAX:
            raise BadCover("the cover has too many pixels")
        return image.convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise BadCover("the cover is no picture") from error


@dataclass(frozen=True, slots=True)
class _Style:
    font: FreeTypeFont
    colour: str
    lines_max: int = LINES_MAX


def _write(draw: ImageDraw.ImageDraw, at: tuple[int, int], text: str, style: _Style, width: int) -> int:
    """Text within a width; answers where it ends below."""
    left, top = at
    step = round(style.font.size * 1.3)
    for line in islice(_lines(text, style.font, width), style.lines_max):
        draw.text((left, top), line, font=style.font, fill=style.colour)
        top += step
    return top


def _lines(text: str, font: FreeTypeFont, width: int) -> Iterator[str]:
    """Breaks at spaces where there are any, else anywhere, as Chinese does."""
    line = ""
    for char in text:
        if font.getlength(line + char) <= width:
            line += char
            continue
        head, space, tail = line.rpartition(" ")
        yield head if space else line
        line = (tail if space else "") + char
    if line:
        yield line
