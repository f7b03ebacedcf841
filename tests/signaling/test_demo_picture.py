import time

from signaling.demo_clock import HEIGHT, WIDTH, read
from signaling.demo_picture import Picture, Planes

NOW = 1_763_831_110_123


def clock(planes: Planes) -> int | None:
    return read(lambda x, y: planes.y[int(y * HEIGHT) * WIDTH + int(x * WIDTH)])


def test_the_picture_is_whole_and_shows_its_time():
    picture = Picture()
    for milliseconds in (0, NOW, NOW + 33, int(time.time() * 1000)):
        planes = picture.at(milliseconds)
        assert (len(planes.y), len(planes.u), len(planes.v)) == (
            WIDTH * HEIGHT,
            WIDTH * HEIGHT // 4,
            WIDTH * HEIGHT // 4,
        )
        assert clock(planes) == milliseconds


def test_it_moves_and_depends_on_nothing_but_the_time():
    first, other = Picture(), Picture()
    assert first.at(NOW) == other.at(NOW)
    assert first.at(NOW).y[WIDTH * 300 :] != first.at(NOW + 33).y[WIDTH * 300 :]
