"""Links in Chromium: taken back at headquarters, at a desk, and by the sharer in the room."""

import os
import re

import pytest
from playwright.async_api import expect

from commerce import commands as c
from commerce.commands.earning import SetPlan
from commerce.commission import Plan, Rate
from tests.signaling.api.test_hq_money_page import AUDIT, open_hq
from tests.signaling.conftest import PASSWORD, PHONE

pytestmark = pytest.mark.asyncio(loop_scope="session")  # one browser for all, on the session's loop
SHOTS = os.environ.get("FENBO_TEST_SHOTS")


@pytest.fixture
def shop(seen_shop):
    return seen_shop


async def shoot(page, name, part="fenbo-links"):
    """On a phone nothing is faint, small or too wide; and for people."""
    await page.set_viewport_size(PHONE)
    found = await page.evaluate(f"{AUDIT}; audit()")
    assert (found["faint"], found["small"]) == ([], [])
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    if SHOTS:
        await page.locator(part).screenshot(path=f"{SHOTS}/links-{name}.png")


async def take_back(page, code):
    """Asked first, and kept when he thinks better of it."""
    row = page.locator(f"fenbo-links li[data-code='{code}']")
    for answer in ("Keep it", "Yes, revoke it"):
        await row.get_by_role("button", name=f"Revoke: {code}").click()
        await expect(row.get_by_role("alert")).to_contain_text("count for no sharer any more")
        await row.get_by_role("button", name=answer).click()
    await expect(row).to_contain_text("revoked")
    await expect(row.get_by_role("button")).to_have_count(0)


async def shared(shop):
    """The code of a sharer's link to North."""
    return (await (await shop.visitor())("POST", "/api/v1/rooms/north/share"))[1]["code"]


async def test_headquarters_finds_a_link_and_takes_it_back(shop, page):
    code = await shared(shop)
    await shop.do(c.CreateLink(shop.merchant.id, shop.south.channel))
    await open_hq(page, shop, "channels", "Links")
    links = page.get_by_role("region", name="Links")
    await expect(links.get_by_role("listitem")).to_have_count(2)
    await links.get_by_label("Code or address of a link").fill(f"https://live.example/s/{code}")
    await links.get_by_role("button", name="Find").click()
    await expect(links.get_by_role("listitem")).to_have_count(1)
    await shoot(page, "hq")
    await take_back(page, code)
    await links.get_by_label("Code or address of a link").fill("nothere")
    await links.get_by_role("button", name="Find").click()
    await expect(links.get_by_text("No such link.")).to_be_visible()


async def test_a_desk_takes_back_a_sharer_s_link_and_its_own(shop, password_hash, page):
    await shop.do(c.CreateUser(shop.merchant.id, "north", password_hash, "staff", shop.north.channel))
    code = await shared(shop)
    await page.goto(f"{(await shop.visitor()).base}/desk")
    await page.fill("input[name=user]", "north")
    await page.fill("input[name=password]", PASSWORD)
    await page.click("button.main")
    await take_back(page, code)
    await page.get_by_role("button", name="Make a link with a QR code").click()
    rows = page.locator("fenbo-links li")
    await expect(rows).to_have_count(2)
    await expect(rows.first).to_contain_text("The channel's own")
    await shoot(page, "desk")


async def test_a_sharer_reads_what_he_earns_and_from_when_it_is_less(shop, page):
    tea = Rate(fixed_minor=1, sku=shop.sku)
    await shop.do(SetPlan(shop.merchant.id, Plan((), (Rate(50_000), tea), invite_minor=490)))
    await shop.do(SetPlan(shop.merchant.id, Plan((), (Rate(30_000), tea), cap_ppm=200_000)))
    await page.goto(f"{(await shop.visitor()).base}/r/north")
    await page.get_by_role("button", name="Share", exact=True).click()
    mine = page.get_by_role("region", name="What my sharing came to")
    await expect(mine).to_contain_text("I earn:")
    await expect(mine.get_by_text("5% of what they pay")).to_be_visible()
    await expect(mine.get_by_text("¥0.01 for each piece · ").first).to_be_visible()
    note = mine.get_by_role("note")
    await expect(note).to_contain_text(re.compile(r"From .+ less is paid:"))
    await expect(note).to_contain_text("3% of what they pay")
    await expect(note).to_contain_text("no reward any more")
    await expect(note).to_contain_text("comes to 20% at most")
    await shoot(page, "terms", "fenbo-sharing")


async def test_a_sharer_who_takes_back_his_link_has_another(shop, page):
    await page.goto(f"{(await shop.visitor()).base}/r/north")
    await page.get_by_role("button", name="Share", exact=True).click()
    shown = page.locator("fenbo-share code").first
    code = (await shown.text_content()).rpartition("/")[2]
    await take_back(page, code)
    await expect(shown).not_to_contain_text(code)
    await expect(page.locator("fenbo-links li")).to_have_count(2)
    await shoot(page, "sharer")
