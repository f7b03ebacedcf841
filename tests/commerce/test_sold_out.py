import pytest

from commerce import commands as c
from commerce import views
from commerce.errors import SoldOut
from commerce.events import SaleChanged, ShelfChanged, StockChanged
from commerce.sold_out import KEPT_SECONDS, KNOWN_MAX, RENEWED_SECONDS, SKUS_MAX, SoldOutMemory

CONTACT = views.Contact("Li Wei", "13800000000", "1 Harbour Street")
SKU = "s" * 16
GONE = SoldOut("lines[0].quantity", 0)


def order(*lines, room="north", newcomer=True):
    wanted = lines or (c.Wanted(SKU, 1),)
    return c.PlaceOrder("v" * 16, room, "order-0001", CONTACT, wanted, newcomer=newcomer)


class Clock:
    now = 1_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def memory(clock):
    found = SoldOutMemory(clock)
    found.learn(order(), GONE)
    return found


def test_the_next_one_is_refused_as_the_one_before_him_was(memory):
    found = memory.find(order())
    assert (found.field, found.free) == ("lines[0].quantity", 0)
    assert found is not GONE, "each refusal has a traceback of its own"


OTHERS = [
    order(room="south"),
    order(c.Wanted(SKU, 2)),
    order(c.Wanted(SKU, 1, "a" * 16)),
    order(c.Wanted(SKU, 1), c.Wanted("t" * 16, 1)),
    c.PlaceOrder("v" * 16, "north", "order-0001", CONTACT, newcomer=True),
]


@pytest.mark.parametrize("asked", OTHERS)
def test_anything_else_is_for_the_writer(memory, asked):
    assert memory.find(asked) is None


@pytest.mark.parametrize("moved", [KEPT_SECONDS, 3_600, -3_600])
def test_it_holds_for_a_moment_only(memory, clock, moved):
    clock.now += moved
    assert memory.find(order()) is None


def test_before_its_end_one_order_goes_to_the_writer_to_renew_it(memory, clock):
    clock.now += KEPT_SECONDS - RENEWED_SECONDS
    assert memory.find(order()) is None
    assert memory.find(order()) is not None, "the others are refused meanwhile"
    memory.learn(order(), GONE)
    clock.now += KEPT_SECONDS - RENEWED_SECONDS
    assert memory.find(order()) is None


@pytest.mark.parametrize(("fact", "held"), [(0, True), (1, False)])
def test_what_is_free_again_is_forgotten(memory, fact, held):
    for told in (StockChanged(1, "other", 5), StockChanged(1, SKU, fact)):
        memory.hear(told)
    assert (memory.find(order()) is not None) is held
    memory.learn(order(), GONE)
    memory.hear(SaleChanged(1, "a" * 16, SKU, fact))
    assert (memory.find(order()) is not None) is held


def test_another_shelf_is_another_matter(memory):
    memory.hear(ShelfChanged(1, "w" * 16))
    assert memory.find(order()) is None


def test_it_has_its_limits(memory):
    for at in range(SKUS_MAX):
        memory.learn(order(c.Wanted(f"{at:016}", 1)), GONE)
    for at in range(KNOWN_MAX):
        memory.learn(order(room=f"r{at}"), GONE)
    memory.learn(order(room="last"), GONE)
    assert memory.find(order(room="r0")) is None
    assert memory.find(order(room="last")) is not None


def test_an_order_of_several_lines_teaches_nothing(clock):
    memory = SoldOutMemory(clock)
    memory.learn(order(c.Wanted(SKU, 1), c.Wanted("t" * 16, 1)), GONE)
    assert memory.find(order()) is None
