"""Goods that are changed at HQ are changed in the rooms, and in carts that are open there."""

import io
import re

import pytest
from PIL import Image
from playwright.async_api import expect

from tests.web.test_headquarters import enter, room_of

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(60, func_only=True)]


@pytest.fixture(scope="module")
def store(start_server):
    """A server of its own: its goods change."""
    demo = start_server("demo", "--no-publisher")
    yield demo
    demo.stop()


async def change(page, product: str):
    await page.get_by_role("link", name="Products", exact=True).click()
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


def file(colour: str, name: str = "photo.jpg") -> dict:
    target = io.BytesIO()
    Image.new("RGB", (1200, 900), colour).save(target, "JPEG")
    return {"name": name, "mimeType": "image/jpeg", "buffer": target.getvalue()}


async def test_a_picture_is_chosen_seen_kept_and_removed(visit, store):
    page, room = await enter(visit, store), await visit(room_of(store, "harbour"))
    await room.get_by_role("button", name=re.compile(r"^Shelf")).click()
    shown = room.get_by_role("listitem").filter(has_text="Wool scarf").locator("img")
    before = await shown.get_attribute("src")
    form = await change(page, "Wool scarf")
    field = form.get_by_role("group", name="Picture")
    await form.locator("input[type=file]").set_input_files(file("#2060c0"))
    await expect(field.locator("img")).to_have_attribute("src", re.compile("^blob:"))
    await form.get_by_role("button", name="Save").click()
    await expect(form).to_have_count(0)
    await expect(shown).not_to_have_attribute("src", before)
    await room.wait_for_function("image => image.naturalWidth > 0", arg=await shown.element_handle())
    await (await change(page, "Wool scarf")).get_by_role("button", name="Remove").click()
    await form.get_by_role("button", name="Save").click()
    await expect(shown).to_have_count(0)


async def test_a_new_product_has_its_picture_at_once_and_a_file_that_is_none_is_said_so(visit, store):
    page = await enter(visit, store)
    await page.get_by_role("link", name="Products").click()
    form = page.get_by_role("region", name="New product")
    await form.get_by_label("Name").fill("Blue cup")
    await form.get_by_label("Price (CNY)").fill("12")
    await form.get_by_label("Stock").fill("5")
    await form.get_by_label("At most per order").fill("2")
    await form.locator("input[type=file]").set_input_files(file("#2060c0"))
    await form.get_by_role("button", name="Create").click()
    row = page.locator("p.product").filter(has_text="Blue cup")
    await expect(row.locator("img")).to_have_attribute("src", re.compile(r"^/images/[0-9a-f]{40}/1080\.webp$"))
    opened = await change(page, "Blue cup")
    await expect(opened.get_by_label("At most per order")).to_have_value("2")
    none = {"name": "a.png", "mimeType": "image/png", "buffer": b"<script>alert(1)</script>"}
    await opened.locator("input[type=file]").set_input_files(none)
    await opened.get_by_role("button", name="Save").click()
    await expect(opened.get_by_role("alert").filter(has_text="This file cannot be used")).to_be_visible()
