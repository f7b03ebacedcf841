import pytest

from signaling import demo_wares


@pytest.mark.parametrize("name", demo_wares.WARES)
def test_each_is_a_square_with_something_on_it(name):
    picture = demo_wares.draw(name)
    assert picture.size[0] == picture.size[1] >= 1080
    assert picture.mode == "RGB"
    assert len({picture.getpixel((x, picture.height // 2)) for x in range(0, picture.width, 50)}) > 2


def test_no_two_are_the_same():
    assert len({demo_wares.draw(name).tobytes() for name in demo_wares.WARES}) == len(demo_wares.WARES)
