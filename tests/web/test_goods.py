"""Goods that are changed at HQ are changed in the rooms, and in carts that are open there."""

import asyncio
import io
import re

import pytest
from PIL import Image
from playwright.async_api import expect

from tests.web.test_headquarters import enter, room_of

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120, func_only=True)]


@pytest.fixture(scope="module")
def store(start_demo):
    """A server of its own: its goods change."""
    demo = start_demo()
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
    await (await change(page, "Wool scarf")).get_by_role("button", name="Remove", exact=True).click()
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


async def test_kinds_of_a_product_come_and_go(visit, store):
    page, room = await enter(visit, store), await visit(room_of(store, "north"))
    form = await change(page, "Noodle bowl")
    await form.get_by_role("button", name="Add a kind").click()
    new = form.get_by_role("group", name="Kind 2")
    await expect(new.get_by_role("textbox", name="Kind 2")).to_be_focused()
    await form.get_by_role("button", name="Save").click()
    await expect(new.get_by_role("textbox", name="Kind 2")).to_be_focused()
    await expect(new.get_by_text("Not an amount.")).to_be_visible()
    await new.get_by_role("textbox", name="Kind 2").fill("Large")
    await new.get_by_label("Price (CNY)").fill("68")
    await new.get_by_label("Stock").fill("9")
    await form.get_by_role("button", name="Save").click()
    await expect(form).to_have_count(0)
    await expect(page.get_by_role("row").filter(has_text="Large")).to_contain_text("68.00")
    await room.get_by_role("button", name=re.compile(r"^Shelf")).click()
    await room.get_by_role("button", name="Buy Noodle bowl").click()
    await room.get_by_text("Large").click()
    await expect(room.locator("fenbo-product").get_by_text("¥68.00")).to_be_visible()
    form = await change(page, "Noodle bowl")
    await form.get_by_role("button", name="Remove this kind: Kind 2").click()
    await expect(form.get_by_role("button", name="Keep it: Large")).to_be_focused()
    await expect(form.get_by_role("button", name="Remove this kind: Kind 1")).to_have_count(0)
    await form.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("row").filter(has_text="Large")).to_have_count(0)


async def test_a_kind_with_a_flash_sale_stays_and_says_why(visit, store):
    page = await enter(visit, store)
    await page.get_by_role("link", name="Products", exact=True).click()
    flash = page.get_by_role("region", name="Flash sales")
    await flash.get_by_text("Announce a flash sale").click()
    await flash.get_by_label("Goods").select_option(label="Wool scarf Red (120)")
    await flash.get_by_label("Sale price (CNY)").fill("cheap")
    await flash.get_by_label("Units").fill("10")
    await flash.get_by_role("button", name="Create").click()
    await expect(flash.get_by_label("Sale price (CNY)")).to_be_focused()
    await expect(flash.get_by_text("Not an amount.")).to_be_visible()
    await flash.get_by_label("Sale price (CNY)").fill("59")
    await flash.get_by_role("button", name="Create").click()
    await expect(flash.get_by_role("row")).to_contain_text(["Wool scarf Red"])
    form = await change(page, "Wool scarf")
    await form.get_by_role("button", name="Remove this kind: Kind 1").click()
    await form.get_by_role("button", name="Save").click()
    await expect(form.get_by_role("alert").filter(has_text="there is a flash sale of it")).to_be_visible()
    await expect(form.get_by_role("button", name="Keep it: Red")).to_be_focused()
    await form.get_by_role("button", name="Keep it: Red").click()
    await expect(form.get_by_role("textbox", name="Kind 1")).to_be_focused()


async def test_a_product_that_is_read_late_takes_nothing_from_the_one_that_is_open(visit, store):
    page, go = await enter(visit, store), asyncio.Event()

    async def late(route):
        await go.wait()
        await route.continue_()

    await page.get_by_role("link", name="Products", exact=True).click()
    table = page.locator("table[data-product]").first
    address = f"**/api/v1/hq/products/{await table.get_attribute('data-product')}"
    await page.route(address, late)
    buttons = page.get_by_role("button", name=re.compile("^Change product"))
    await buttons.first.click()
    await buttons.nth(1).click()
    form = page.get_by_role("region", name="Change product")
    name = (await buttons.nth(1).get_attribute("aria-label")).removeprefix("Change product: ")
    await expect(form.get_by_label("Name")).to_have_value(name)
    await form.get_by_label("Name").fill("Typed")
    async with page.expect_response(address):
        go.set()
    await expect(form.get_by_label("Name")).to_have_value("Typed")
