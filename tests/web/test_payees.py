"""Where somebody wants his money, in Chromium: a partner says it at his desk, a sharer in the room."""

import pytest
from playwright.async_api import expect

from tests.web.test_customers import log_in as log_in_by_phone
from tests.web.test_desk_talk import PASSWORD, log_in, partner

pytestmark = pytest.mark.asyncio(loop_scope="session")  # one browser for all, on the session's loop
MASKED = "••••0123"


@pytest.fixture(scope="module")
def shop(start_demo):
    """A server of its own: codes are read from its log."""
    demo = start_demo()
    yield demo
    demo.stop()


async def fill(account, number="6222 0012 3456 7890 123"):
    for label, value in (("Name on the account", "Li Wei"), ("Account, card", number), ("Bank, or the wallet", "ICBC")):
        await account.get_by_label(label).fill(value)
    await account.get_by_role("button", name="Save").click()


async def test_a_partner_says_where_changes_it_and_takes_it_back(visit, browser, shop):
    await partner(browser, shop, "ann")
    page = await visit(f"{shop.http}/desk")
    await log_in(page, "ann", PASSWORD)
    account = page.get_by_role("region", name="Where my money goes")
    await account.get_by_role("button", name="Save").click()
    await expect(account.get_by_label("Name on the account")).to_be_focused()
    await expect(account.get_by_text("Please fill this in.")).to_have_count(3)
    await fill(account)
    await expect(account.get_by_text(MASKED)).to_be_visible()
    await expect(account.get_by_role("status")).to_have_text("Saved.")
    await account.get_by_role("button", name="Change").click()
    await expect(account.get_by_label("Name on the account")).to_have_value("Li Wei")
    await fill(account, "9" * 65)
    await expect(account.get_by_label("Account, card")).to_have_attribute("aria-invalid", "true")
    await account.get_by_role("button", name="Cancel").click()
    await expect(account.get_by_text(MASKED)).to_be_visible()
    await page.get_by_role("button", name="中文").click()
    account = page.get_by_role("region", name="收款账户")
    await account.get_by_role("button", name="删除").click()
    await expect(account.get_by_text("尚未填写")).to_be_visible()


async def test_a_sharer_says_it_once_he_has_logged_in(visit, shop):
    page = await visit(shop.addresses["rooms"][0]["url"])
    await page.get_by_role("button", name="Share", exact=True).click()
    account = page.get_by_role("region", name="Where my money goes")
    await page.locator("fenbo-sharing .figure").first.wait_for()
    await expect(account).to_have_count(0)
    await page.get_by_role("button", name="Log in to keep this").click()
    await log_in_by_phone(page, shop, "13800138000")
    await fill(account)  # he is back where he came from
    await expect(account.get_by_text(MASKED)).to_be_visible()
    await page.reload()
    await page.get_by_role("button", name="Share", exact=True).click()
    await expect(account.get_by_text(MASKED)).to_be_visible()
