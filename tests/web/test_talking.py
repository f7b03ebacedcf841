"""Chat on a line that breaks: nothing twice, nothing missing, and the page says what is going on."""

import re

import pytest
from playwright.async_api import Page, expect

pytestmark = pytest.mark.asyncio(loop_scope="session")  # one browser for all, on the session's loop


async def say(page: Page, line: str) -> None:
    box = page.get_by_role("textbox", name="Say something…")
    await box.fill(line)
    await box.press("Enter")


def lines(page: Page, word: str):
    return page.get_by_role("log").get_by_role("paragraph").filter(has_text=word)


class Line:
    """The page's socket through our hands: it can be cut, and kept from coming back."""

    def __init__(self) -> None:
        self.cut_off = False
        self.routes = []

    def connect(self, route) -> None:
        if not self.cut_off:
            route.connect_to_server()
        self.routes.append(route)

    async def cut(self) -> None:
        self.cut_off = True
        await self.routes[-1].close()


async def test_a_broken_line_loses_and_doubles_nothing(visit, rooms, browser):
    line, context = Line(), await browser.new_context(locale="en-GB")
    await context.route_web_socket(re.compile(r"/ws\?"), line.connect)
    here = await visit(rooms["north"]["url"], context=context)
    there = await visit(rooms["north"]["url"])
    await say(there, "wave one")
    await lines(here, "wave one").wait_for()
    await line.cut()
    await here.get_by_text("Connection lost.").wait_for()
    for number in ("two", "three"):
        await say(there, f"wave {number}")
        await lines(there, f"wave {number}").wait_for()
    await say(here, "wave from the dark")
    await here.get_by_text("sending").wait_for()

    line.cut_off = False
    await here.get_by_role("button", name="Try now").click()
    await lines(here, "wave three").wait_for()
    await lines(there, "wave from the dark").wait_for()
    await expect(here.get_by_text("sending")).to_have_count(0)
    await expect(here.get_by_text("Connection lost.")).to_have_count(0)
    said = [text.split("wave ")[1] for text in await lines(here, "wave ").all_text_contents()]
    assert [text[:5].rstrip("0123456789: ") for text in said] == ["one", "two", "three", "from"]
    assert len(await lines(there, "wave from the dark").all()) == 1


async def test_too_many_lines_are_refused_with_the_time_to_wait(visit, rooms):
    page = await visit(rooms["garden"]["url"])
    await page.get_by_role("log").wait_for()
    for number in range(5):
        await say(page, f"flood {number}")
    await page.get_by_role("alert").filter(has_text=re.compile(r"Wait \d+ s")).wait_for()
    await expect(page.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    await expect(page.get_by_role("button", name="Send again").first).to_be_visible()


async def test_viewers_and_likes_are_counted(visit, rooms):
    first = await visit(rooms["hq"]["url"])
    viewers = first.locator("[data-viewers]")
    await expect(viewers).to_have_attribute("data-viewers", "1")
    second = await visit(rooms["hq"]["url"])
    await expect(viewers).to_have_attribute("data-viewers", "2")
    for _ in range(3):
        await second.get_by_role("button", name=re.compile("^Like")).click()
    await expect(first.get_by_role("button", name="Like (3 likes)")).to_be_visible()
    await second.close()
    await expect(viewers).to_have_attribute("data-viewers", "1")
