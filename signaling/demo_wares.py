"""The pictures of the demo's goods, drawn here: nobody's photographs. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PIL import Image, ImageDraw

SIDE = 400  # what the shapes below are drawn on
SCALE = 4  # drawn so much larger; edges become smooth when the pictures are made smaller

Pen = ImageDraw.ImageDraw
Point = tuple[float, float]


def draw(name: str) -> Image.Image:
    """ "tea", "bowl", "lamp" or "scarf"."""
    top, bottom, shapes = WARES[name]
    picture = _gradient(top, bottom)
    shapes(ImageDraw.Draw(picture, "RGBA"))
    return picture


def _gradient(top: str, bottom: str) -> Image.Image:
    size = (SIDE * SCALE, SIDE * SCALE)
    across = Image.linear_gradient("L").resize(size)
    return Image.composite(Image.new("RGB", size, bottom), Image.new("RGB", size, top), across)


def _at(points: Sequence[Point]) -> list[Point]:
    return [(x * SCALE, y * SCALE) for x, y in points]


def _oval(pen: Pen, at: Point, half: Point, fill: str) -> None:
    (x, y), (wide, high) = at, half
    pen.ellipse(_at([(x - wide, y - high), (x + wide, y + high)]), fill=fill)


def _shape(pen: Pen, points: Sequence[Point], fill: str) -> None:
    pen.polygon(_at(points), fill=fill)


def _stroke(pen: Pen, points: Sequence[Point], width: float, fill: str) -> None:
    """A line with round ends and corners."""
    pen.line(_at(points), fill=fill, width=round(width * SCALE), joint="curve")
    for end in (points[0], points[-1]):
        _oval(pen, end, (width / 2, width / 2), fill)


def _cup(pen: Pen, at: Point, half: Point, fill: str) -> None:
    """The lower half of an oval."""
    (x, y), (wide, high) = at, half
    pen.pieslice(_at([(x - wide, y - high), (x + wide, y + high)]), 0, 180, fill=fill)


def _tea(pen: Pen) -> None:
    _oval(pen, (200, 328), (132, 18), "#0000001f")
    box = _at([(258, 184), (352, 284)])
    pen.arc(box, -100, 120, fill="#ffffff", width=20 * SCALE)
    _cup(pen, (200, 176), (116, 150), "#ffffff")
    _oval(pen, (200, 176), (116, 26), "#f3f5ee")
    _oval(pen, (200, 178), (104, 20), "#7f9f3c")
    _oval(pen, (200, 172), (26, 8), "#4c7a2a")
    _oval(pen, (228, 179), (18, 6), "#5f8f35")
    for x in (156, 200, 244):
        _stroke(pen, [(x, 128), (x - 8, 112), (x + 6, 96), (x - 2, 76)], 8, "#ffffffc8")


def _bowl(pen: Pen) -> None:
    _oval(pen, (200, 318), (138, 18), "#0000001f")
    _cup(pen, (200, 168), (142, 142), "#b5452c")
    _shape(pen, [(150, 300), (250, 300), (258, 320), (142, 320)], "#8f3220")
    _oval(pen, (200, 170), (142, 34), "#a63d26")
    _oval(pen, (200, 172), (130, 27), "#f6d9a8")
    for y, shift in ((164, 0), (174, 14), (184, -8)):
        wave = [(100 + shift + n * 16, y + (6 if n % 2 else -4)) for n in range(12)]
        _stroke(pen, [point for point in wave if 92 < point[0] < 300], 6, "#d99a3d")
    _oval(pen, (148, 172), (24, 14), "#ffffff")
    _oval(pen, (148, 172), (11, 7), "#f5b21b")
    _oval(pen, (252, 178), (26, 8), "#3e7d3a")
    for x in (232, 262):
        _stroke(pen, [(x, 158), (x + 92, 62)], 8, "#5b3a22")


def _lamp(pen: Pen) -> None:
    _oval(pen, (200, 346), (100, 13), "#00000026")
    _shape(pen, [(112, 196), (288, 196), (344, 342), (56, 342)], "#fff4c980")
    _shape(pen, [(192, 190), (208, 190), (208, 332), (192, 332)], "#3b3f73")
    pen.rounded_rectangle(_at([(136, 326), (264, 344)]), 9 * SCALE, fill="#3b3f73")
    _shape(pen, [(156, 78), (244, 78), (292, 196), (108, 196)], "#f6a623")
    _shape(pen, [(172, 78), (194, 78), (172, 196), (132, 196)], "#ffffff40")
    _oval(pen, (200, 196), (92, 9), "#ffd98a")


def _scarf(pen: Pen) -> None:
    _oval(pen, (200, 372), (90, 9), "#00000020")
    _shape(pen, [(170, 150), (230, 150), (244, 332), (156, 332)], "#a93226")
    _shape(pen, [(212, 152), (264, 144), (312, 306), (250, 324)], "#c0392b")
    for n in range(3):
        y = 206 + 40 * n
        _stroke(pen, [(168 - 3 * n, y), (230 + 4 * n, y)], 8, "#ffffffb4")
        _stroke(pen, [(240 + 9 * n, y - 8), (274 + 11 * n, y - 18)], 8, "#ffffffb4")
    for x in range(162, 244, 16):
        _stroke(pen, [(x, 332), (x - 2, 358)], 6, "#7b241c")
    for n in range(4):
        _stroke(pen, [(256 + 15 * n, 322 - 5 * n), (264 + 15 * n, 346 - 5 * n)], 6, "#7b241c")
    _oval(pen, (200, 124), (114, 58), "#c0392b")
    _oval(pen, (200, 100), (74, 30), "#7b241c")
    pen.arc(_at([(100, 72), (300, 170)]), 20, 160, fill="#ffffffa0", width=8 * SCALE)


# Name: the colours behind it from top to bottom, its shapes.
WARES: Mapping[str, tuple[str, str, Callable[[Pen], None]]] = {
    "tea": ("#e8f1dc", "#a9c98f", _tea),
    "bowl": ("#fdebd3", "#f0b27a", _bowl),
    "lamp": ("#e4e6fb", "#9aa0dd", _lamp),
    "scarf": ("#ffe3e6", "#e58a97", _scarf),
}
