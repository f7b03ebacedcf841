"""A sale from the link to HQ: bought in a room through the page, booked to the channel that brought the buyer."""

import aiohttp
import pytest
from playwright.async_api import Page

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),  # one browser for all, on the session's loop
    pytest.mark.timeout(120, func_only=True),  # the demo's start is not the test's
]
CONTACT = {"Name": "Li Wei", "Phone": "13800000000", "Address": "1 Harbour Street"}


async def buy_the_tea(page: Page) -> None:
    """From the pinned product to the paid order, the way a thumb does it."""
    await page.get_by_role("textbox", name="Say something…").wait_for()
    await page.get_by_role("button", name="Buy Spring green tea").click()
    await page.get_by_role("button", name="Buy now").click()
    for label, value in CONTACT.items():
        await page.get_by_label(label, exact=True).fill(value)
    await page.get_by_role("button", name="Place order").click()
    await page.get_by_role("button", name="Pay ¥").click()
    await page.get_by_text("Paid. The shop has your order.").wait_for()


class Hq:
    """HQ over the API, for the books."""

    def __init__(self, addresses: dict) -> None:
        self._addresses = addresses
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))  # an address, not a name

    async def __aenter__(self) -> "Hq":
        hq = self._addresses["hq"]
        login = {"user": hq["user"], "password": hq["password"]}
        async with self._session.post(f"{self._addresses['http']}/api/v1/hq/login", json=login) as answer:
            assert answer.status == 200
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def sales(self) -> dict[str, tuple[int, int]]:
        """(orders, paid in fen) of each channel, by its room."""
        async with self._session.get(f"{self._addresses['http']}/api/v1/hq/overview") as answer:
            channels = (await answer.json())["channels"]
        return {row["room"]: (row["orders"], row["paid"]["minor"]) for row in channels}

    async def latest(self) -> dict:
        async with self._session.get(f"{self._addresses['http']}/api/v1/hq/overview") as answer:
            return (await answer.json())["latest_orders"][0]


async def log_in(page: Page, addresses: dict) -> None:
    """HQ's page, past its door."""
    await page.get_by_label("User").fill(addresses["hq"]["user"])
    await page.get_by_label("Password").fill(addresses["hq"]["password"])
    await page.get_by_role("button", name="Log in").click()


async def test_a_sale_is_booked_to_the_channel_that_brought_the_buyer(show, enter):
    rooms = {room["room"]: room for room in show.addresses["rooms"]}
    north, harbour = rooms["north"], rooms["harbour"]
    async with Hq(show.addresses) as hq:
        before = await hq.sales()
        page = await enter(north["link"])  # a short link: the server notes the touch and redirects
        assert page.url == north["url"]
        await buy_the_tea(page)
        order = await hq.latest()
        assert (order["room_channel"]["name"], order["owner_channel"]["name"]) == (north["channel"], north["channel"])
        assert order["state"] == "paid"
        after = await hq.sales()
        assert after["north"] == (before["north"][0] + 1, before["north"][1] + order["total"]["minor"])
        assert after["harbour"] == before["harbour"]

        # Later, by another channel's link: he buys there and stays north's customer (first_lock).
        await page.goto(harbour["link"])
        assert page.url == harbour["url"]
        await buy_the_tea(page)
        await page.get_by_text(f"Your shop is {north['channel']}").wait_for()
        moved = await hq.latest()
        assert (moved["room_channel"]["name"], moved["owner_channel"]["name"]) == (harbour["channel"], north["channel"])


async def test_the_sale_shows_on_hq_s_page_while_it_is_open(show, enter):
    garden = next(room for room in show.addresses["rooms"] if room["room"] == "garden")
    desk = await enter(show.addresses["hq"]["url"])
    await log_in(desk, show.addresses)
    row = desk.get_by_role("row").filter(has_text=garden["channel"]).first
    await row.get_by_text("¥0.00").wait_for()
    page = await enter(garden["link"])
    await buy_the_tea(page)
    await row.get_by_text("¥68.00").wait_for()
