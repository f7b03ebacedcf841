"""HQ's forms in Chromium: what another has changed meanwhile is shown and said, never overwritten."""

import pytest
from playwright.async_api import expect

from tests.signaling.api.test_hq_money_page import open_hq

pytestmark = pytest.mark.asyncio(loop_scope="session")  # one browser for all, on the session's loop

SAID = "Somebody else changed this meanwhile"


@pytest.fixture
def shop(seen_shop):
    return seen_shop


async def test_a_channel_s_settings(shop, page):
    await open_hq(page, shop, "channels", "New channel")
    boss = await shop.visitor()
    await boss.log_in()
    card = page.locator(f"[data-channel='{shop.north.channel}']")
    await card.get_by_text("Room settings").click()
    await expect(card.get_by_role("button", name="Save")).to_be_enabled()
    path = f"/api/v1/hq/channels/{shop.north.channel}"
    assert (await boss("PATCH", path, {"notice": "Closed today"}))[0] == 200
    await card.get_by_label("Welcome").fill("Come in")
    await card.get_by_role("button", name="Save").click()
    await expect(card.get_by_text(SAID)).to_be_visible()
    await expect(card.get_by_label("Notice")).to_have_value("Closed today")
    await card.get_by_label("Welcome").fill("Come in, all")
    for _ in range(2):  # the tag follows what he himself has saved
        async with page.expect_response(lambda answer: answer.request.method == "PATCH") as answered:
            await card.get_by_role("button", name="Save").click()
        assert (await answered.value).status == 200
        await expect(card.get_by_text("Saved")).to_be_visible()
    found = (await boss("GET", path))[1]
    assert (found["notice"], found["welcome"]) == ("Closed today", "Come in, all")


async def test_a_show_s_shelf(shop, page):
    await open_hq(page, shop, "studio", "Shelf")
    boss = await shop.visitor()
    await boss.log_in()
    shelf = page.get_by_role("region", name="Shelf")
    await expect(shelf.get_by_role("button", name="Pin: Green tea")).to_be_visible()
    await page.route("**/api/v1/hq/shows", lambda route: route.abort())  # it would see the change before he acts
    path = f"/api/v1/hq/shows/{shop.show.show}"
    assert (await boss("PUT", f"{path}/shelf", {"items": []}))[0] == 200
    await shelf.get_by_role("button", name="Pin: Green tea").click()
    await expect(shelf.get_by_text(SAID)).to_be_visible()
    assert (await boss("GET", path))[1]["shelf"] == []
    await shelf.get_by_role("button", name="Put on the shelf: Green tea").click()
    await shelf.get_by_role("button", name="Pin: Green tea").click()
    await expect(shelf.get_by_role("button", name="Unpin: Green tea")).to_be_visible()
    await expect(shelf.get_by_text(SAID)).to_have_count(0)
    assert [item["pinned"] for item in (await boss("GET", path))[1]["shelf"]] == [True]
