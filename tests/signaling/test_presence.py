from signaling.presence import TOTAL_EVERY_TICKS, Counts


def test_what_has_not_changed_is_not_said_again():
    counts = Counts()
    assert counts.presence(1, 5) == (1, 5)
    assert counts.presence(1, 5) is None
    assert counts.presence(2, 6) == (2, 6)


def test_a_new_total_alone_is_said_after_a_few_ticks():
    counts = Counts()
    counts.presence(1, 5)
    said = [counts.presence(1, 6 + tick) for tick in range(TOTAL_EVERY_TICKS)]
    assert said == [None] * (TOTAL_EVERY_TICKS - 1) + [(1, 5 + TOTAL_EVERY_TICKS)]


def test_hearts_are_summed_until_they_are_told():
    counts = Counts()
    counts.like(3)
    counts.like(4)
    assert counts.likes() == 7
    assert counts.likes() == 0
