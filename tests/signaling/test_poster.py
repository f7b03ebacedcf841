"""Looked at by machine: what is where, and that the code on it is the link's."""

import io
from dataclasses import replace

import pytest
from PIL import Image

from signaling import qr
from signaling.poster import (
    COVER_HEIGHT,
    HEIGHT,
    MARGIN,
    QR_WIDTH,
    WIDTH,
    BadCover,
    Fonts,
    NoFont,
    Poster,
    check_cover,
    render,
)

LINK = "https://live.example.com/s/abcdefgh"
POSTER = Poster("Hilltop", "Green tea", "¥68.00", "Scan to watch live", LINK, "#224466", None)


def picture(size=(300, 200), colour="#00ff00", kind="PNG"):
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, kind)
    return buffer.getvalue()


def opened(poster, fonts=None):
    return Image.open(io.BytesIO(render(poster, fonts or Fonts()))).convert("RGB")


def test_the_code_is_the_links_own():
    code = qr.picture(LINK, QR_WIDTH)
    left, top = WIDTH - MARGIN - code.width, COVER_HEIGHT + MARGIN
    found = opened(POSTER)
    assert found.size == (WIDTH, HEIGHT)
    assert found.crop((left, top, left + code.width, top + code.height)).tobytes() == code.tobytes()


def test_a_cover_fills_its_place_and_without_one_the_accent_does():
    assert opened(replace(POSTER, cover=picture())).getpixel((10, 10)) == (0, 255, 0)
    assert opened(POSTER).getpixel((10, 10)) == (0x22, 0x44, 0x66)
    assert opened(replace(POSTER, cover=b"no picture")).getpixel((10, 10)) == (0x22, 0x44, 0x66)


def ink(image, poster):
    """How much of the product's place is not white."""
    place = image.crop((MARGIN, COVER_HEIGHT + MARGIN, WIDTH - MARGIN - QR_WIDTH - MARGIN, COVER_HEIGHT + 300))
    return sum(place.convert("L").histogram()[:200])


def test_chinese_is_written_and_not_in_boxes():
    fonts = Fonts()
    one, other = (opened(replace(POSTER, product=name), fonts) for name in ("春茶礼盒", "夏日凉席"))
    assert ink(one, POSTER) > 500
    assert one.tobytes() != other.tobytes()


def test_without_a_font_latin_is_written_and_chinese_is_said_to_be_missing(tmp_path):
    fonts = Fonts(known=(tmp_path / "missing.ttc",))
    assert ink(opened(POSTER, fonts), POSTER) > 500
    with pytest.raises(NoFont, match="fonts-noto-cjk"):
        render(replace(POSTER, product="春茶"), fonts)


def test_long_names_stay_in_their_place():
    long = replace(POSTER, product="a very long name that goes on and on " * 5, room="店" * 60)
    assert opened(long).getpixel((WIDTH - 5, COVER_HEIGHT + 5)) == (255, 255, 255)


def huge() -> bytes:
    """A small file that says it is a very large picture."""
    data = bytearray(picture())
    data[16:24] = (50_000).to_bytes(4) * 2
    return bytes(data)


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"<svg/>", picture()[:60], huge()], ids=range(5))
def test_what_is_no_cover(data):
    with pytest.raises(BadCover):
        check_cover(data)
