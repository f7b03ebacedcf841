import pytest

from relay.slate_picture import GROUND, HEIGHT, INK, LETTERS, WIDTH, WORDS, Cause, draw


@pytest.mark.parametrize("cause", Cause)
def test_a_picture_has_all_its_samples_and_a_sign_in_the_middle(cause: Cause) -> None:
    planes = draw(cause)
    assert (len(planes.y), len(planes.u), len(planes.v)) == (WIDTH * HEIGHT, WIDTH * HEIGHT // 4, WIDTH * HEIGHT // 4)
    assert set(planes.y) == {GROUND, INK}
    rows = [planes.y[at : at + WIDTH] for at in range(0, len(planes.y), WIDTH)]
    assert all(row == row[:1] * WIDTH for row in rows[:100])
    assert 0.01 < planes.y.count(INK) / len(planes.y) < 0.1


def test_the_causes_look_different() -> None:
    assert draw(Cause.WAITING).y != draw(Cause.PAUSED).y


def test_every_letter_that_is_written_is_there() -> None:
    assert set("".join(WORDS.values())) <= set(LETTERS)
