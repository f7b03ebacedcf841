import pytest

from commerce import commands as c
from commerce import questions
from commerce.errors import Invalid
from commerce.paging import ROWS_MAX, Paging


async def names(shop, cursor, limit=2):
    page = Paging(cursor, limit)
    found = await shop.commerce.ask(questions.products, shop.merchant.id, page)
    return [product.name for product in found], page.next


async def make(shop, name):
    await shop.commerce.execute(c.CreateProduct(shop.merchant.id, name, (c.NewSku("one", 100),)))


async def test_pages_follow_each_other_whatever_is_written_meanwhile(shop):
    for name in ("B", "C", "D"):
        await make(shop, name)
    first, cursor = await names(shop, None)
    await make(shop, "E")
    second, cursor = await names(shop, cursor)
    third, end = await names(shop, cursor)
    assert (first, second, third, end) == (["Tea", "B"], ["C", "D"], ["E"], None)


async def test_newest_first_a_later_row_moves_no_page(shop):
    placed = [(await shop.place()).order for _ in range(4)]
    first = await shop.commerce.ask(questions.orders, shop.merchant.id, limit=2)
    late = (await shop.place()).order
    second = await shop.commerce.ask(questions.orders, shop.merchant.id, limit=2, cursor=first.cursor)
    seen = [order.order for page in (first, second) for order in page.orders]
    assert (sorted(seen), second.cursor) == (sorted(placed), None)
    assert late not in seen


async def test_rows_of_the_same_moment_are_told_apart(sqlite_shop):
    """The clock stands still: all orders are of one moment."""
    placed = {(await sqlite_shop.place()).order for _ in range(5)}
    seen, cursor = [], None
    while True:
        page = await sqlite_shop.commerce.ask(questions.orders, sqlite_shop.merchant.id, limit=1, cursor=cursor)
        seen += [order.order for order in page.orders]
        if (cursor := page.cursor) is None:
            break
    assert (len(seen), set(seen)) == (5, placed)


@pytest.mark.parametrize("cursor", ["", "x", "???", "é", "MQ==MQ", "LQ", "OS45" * 99, "OTk5OTk5OTk5OTk5OTk5OTk5OTk5"])
def test_a_cursor_that_is_none_of_ours(cursor):
    with pytest.raises(Invalid) as refused:
        Paging(cursor)
    assert refused.value.field == "cursor"


async def test_a_cursor_of_another_list(sqlite_shop):
    for _ in range(2):
        await sqlite_shop.place()
    orders = await sqlite_shop.commerce.ask(questions.orders, sqlite_shop.merchant.id, limit=1)
    with pytest.raises(Invalid, match="another list"):
        await names(sqlite_shop, orders.cursor)


@pytest.mark.parametrize("limit", [0, -1, ROWS_MAX + 1, True])
def test_a_page_has_its_bounds(limit):
    with pytest.raises(Invalid):
        Paging(None, limit)
