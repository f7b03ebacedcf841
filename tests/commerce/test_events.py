"""Facts survive the outbox."""

import pytest

from commerce import events


def examples():
    return [
        events.OrderPlaced(1, "o", "room", "a", "b", 100, "CNY", 5),
        events.OrderChanged(1, "o", "room", "a", "b", "paid", "paid", 6),
        events.StockChanged(1, "sku", 3),
        events.ShelfChanged(1, "show"),
        events.PinChanged(1, "show", "product", True),
        events.ShowChanged(1, "show", "live"),
        events.RoomChanged(1, "房间"),
        events.ViewerBound(1, "v", "c", None),
    ]


def test_every_kind_goes_through_json_unchanged():
    assert {type(fact) for fact in examples()} == set(events.KINDS.values())
    assert events.from_json(events.to_json(examples())) == examples()


def test_an_unknown_kind_is_an_error():
    with pytest.raises(KeyError):
        events.from_json('[["SomethingElse",{}]]')
