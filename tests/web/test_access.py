"""That everybody can use the pages: names, contrast, sizes, languages, narrow and wide."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

pytestmark = pytest.mark.asyncio(loop_scope="session")  # one browser for all, on the session's loop

AUDIT = (Path(__file__).parent / "audit.js").read_text("utf-8")
CONTROLS = ("button", "link", "textbox", "combobox", "radio", "spinbutton", "checkbox")
SIZES = [(320, 640), (390, 844), (768, 1024), (1280, 800)]


async def nameless(page: Page) -> list[str]:
    """Controls without an accessible name, out of the browser's own accessibility tree."""
    tree = await page.locator("body").aria_snapshot()
    return [line for line in tree.splitlines() if re.match(rf"\s*- ({'|'.join(CONTROLS)})(:|\s*$| \[)", line)]


async def audit(page: Page) -> None:
    found = await page.evaluate(f"{AUDIT}; audit()")
    assert found["texts"] >= 4
    assert found["faint"] == [], "contrast below WCAG 2.2, 1.4.3"
    assert found["small"] == [], "targets below WCAG 2.2, 2.5.8"
    assert await nameless(page) == []


async def test_the_audit_finds_what_is_wrong(browser):
    page = await browser.new_page()
    await page.set_content(
        "<p style='color:#888'>faint</p><p>fine</p><button style='width:20px;height:20px;padding:0'></button>"
    )
    found = await page.evaluate(f"{AUDIT}; audit()")
    assert (found["texts"], len(found["faint"]), len(found["small"])) == (2, 1, 1)
    assert len(await nameless(page)) == 1
    await page.close()


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
async def test_a_room_and_its_sheets_can_be_read_and_named(visit, rooms, locale):
    page = await visit(rooms["garden"]["url"], locale=locale)
    names = {"en-GB": ("Shelf", "Buy now", "Close"), "zh-CN": ("商品", "立即购买", "关闭")}[locale]
    await page.get_by_role("button", name=re.compile(names[0])).wait_for()
    await audit(page)
    await page.get_by_role("button", name=re.compile(names[0])).click()
    await page.locator("fenbo-sheet").get_by_role("listitem").first.wait_for()
    await audit(page)
    await page.locator("fenbo-sheet").get_by_role("button", name="Spring green tea").last.click()
    await page.get_by_role("button", name=names[1]).click()
    await page.locator("fenbo-sheet").get_by_role("textbox").first.wait_for()
    await audit(page)


async def test_hq_can_be_read_and_named(visit, shop):
    page = await visit(shop.addresses["hq"]["url"], size={"width": 1280, "height": 800})
    await page.get_by_role("button", name="Log in").wait_for()
    await audit(page)
    await page.get_by_label("User").fill(shop.addresses["hq"]["user"])
    await page.get_by_label("Password").fill(shop.addresses["hq"]["password"])
    await page.get_by_role("button", name="Log in").click()
    for tab, sign in {"Studio": "Latest orders", "Orders": "All states", "Channels": "New channel"}.items():
        await page.get_by_role("link", name=tab).click()
        await page.get_by_text(sign).first.wait_for(state="attached")
        await audit(page)
    await page.get_by_role("link", name="Products").click()
    await page.get_by_text("Goods came in").first.wait_for()
    await audit(page)


@pytest.mark.parametrize("width,height", SIZES)
async def test_nothing_sticks_out_of_the_window(visit, rooms, width, height):
    page = await visit(rooms["north"]["url"], size={"width": width, "height": height})
    await page.get_by_role("textbox", name="Say something…").wait_for()
    assert await page.evaluate("document.documentElement.scrollWidth") == width
    assert await page.evaluate("document.documentElement.scrollHeight") == height
    box = await page.get_by_role("textbox", name="Say something…").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= height


async def test_the_language_follows_the_device_and_the_visitor(visit, rooms):
    page = await visit(rooms["north"]["url"], locale="zh-CN")
    await page.get_by_placeholder("说点什么…").wait_for()
    room = page.locator("fenbo-room")
    await expect(room).to_have_attribute("lang", "zh-CN")
    await page.get_by_role("button", name="Switch to English").click()
    await page.get_by_placeholder("Say something…").wait_for()
    await expect(room).to_have_attribute("lang", "en")
    await page.reload()
    await page.get_by_placeholder("Say something…").wait_for()
    await page.get_by_role("button", name="切换到中文").click()
    await page.get_by_placeholder("说点什么…").wait_for()


async def test_an_unknown_room_says_so_in_both_languages(visit, shop):
    page = await visit(f"{shop.http}/r/nowhere")
    await expect(page.get_by_role("heading", name="找不到这个直播间")).to_be_visible()
    await expect(page.get_by_role("heading", name="There is no such room")).to_be_visible()
    assert (await page.goto(f"{shop.http}/s/nothing")).status == 404
