from commerce import events
from commerce.commands.programs import EVENTS
from commerce.order.states import TABLE
from commerce.programs.told import SHAPES, VERSION, event_of


def test_every_step_of_an_order_has_its_name():
    for (_, event), state in TABLE.items():
        fact = events.OrderChanged(1, "o", "r", "c", "c", state, event, 0)
        assert event_of(fact) in EVENTS
    assert event_of(events.SaleChanged(1, "s", "k", 0)) == "sale.sold_out"
    assert event_of(events.SaleChanged(1, "s", "k", 1)) is None
    assert event_of(events.StockChanged(1, "k", 0)) is None
    assert event_of(events.ShowChanged(1, "s", "")) is None


def test_the_latest_version_is_the_default():
    assert max(SHAPES) == VERSION
