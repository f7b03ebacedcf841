"""The tree at HQ, what a suspended room says, and what its desk is told: in a browser, on a phone's screen."""

import os

import pytest
from playwright.async_api import expect

from commerce import commands as c
from tests.signaling.api.test_hq_money import CONTACT
from tests.signaling.conftest import PASSWORD

pytestmark = pytest.mark.asyncio(loop_scope="session")  # one browser for all, on the session's loop


@pytest.fixture
def shop(seen_shop):
    return seen_shop


async def shot(page, name):
    folder = os.environ.get("FENBO_TEST_SHOTS")
    if folder:
        await page.screenshot(path=f"{folder}/{name}.png", full_page=True)


async def log_in(page, user):
    await page.fill("input[name=user]", user)
    await page.fill("input[name=password]", PASSWORD)
    await page.click("button.main")


async def test_a_channel_is_suspended_and_everybody_sees_why(shop, password_hash, page):
    await shop.do(c.CreateUser(shop.merchant.id, "north", password_hash, "channel_owner", shop.north.channel))
    base = (await shop.visitor()).base
    await page.goto(f"{base}/hq#channels")
    await log_in(page, "boss")
    card = page.locator(f"[data-channel='{shop.north.channel}']")
    await card.get_by_text("Change its state").click()
    await card.get_by_label("Reason (the channel reads it)").fill("Papers are missing")
    await shot(page, "hq-tree")
    await card.get_by_role("button", name="Suspend").click()
    await expect(card.get_by_text("Suspended", exact=True)).to_be_visible()
    await expect(card.get_by_text("Papers are missing")).to_be_visible()
    await page.goto(f"{base}/r/north")
    await expect(page.get_by_text("This shop is suspended for now: nothing can be bought here.")).to_be_visible()
    await shot(page, "room-suspended")
    await page.context.clear_cookies()
    await page.goto(f"{base}/desk")
    await log_in(page, "north")
    await expect(page.get_by_text("Your channel is suspended: Papers are missing.")).to_be_visible()
    await shot(page, "desk-notices")
    await page.get_by_role("button", name="Mark as read").click()
    await expect(page.get_by_role("button", name="Mark as read")).to_have_count(0)


async def test_a_claim_is_decided(shop, password_hash, page):
    await shop.do(c.CreateUser(shop.merchant.id, "south", password_hash, "channel_owner", shop.south.channel))
    viewer = await shop.visitor()
    for room in ("north", "south"):
        await (await viewer.enter(room)).ws.close()
    body = {"client_order_id": "order-0001", "contact": CONTACT, "lines": [{"sku": shop.sku, "quantity": 1}]}
    _, placed = await viewer("POST", "/api/v1/rooms/south/orders", body)
    await viewer("POST", f"/api/v1/payments/sandbox/{placed['payment']['payment']}", {"outcome": "pay"})
    await page.goto(f"{viewer.base}/desk")
    await log_in(page, "south")
    await page.get_by_text("credited to North").click()
    await page.get_by_label("Why he is yours").fill("I showed him the tea")
    await page.get_by_role("button", name="Dispute", exact=True).click()
    await expect(page.get_by_text("I showed him the tea")).to_be_visible()
    await page.get_by_text("Evidence: why, when it was opened").click()
    await shot(page, "desk-dispute")
    await page.context.clear_cookies()
    await page.goto(f"{viewer.base}/hq#channels")
    await log_in(page, "boss")
    part = page.get_by_role("region", name="Disputes")
    await part.get_by_label("Reason of the decision (both read it)").fill("North brought him first")
    await shot(page, "hq-dispute")
    await part.get_by_role("button", name="It stays as it is").click()
    await expect(part.get_by_text("North brought him first")).to_be_visible()
