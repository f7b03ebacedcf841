import xml.etree.ElementTree as ET

import pytest

from signaling import qr

LINK = "https://live.example.com/s/abcdefgh"


def test_svg_is_one_and_scales():
    root = ET.fromstring(qr.svg(LINK))
    assert root.tag.endswith("svg")
    assert int(root.attrib["width"]) % 8 == 0


@pytest.mark.parametrize("width", [100, 260, 333])
def test_a_picture_has_whole_modules_within_the_width_and_a_quiet_zone(width):
    image = qr.picture(LINK, width)
    assert image.width == image.height <= width
    modules = 29 + 2 * qr.QUIET  # version 3
    assert image.width % modules == 0
    scale = image.width // modules
    assert {image.getpixel((x, scale)) for x in range(image.width)} == {(255, 255, 255)}
    assert image.getpixel((qr.QUIET * scale, qr.QUIET * scale)) == (0, 0, 0)
