"""Goods that are changed at HQ are changed in the rooms, and in carts that are open there."""

import re

import pytest
from playwright.async_api import expect

from tests.web.test_headquarters import enter, room_of

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(20, func_only=True)]


@pytest.fixture(scope="module")
def store(start_server):
    """A server of its own: its goods change."""
    return start_server("demo", "--no-publisher")


async def change(page, product: str):
    await page.get_by_role("link", name="Products").click()
    await page.get_by_role("button", name=f"Change product: {product}").click()
    return page.get_by_role("region", name="Change product")


async def test_a_new_price_is_in_the_room_at_once_and_is_what_the_buyer_is_asked_for(visit, store):
    page, room = await enter(visit, store), await visit(room_of(store, "north"))
    await room.get_by_role("button", name=re.compile(r"^Shelf")).click()
    await room.get_by_role("button", name="Buy Noodle bowl").click()
    await expect(room.get_by_role("button", name="Place order")).to_contain_text("¥49.00")
    form = await change(page, "Noodle bowl")
    await form.get_by_label("Price (CNY)").fill("12.34")
    await form.get_by_label("At most per order").fill("7")
    await form.get_by_role("button", name="Save").click()
    await expect(form).to_have_count(0)
    await expect(room.get_by_role("button", name="Place order")).to_contain_text("¥12.34")


async def test_two_people_at_one_product_do_not_overwrite_each_other(visit, store):
    first, second = await enter(visit, store), await enter(visit, store)
    mine, theirs = await change(first, "Evening lamp"), await change(second, "Evening lamp")
    await theirs.get_by_label("Name").fill("Night lamp")
    await theirs.get_by_role("button", name="Save").click()
    await expect(theirs).to_have_count(0)
    await mine.get_by_label("Description").fill("Mine")
    await mine.get_by_role("button", name="Save").click()
    await expect(mine.get_by_role("alert").last).to_contain_text("Somebody else has changed it")
    await expect(mine.get_by_label("Name")).to_have_value("Night lamp")
