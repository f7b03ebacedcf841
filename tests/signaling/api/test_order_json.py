import pytest

from commerce import views
from commerce.money import Money
from commerce.times import aware
from signaling.api import shapes
from signaling.api.order_json import order_json

NORTH = views.ChannelRef("n" * 16, 'Nord 店 "north" \u2028')
PRICE = Money(9_900, "CNY")
LINE = views.OrderLine("s" * 16, "100 g", "Tea", 2, PRICE, PRICE * 2)


@pytest.mark.parametrize("at", [1_790_000_000_000, 1_790_000_000_007, 1_790_000_000_999])
@pytest.mark.parametrize("state", ["pending", "timed_out"])
def test_it_is_what_the_model_says(at, state):
    order = views.Order(
        order="o" * 16,
        room="north",
        viewer="v" * 16,
        room_channel=NORTH,
        owner_channel=views.ChannelRef("h" * 16, "House"),
        state="created",
        created_at=aware(at),
        lines=(LINE, LINE),
        total=PRICE * 4,
        refunded=Money(0, "CNY"),
        payment=views.Payment("p" * 16, "sandbox", state, PRICE * 4, aware(at + 900_000)),
        contact=views.Contact("Li Wei", "13800000000", "1 Harbour Street"),
        note="a secret",
        evidence=None,
    )
    assert order_json(order) == shapes.order(order).model_dump_json().encode()
