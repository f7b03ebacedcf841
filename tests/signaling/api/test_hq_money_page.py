"""HQ's money page in Chromium: rules are tried before they are set, a period is settled, paid and answered for."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from commerce import commands as c
from commerce.commands.earning import SetPlan
from commerce.commission import Plan, Rate
from tests.signaling.api.test_hq_money import mature, sold
from tests.signaling.conftest import PASSWORD, PHONE

pytestmark = pytest.mark.asyncio(loop_scope="session")  # one browser for all, on the session's loop

AUDIT = (Path(__file__).parents[2] / "web" / "audit.js").read_text("utf-8")
SHOTS = os.environ.get("FENBO_TEST_SHOTS")
DESK = {"width": 1280, "height": 900}


@pytest.fixture
def shop(seen_shop):
    return seen_shop


async def open_hq(page, shop, tab, sign):
    """HQ's page, logged in, on a tab once a region of it is there."""
    await page.goto(f"{(await shop.visitor()).base}/hq#{tab}")
    await page.get_by_label("User").fill("boss")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    await page.get_by_role("region", name=sign).wait_for()


@pytest_asyncio.fixture(loop_scope="session")
async def page(page, shop):
    await open_hq(page, shop, "money", "Commission plan")
    return page


async def shoot(page, name):
    """Both widths, for people; and nothing is faint, small, or wider than a phone."""
    await page.set_viewport_size(PHONE)
    found = await page.evaluate(f"{AUDIT}; audit()")
    assert (found["faint"], found["small"]) == ([], [])
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    for size in (PHONE, DESK) if SHOTS else ():
        await page.set_viewport_size(size)
        await page.screenshot(path=f"{SHOTS}/{name}-{size['width']}.png", full_page=True)


async def test_a_plan_is_tried_on_the_latest_orders_before_it_is_saved(shop, page):
    await shop.do(SetPlan(shop.merchant.id, Plan((Rate(100_000),))))
    await sold(shop)
    await page.reload()
    plan = page.get_by_role("region", name="Commission plan")
    rate = plan.get_by_role("group", name="Rate 1")
    await rate.get_by_label("Per cent", exact=True).fill("101")
    await plan.get_by_role("button", name="What would change?").click()
    await expect(plan.get_by_role("alert").first).not_to_be_empty()  # the server's own word, at the rate
    await rate.get_by_label("Per cent", exact=True).fill("nine")
    await plan.get_by_role("button", name="What would change?").click()
    await expect(rate.get_by_role("alert")).to_have_text("Not a number that fits here.")
    await plan.get_by_label("Cap on an order's whole commission").fill("30 percent")
    await rate.get_by_label("Per cent", exact=True).fill("7.5")
    await plan.get_by_role("button", name="What would change?").click()
    await expect(plan.get_by_label("Cap on an order's whole commission")).to_have_attribute("aria-invalid", "true")
    await plan.get_by_label("Cap on an order's whole commission").fill("30")
    save = plan.get_by_role("button", name="Save")
    await expect(save).to_be_disabled()
    await plan.get_by_role("button", name="What would change?").click()
    await expect(plan.get_by_text("On the latest 1 orders:")).to_contain_text("¥6.80 → ¥5.10")
    await expect(plan.get_by_role("row", name="North")).to_contain_text("-¥1.70")
    await expect(plan.get_by_text("Somebody could earn less by it")).to_be_visible()
    await shoot(page, "plan")
    await save.click()
    await expect(plan.get_by_text("Saved")).to_be_visible()


async def test_a_lock_is_tried_before_it_is_saved(shop, page):
    await sold(shop)
    lock = page.get_by_role("region", name="Whose customer")
    await lock.get_by_label("When he buys in another channel's room").select_option("split")
    await lock.get_by_label("Parts for the room").fill("3")
    await lock.locator("select[name=validity]").select_option("days")
    await lock.get_by_label("A binding is valid: days").fill("0")
    await lock.get_by_role("button", name="What would change?").click()
    await expect(lock.get_by_label("A binding is valid: days")).to_have_attribute("aria-invalid", "true")
    await lock.get_by_label("A binding is valid: days").fill("30")
    await lock.get_by_role("button", name="What would change?").click()
    await expect(lock.get_by_text("Nobody would earn more or less.")).to_be_visible()
    await lock.get_by_role("button", name="Save").click()
    await expect(lock.get_by_text("Saved")).to_be_visible()
    await expect(lock.get_by_text("Version 2")).to_be_visible()


async def test_a_period_is_settled_paid_and_owed_back(shop, page, tmp_path):
    await shop.do(SetPlan(shop.merchant.id, Plan((Rate(100_000),), four_eyes=True)))
    for room in ("north", "south"):
        order, _ = await sold(shop, room)
        for command in (c.ShipOrder, c.ReceiveOrder):
            await shop.do(command(shop.merchant.id, order))
    await mature(shop, tmp_path)
    await page.reload()
    part = page.get_by_role("region", name="Settlements").first
    await part.get_by_label("Until (this day not included)").fill("2999-01-01")
    await part.get_by_role("button", name="Prepare").click()
    await expect(part.get_by_role("alert").first).to_have_text("the period is not over yet")
    await part.get_by_label("Until (this day not included)").fill(datetime.now(UTC).date().isoformat())
    await part.get_by_role("button", name="Prepare").click()
    await expect(part.get_by_text("2 prepared.")).to_be_visible()
    await expect(part.get_by_role("button", name="Approve: North")).to_be_disabled()
    await shop.do(SetPlan(shop.merchant.id, Plan((Rate(100_000),))))
    await page.reload()
    await part.get_by_role("button", name="Approve all").click()
    await shoot(page, "approve-all")
    await part.get_by_role("button", name="Yes, approve all").click()
    await expect(part.get_by_text("2 approved.")).to_be_visible()
    for name in ("North", "South"):
        await expect(part.get_by_role("row", name=name)).to_contain_text("on its way")
    await part.get_by_role("button", name="Begin payouts").click()
    await expect(part.get_by_text("2 begun; 2 on their way: take the payout sheet.")).to_be_visible()
    await pay(shop, page, part, tmp_path)
    await expect(part.get_by_text("2 outcomes recorded.")).to_be_visible()
    await part.get_by_label("State").select_option("failed")
    await expect(part.get_by_role("row", name="South")).to_have_count(0)
    await part.get_by_role("button", name="Pay again: North").click()
    await part.get_by_label("State").select_option("any")
    await expect(part.get_by_role("row", name="North")).to_contain_text("on its way")
    await shop.do(c.RefundOrder(shop.merchant.id, order, "late", 6_800))
    await page.reload()
    await sent_back(page, part)
    owed = page.get_by_role("region", name="Owed back")
    await owed.get_by_text("End it by hand").first.click()
    await owed.get_by_role("button", name="End it by hand").click()
    await expect(owed.get_by_label("Reason")).to_have_attribute("aria-invalid", "true")
    await shoot(page, "settled")
    await owed.get_by_label("Reason").fill("brought in cash")
    await owed.get_by_role("button", name="End it by hand").click()
    await expect(owed.get_by_text("brought in cash")).to_be_visible()
    await page.get_by_text("As a table").click()
    await expect(page.get_by_role("columnheader", name="North")).to_be_visible()


async def sent_back(page, part):
    """What South was paid comes back: it is owed, and nothing of it is left when it is netted."""
    south = part.get_by_role("row", name="South")
    await south.get_by_text("The bank sent it back").first.click()
    await south.get_by_label("The bank's reference or reason").fill("x" * 201)
    await south.get_by_role("button", name="The bank sent it back").click()
    await expect(south.get_by_label("The bank's reference or reason")).to_have_attribute("aria-invalid", "true")
    await south.get_by_label("The bank's reference or reason").fill("account closed")
    await shoot(page, "sent-back")
    await south.get_by_role("button", name="The bank sent it back").click()
    await expect(south).to_contain_text("sent back")
    await expect(south).to_contain_text("account closed")
    await expect(south.get_by_role("button", name="Pay again: South")).to_be_visible()


async def pay(shop, page, part, tmp_path):
    """The sheet out, filled in, and in again: North fails, South is paid."""
    async with page.expect_download() as download:
        await part.get_by_role("link", name="Payout sheet (CSV)").click()
    sheet = (await (await download.value).path()).read_text("utf-8").splitlines()
    rows = [line.removesuffix(",,") for line in sheet[1:]]
    outcomes = ["failed" if shop.north.channel in row else "confirmed" for row in rows]
    file = tmp_path / "back.csv"
    for said in (["perhaps", "perhaps"], outcomes):
        filled = (f"{row},{outcome},bank-1" for row, outcome in zip(rows, said, strict=True))
        file.write_text("\n".join([sheet[0], *filled]), "utf-8")
        await part.get_by_label("The sheet as it came back").set_input_files(file)
        wrong = part.get_by_text("Line 3, outcome: must be one of confirmed, failed, returned")
        await expect(wrong).to_have_count(int(said is not outcomes))
        if said is not outcomes:
            await shoot(page, "sheet-refused")


async def test_an_order_says_why_and_is_held_with_a_reason(shop, page):
    await shop.do(SetPlan(shop.merchant.id, Plan((Rate(100_000),))))
    order, _ = await sold(shop)
    await page.goto(page.url.replace("#money", "#orders"))
    await page.reload()
    await page.get_by_role("button", name=order).click()
    card = page.get_by_role("region", name=f"Order {order}")
    await card.get_by_text("Why whose?").click()
    await expect(card.get_by_text("North earns 6.80 CNY (order, frozen).")).to_be_visible()
    await expect(card.get_by_text("became a customer of North (whoever brought him first)")).to_be_visible()
    await card.get_by_text("Hold what it pays").first.click()
    await card.get_by_label("Reason").last.fill("same payee")
    await card.get_by_role("button", name="Hold what it pays").click()
    await expect(card.get_by_text("Reason: same payee.")).to_be_visible()
    await card.get_by_text("Make him another channel's customer").click()
    await card.get_by_role("combobox", name="Channel").select_option("South")
    await card.get_by_role("button", name="Move him").click()
    await expect(card.get_by_label("Reason (both channels read it)")).to_have_attribute("aria-invalid", "true")
    await card.get_by_label("Reason (both channels read it)").fill("her sister's shop")
    await card.get_by_role("button", name="Move him").click()
    await expect(card.get_by_text("by hand, boss: her sister's shop")).to_be_visible()
    await shoot(page, "why")
