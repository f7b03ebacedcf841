"""HQ's privacy page in Chromium: a person's data handed out, held and erased; days kept; and who did all of that."""

import json

import pytest
import pytest_asyncio
from playwright.async_api import expect

from commerce import commands as c
from tests.signaling.api.test_hq_money import sold
from tests.signaling.api.test_hq_money_page import open_hq, shoot

pytestmark = pytest.mark.asyncio(loop_scope="session")  # one browser for all, on the session's loop


@pytest.fixture
def shop(seen_shop):
    return seen_shop


@pytest_asyncio.fixture(loop_scope="session")
async def page(page, shop):
    await open_hq(page, shop, "privacy", "A person's data")
    return page


async def test_a_person_gets_his_data_and_is_erased_once_nothing_holds_them(shop, page):
    order, _ = await sold(shop)
    await shop.do(c.RefundOrder(shop.merchant.id, order, "back", 6_800))
    part, holds = (page.get_by_role("region", name=name) for name in ("A person's data", "Legal holds"))
    await find(part, order)
    async with page.expect_download() as download:
        await part.get_by_role("link", name="Everything about him (JSON)").click()
    file = await (await download.value).path()
    data = json.loads(file.read_text("utf-8"))
    assert "Ann Lee" in data["tables"]["orders"][0]["contact"]
    await part.get_by_text("Keep it for a legal reason").first.click()
    await part.get_by_role("button", name="Keep it for a legal reason").click()
    await expect(part.get_by_label("Reason")).to_have_attribute("aria-invalid", "true")
    await part.get_by_label("Reason").fill("case 12")
    await part.get_by_role("button", name="Keep it for a legal reason").click()
    await expect(holds.get_by_role("listitem")).to_contain_text("case 12")
    await erase(part)
    await expect(part.get_by_text("Nothing was erased: is under a legal hold: case 12")).to_be_visible()
    await shoot(page, "privacy-held")
    await holds.get_by_role("button", name="End it").click()
    await holds.get_by_role("button", name="Yes, end it").click()
    await expect(holds.get_by_text("over", exact=True)).to_be_visible()
    await erase(part, shown="privacy-sure")
    await expect(part.get_by_text("Erased. Orders without a contact now: 1.")).to_be_visible()
    log = page.get_by_role("region", name="Who saw personal data").first
    for number, did in enumerate(("erased", "ended a hold", "held", "took away"), start=1):
        await expect(log.get_by_role("row").nth(number)).to_contain_text(did)
    await shoot(page, "privacy-erased")
    await page.get_by_role("button", name="切换到中文").click()
    await expect(page.get_by_role("region", name="谁看过个人数据").first).to_contain_text("删除")
    await shoot(page, "privacy-zh")


async def find(part, order):
    """What is missing or unknown is said at the field."""
    who = part.get_by_label("Number of an order, or the buyer's id")
    for given, said in (("", "Please fill this in."), ("0" * 16, "No order and no buyer has that number.")):
        await who.fill(given)
        await part.get_by_role("button", name="Find").click()
        await expect(who).to_have_accessible_description(said)
    await who.fill(order)
    await part.get_by_role("button", name="Find").click()
    await expect(part.get_by_role("heading", name="Buyer")).to_be_visible()


async def erase(part, shown=""):
    """Asked twice; the first time he thinks better of it."""
    await part.get_by_role("button", name="Erase his data").click()
    await part.get_by_role("button", name="Cancel").click()
    await part.get_by_role("button", name="Erase his data").click()
    if shown:
        await shoot(part.page, shown)
    await part.get_by_role("button", name="Yes, erase for good").click()


async def test_days_are_set_once_it_was_asked_and_never_over_another_s(shop, page):
    part = page.get_by_role("region", name="How long they are kept")
    said = part.get_by_label("What was said in the rooms")
    save, yes = (part.get_by_role("button", name=name) for name in ("Save", "Yes, keep it so long"))
    await said.fill("soon")
    await save.click()
    await expect(said).to_have_accessible_description("Not a number that fits here.")
    for days in ("0", "30"):
        await said.fill(days)
        await save.click()
        await yes.click()
        if days == "0":
            await expect(said).to_have_attribute("aria-invalid", "true")
    await expect(part.get_by_text("Saved")).to_be_visible()
    boss = await shop.visitor()
    await boss.log_in()
    assert (await boss("PUT", "/api/v1/hq/retention", {"chat_days": 90}))[0] == 200
    await said.fill("20")
    await save.click()
    await yes.click()
    await expect(part.get_by_text("Somebody else changed this meanwhile")).to_be_visible()
    assert (await boss("GET", "/api/v1/hq/retention"))[1]["chat_days"] == 90
    await expect(said).to_have_value("90")
