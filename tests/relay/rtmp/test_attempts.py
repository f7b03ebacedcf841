from relay.rtmp.attempts import ADDRESSES_MAX, PERIOD_NS, WRONG_MAX, Attempts


def test_so_many_wrong_keys_a_minute() -> None:
    attempts = Attempts()
    for n in range(WRONG_MAX):
        assert not attempts.too_many("10.0.0.1", n)
        attempts.wrong("10.0.0.1", n)
    assert attempts.too_many("10.0.0.1", PERIOD_NS - 1)
    assert not attempts.too_many("10.0.0.2", 5)
    assert not attempts.too_many("10.0.0.1", PERIOD_NS)
    attempts.wrong("10.0.0.1", PERIOD_NS)
    assert not attempts.too_many("10.0.0.1", PERIOD_NS + 1)


def test_only_so_many_addresses_are_remembered() -> None:
    attempts = Attempts()
    for _ in range(WRONG_MAX):
        attempts.wrong("first", 0)
    for n in range(ADDRESSES_MAX):
        attempts.wrong(f"other {n}", 0)
    assert not attempts.too_many("first", 1)
    assert len(attempts._by_address) == ADDRESSES_MAX
