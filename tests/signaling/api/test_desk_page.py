"""The desk in Chromium: a partner logs in, asks why an order is his, and takes everything away."""

import os
import re

import pytest
from playwright.async_api import expect

from commerce import commands as c
from tests.signaling.api.test_hq_money import PLAN, sold
from tests.signaling.conftest import PASSWORD

pytestmark = pytest.mark.asyncio(loop_scope="session")  # one browser for all, on the session's loop


@pytest.fixture
def shop(seen_shop):
    return seen_shop


async def test_a_partner_logs_in_and_is_told_why_an_order_is_his(shop, password_hash, page, monkeypatch):
    await shop.do(c.CreateUser(shop.merchant.id, "north", password_hash, "channel_owner", shop.north.channel))
    boss = await shop.visitor()
    await boss.log_in()
    await boss("PUT", "/api/v1/hq/plan", PLAN)
    await sold(shop, "north")
    await page.goto(f"{boss.base}/desk")
    await page.fill("input[name=user]", "north")
    await page.fill("input[name=password]", PASSWORD)
    await page.click("button.main")
    await expect(page.get_by_role("heading", name="North")).to_be_visible()
    await expect(page.get_by_text("CN¥6.80").or_(page.get_by_text("¥6.80"))).to_be_visible()
    await page.get_by_role("button", name="Why mine?", exact=True).click()
    await expect(page.get_by_text("North earns 6.80 CNY (order, frozen).")).to_be_visible()
    await page.get_by_role("button", name="Make a link with a QR code").click()
    await expect(page.get_by_role("img", name="QR")).to_be_visible()
    await page.get_by_role("button", name="Why mine? A****** 138****8000").click()
    await expect(page.get_by_text("became a customer of North (whoever brought him first)")).to_be_visible()
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Download the statement").click()
    assert (await download.value).suggested_filename == "statement.json"
    monkeypatch.setattr("commerce.proof.statement.LINES_MAX", 3)
    await page.get_by_role("button", name="Download the statement").click()
    await expect(page.get_by_text("That is too long for one file.")).to_be_visible()
    monkeypatch.undo()
    async with page.expect_download() as download:  # this month was chosen for him
        await page.get_by_role("button", name="Download the statement").click()
    assert re.fullmatch(r"statement-\d{4}-\d\d\.json", (await download.value).suggested_filename)
    await page.get_by_text("Take all of it with you").click()
    await page.get_by_label("I keep these people's data").check()
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Download (ZIP)").click()
    assert (await download.value).suggested_filename == "fenbo-export.zip"
    shot = os.environ.get("FENBO_TEST_SHOT")
    if shot:
        await page.screenshot(path=shot, full_page=True)
    await page.get_by_role("button", name="中文").click()
    await expect(page.get_by_role("heading", name="您的佣金")).to_be_visible()
