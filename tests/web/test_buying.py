"""From the shelf to the paid order, as a thumb, a keyboard and a bad line do it."""

import re

import aiohttp
import pytest
from playwright.async_api import Page, Route, expect

pytestmark = pytest.mark.asyncio(loop_scope="session")  # one browser for all, on the session's loop

CONTACT = {"Name": "Ann Example", "Phone": "+49 30 1234", "Address": "1 Harbour Street"}
PAID = "Paid. The shop has your order."


async def fill_contact(page: Page, **other: str) -> None:
    for label, value in (CONTACT | other).items():
        await page.get_by_label(label, exact=True).fill(value)


def placing(page: Page):
    return page.get_by_role("button", name="Place order")


async def orders_of(page: Page) -> list[dict]:
    """This viewer's orders, by the API, with the page's own cookie."""
    cookies = {cookie["name"]: cookie["value"] for cookie in await page.context.cookies()}
    origin, room = re.match(r"(.*)/r/([^/?#]+)", page.url).groups()
    async with (
        aiohttp.ClientSession(cookies=cookies, cookie_jar=aiohttp.CookieJar(unsafe=True)) as session,
        session.get(f"{origin}/api/v1/rooms/{room}/orders") as answer,
    ):
        return (await answer.json())["orders"]


async def test_three_taps_from_the_picture_to_the_paid_order_once_the_contact_is_known(visit, rooms):
    page = await visit(rooms["north"]["url"])
    shelf = page.get_by_role("button", name=re.compile(r"^Shelf"))
    await shelf.click()
    await page.get_by_role("button", name="Buy Evening lamp").click()
    await fill_contact(page)
    await placing(page).click()
    await page.get_by_role("button", name="Let it fail").click()
    await page.get_by_text("The payment failed.").wait_for()
    await page.get_by_role("button", name="Back to the show").click()

    await page.reload()
    await shelf.click()
    await page.get_by_role("button", name="Buy Evening lamp").click()  # one
    await expect(page.get_by_label("Phone", exact=True)).to_have_value(CONTACT["Phone"])
    await placing(page).click()  # two
    await page.get_by_role("button", name="Pay ¥159.00").click()  # three
    await page.get_by_text(PAID).wait_for()
    assert [order["payment"]["state"] for order in await orders_of(page)] == ["paid", "failed"]

    await page.get_by_role("button", name="Back to the show").click()
    await page.get_by_role("button", name="My orders").click()
    await expect(page.locator("fenbo-sheet").get_by_role("listitem")).to_have_count(2)
    await page.get_by_role("listitem").filter(has_text="Paid").get_by_role("button").click()
    await page.get_by_text(PAID).wait_for()


async def test_a_refusal_is_shown_at_the_field_it_names(visit, rooms):
    page = await visit(rooms["north"]["url"])
    await page.get_by_role("button", name="Buy Spring green tea").first.click()
    await page.get_by_role("button", name="Buy now").click()
    await placing(page).click()
    await expect(page.get_by_role("alert").filter(has_text="Please fill this in.")).to_have_count(3)
    await expect(page.get_by_label("Name", exact=True)).to_be_focused()
    await fill_contact(page, Phone="call me")
    await placing(page).click()
    phone = page.get_by_label("Phone")
    await expect(phone).to_have_attribute("aria-invalid", "true")
    await expect(phone).to_have_accessible_description(re.compile("Digits"))
    await fill_contact(page, Address="x" * 301)  # this one only the server refuses
    await placing(page).click()
    address = page.get_by_label("Address")
    await expect(address).to_have_attribute("aria-invalid", "true")
    await expect(address).to_be_focused()
    assert await orders_of(page) == []


async def lose_the_answer(route: Route) -> None:
    await route.fetch()
    await route.abort()


async def test_a_lost_answer_and_a_reload_do_not_buy_twice(visit, rooms):
    page = await visit(rooms["garden"]["url"])

    await page.route("**/orders", lose_the_answer, times=1)
    await page.get_by_role("button", name="Buy Spring green tea").first.click()
    await page.get_by_role("button", name="Buy now").click()
    await fill_contact(page)
    await placing(page).click()
    await page.get_by_text("The answer got lost.").wait_for()
    assert len(await orders_of(page)) == 1, "it did arrive"

    await page.reload()
    await page.get_by_role("button", name="Buy Spring green tea").first.click()
    await page.get_by_role("button", name="Buy now").click()
    await fill_contact(page)
    await placing(page).click()
    await page.get_by_role("button", name="Pay ¥").click()
    await page.get_by_text(PAID).wait_for()
    assert len(await orders_of(page)) == 1


async def test_another_order_under_the_lost_one_s_id_is_refused_and_the_first_can_be_paid(visit, rooms):
    page = await visit(rooms["garden"]["url"])
    await page.route("**/orders", lose_the_answer, times=1)
    await page.get_by_role("button", name="Buy Spring green tea").first.click()
    await page.get_by_role("button", name="Buy now").click()
    await fill_contact(page)
    await placing(page).click()
    await page.get_by_text("The answer got lost.").wait_for()
    await page.get_by_role("button", name="One more").click()
    await placing(page).click()
    await page.get_by_text("This order was already placed with other details.").wait_for()
    await page.get_by_role("button", name="Close").click()
    await page.get_by_role("button", name="My orders").click()
    await page.get_by_role("listitem").filter(has_text="To be paid").get_by_role("button").click()
    await page.get_by_role("button", name="Pay ¥68.00").click()
    await page.get_by_text(PAID).wait_for()
    assert len(await orders_of(page)) == 1


async def test_the_cart_holds_what_there_is_and_is_ordered_whole(visit, rooms):
    page = await visit(rooms["harbour"]["url"])
    await page.get_by_role("button", name=re.compile("^Now showing Spring green tea")).first.click()
    sheet = page.locator("fenbo-sheet")
    await sheet.get_by_text("Two tins").click()
    await sheet.get_by_role("button", name="One more").click()
    await sheet.get_by_role("button", name="Add to cart").click()
    await sheet.get_by_text("Added to the cart").wait_for()
    await sheet.get_by_role("button", name="Close").click()

    await page.get_by_role("button", name="Cart (2)").click()
    await expect(sheet.get_by_text("¥256.00").first).to_be_visible()
    await sheet.get_by_role("button", name="One more").click()
    await expect(sheet.get_by_text("¥384.00").first).to_be_visible()
    await page.reload()
    await page.get_by_role("button", name="Cart (3)").click()
    await sheet.get_by_role("button", name="Check out").click()
    await fill_contact(page)
    await placing(page).click()
    await page.get_by_role("button", name="Time out").click()
    await page.get_by_text("The time for paying has passed.").wait_for()
    await sheet.get_by_role("button", name="Back to the show").click()
    await expect(page.get_by_role("button", name="Cart", exact=True)).to_be_visible()


async def test_the_keyboard_alone_buys_and_escape_gives_the_focus_back(visit, rooms):
    page = await visit(rooms["north"]["url"])
    buy = page.get_by_role("button", name="Buy Spring green tea").first
    await buy.focus()
    await page.keyboard.press("Enter")
    sheet = page.get_by_role("dialog", name="Spring green tea")
    await sheet.wait_for()
    await page.keyboard.press("Escape")
    await expect(sheet).to_have_count(0)
    await expect(buy).to_be_focused()

    await page.keyboard.press("Enter")
    await press_until_focused(page, page.get_by_role("button", name="Buy now"))
    await page.keyboard.press("Enter")
    for label, value in CONTACT.items():
        await press_until_focused(page, page.get_by_label(label, exact=True))
        await page.keyboard.type(value)
    await press_until_focused(page, placing(page))
    await page.keyboard.press("Enter")
    await press_until_focused(page, page.get_by_role("button", name="Pay ¥"))
    await page.keyboard.press("Enter")
    await page.get_by_text(PAID).wait_for()


async def press_until_focused(page: Page, target) -> None:
    """Tab, as often as the page has places to stop at."""
    await target.wait_for()
    for _ in range(25):
        if await target.evaluate("element => element.matches(':focus')"):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"{target} is not reached by Tab")
