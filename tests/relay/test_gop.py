from typing import Any

from relay.gop import GopCache, GopLimits


def test_it_holds_what_came_since_the_last_key_frame(feed: Any) -> None:
    cache, encoder = GopCache(GopLimits()), feed()
    packets = [encoder.sound(0), encoder.picture(0), encoder.picture(40, key=True), encoder.sound(46)]
    for packet in packets:
        cache.add(packet)
    assert cache.packets() == packets[2:]
    cache.add(newer := encoder.picture(80, key=True))
    assert cache.packets() == [newer]


def test_too_long_or_too_large_empties_it_until_the_next_key_frame(feed: Any) -> None:
    encoder = feed()
    for packets in (
        [encoder.picture(0, key=True), encoder.picture(4_001)],
        [encoder.picture(0, key=True), encoder.picture(40, data=bytes(2 * 1024 * 1024))],
    ):
        cache = GopCache(GopLimits())
        for packet in packets:
            cache.add(packet)
        cache.add(encoder.picture(4_040))
        assert cache.packets() == []
        cache.add(encoder.picture(5_000, key=True))
        assert len(cache.packets()) == 1


def test_exactly_the_limits_are_kept(feed: Any) -> None:
    cache, encoder = GopCache(GopLimits(seconds_max=1.0, bytes_max=3)), feed()
    for packet in (encoder.picture(0, key=True), encoder.picture(500), encoder.picture(1_000)):
        cache.add(packet)
    assert len(cache.packets()) == 3
