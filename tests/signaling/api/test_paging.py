"""Every list of the API that can grow, found from the table of operations, comes in pages the same way."""

import re

import pytest

from commerce import commands
from signaling.api.operation import HQ, V1
from signaling.api.operations import OPERATIONS
from tests.signaling.conftest import PASSWORD

# Lists that have a bound of their own, which commerce holds them to, or are about one thing.
BOUNDED = {
    f"{HQ}/words",
    f"{HQ}/rules",
    f"{HQ}/plan",
    f"{HQ}/replays",
    f"{HQ}/receivables",
    f"{HQ}/held",
    f"{HQ}/accesses",  # in pages by `before`, the moment of the last one
    f"{HQ}/channels/{{channel}}/goods",
    f"{V1}/desk/goods",
    f"{V1}/desk/notices",
    f"{V1}/desk/disputes",
    f"{V1}/desk/contestable",
    f"{HQ}/disputes",
}
NEXT = re.compile(r'^<(/[^>]+)>; rel="next"$')


def test_every_list_has_pages_or_a_bound():
    assert {each.path for each in OPERATIONS if each.listed and not each.paged} == BOUNDED


async def pages(visitor, path):
    """All pages of a list."""
    found = []
    while path is not None:
        async with visitor.client.get(visitor.base + path, headers=visitor.headers) as answer:
            assert answer.status == 200, await answer.text()
            found.append(await answer.json())
            link = NEXT.match(answer.headers.get("Link", ""))
            path = None if link is None else link[1]
    return found


def rows(page):
    """An array, or the one array of an object."""
    return page if isinstance(page, list) else next(value for value in page.values() if isinstance(value, list))


@pytest.fixture
async def people(shop, password_hash):
    """HQ, a partner and a buyer, with two or more of most things."""
    own = commands.CreateUser(shop.merchant.id, "north", password_hash, "channel_owner", shop.north.channel)
    await shop.do(own)
    boss, partner, buyer = await shop.visitor(), await shop.visitor(), await shop.visitor()
    await boss.log_in()
    await partner.log_in("north", PASSWORD)
    contact = {"name": "Ann", "phone": "12345", "address": "1 Pier Road"}
    for number in range(3):
        body = {"client_order_id": f"order-000{number}", "contact": contact}
        line = [{"sku": shop.sku, "quantity": 1}]
        assert (await buyer("POST", f"{V1}/rooms/north/orders", body | {"lines": line}))[0] == 201
        await boss("POST", f"{HQ}/shows", {"title": f"Show {number}"})
        one = {"name": "One", "price": {"minor": 100, "currency": "CNY"}}
        await boss("POST", f"{HQ}/products", {"name": f"Bowl {number}", "skus": [one]})
        await boss("POST", f"{HQ}/words", {"words": [f"word{number}"], "action": "refuse"})
        await boss("POST", f"{HQ}/keys", {"name": f"Till {number}", "scopes": ["orders:read"]})
        await boss("POST", f"{HQ}/webhooks", {"url": f"https://example.com/{number}", "events": ["order.created"]})
    for order in (await buyer("GET", f"{V1}/rooms/north/orders"))[1]["orders"]:
        hold = (await boss("POST", f"{HQ}/holds", {"order": order["order"], "reason": "a court wants it"}))[1]["hold"]
    await boss("DELETE", f"{HQ}/holds/{hold}")
    return boss, partner, buyer


async def test_page_by_page_is_the_whole_list(shop, people):
    boss, partner, buyer = people
    long = set()
    for operation in OPERATIONS:
        if not operation.paged:
            continue
        who = boss if operation.path.startswith(HQ) else partner if "/desk" in operation.path else buyer
        path = operation.path.format(room="north")
        (whole,) = await pages(who, path)
        one_by_one = await pages(who, f"{path}?limit=1")
        assert [row for page in one_by_one for row in rows(page)] == rows(whole), path
        if len(one_by_one) > 1:
            long.add(path)
    names = ("shows", "channels", "products", "orders", "acts", "keys", "webhooks", "holds")
    assert long >= {f"{HQ}/{name}" for name in names}
    assert long >= {f"{V1}/desk/orders", f"{V1}/rooms/north/orders"}


async def test_what_is_asked_for_besides_stays_asked_for(shop, people):
    boss, _, _ = people
    found = await pages(boss, f"{HQ}/orders?limit=2&room=north&state=created")
    assert [len(page["orders"]) for page in found] == [2, 1]
    assert await pages(boss, f"{HQ}/orders?room=south") == [{"orders": [], "cursor": None}]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=x", "limit"),
        ("limit=-1", "limit"),
        ("cursor=x", "cursor"),
    ],
)
async def test_a_page_that_cannot_be(shop, query, field):
    boss = await shop.visitor()
    await boss.log_in()
    for path in ("channels", "orders"):
        status, problem = await boss("GET", f"{HQ}/{path}?{query}")
        assert (status, problem["errors"][0]["field"]) == (422, field)
