"""Facts survive the outbox."""

import pytest

from commerce import events


def examples():
    return [
        events.OrderPlaced(1, "o", "room", "a", "b", 100, "CNY", 5),
        events.OrderChanged(1, "o", "room", "a", "b", "paid", "paid", 6),
        events.CaseChanged(1, "c", "o", "room", "asked", "ask", 7),
        events.StockChanged(1, "sku", 3),
        events.SaleChanged(1, "sale", "sku", 0),
        events.ShelfChanged(1, "show"),
        events.PinChanged(1, "show", "product", True),
        events.GoodsHidden(1, "room"),
        events.RoomStateChanged(1, "room"),
        events.ShowChanged(1, "show", "live"),
        events.RoomChanged(1, "房间"),
        events.ViewerBound(1, "v", "c", None),
        events.ViewerErased(1, "v"),
        events.WordsChanged(1),
        events.RulesChanged(1, None),
        events.RestrictionChanged(1, "v", "room", True),
        events.LineRemoved(1, "room", "e", 3),
        events.LineApproved(1, "room", "h", "v", "观众", "1", "好"),
        events.QuestionAnswered(1, "room", "q", "v", "Ann", "?", "!"),
        events.Announced(1, "a", "开始"),
        events.StudioChanged(1),
    ]


def test_every_kind_goes_through_json_unchanged():
    assert {type(fact) for fact in examples()} == set(events.KINDS.values())
    assert events.from_json(events.to_json(examples())) == examples()


@pytest.mark.parametrize(
    ("state", "event", "expected"),
    [
        ("paid", "paid", "paid"),
        ("paid", "refund", None),
        ("refunded", "refund_all", "refunded"),
        ("cancelled", "time_out", "cancelled"),
        ("cancelled", "paid_late", None),
        ("refunded", "reinstated", None),
        ("cancelled", "refund_all", None),
    ],
)
def test_an_order_reaches_a_state_once(state, event, expected):
    assert events.reached(events.OrderChanged(1, "o", "r", "a", "b", state, event, 0)) == expected
    assert events.reached(events.OrderPlaced(1, "o", "r", "a", "b", 1, "CNY", 0)) == "created"
    assert events.reached(events.ShelfChanged(1, "s")) is None


def test_an_unknown_kind_is_an_error():
    with pytest.raises(KeyError):
        events.from_json('[["SomethingElse",{}]]')
