"""HQ reviews settlements in Chromium: one that looks wrong is held, stands among what waits, and is let go again."""

import asyncio
import sqlite3

import pytest
from playwright.async_api import expect

from commerce.store.engine import FILE_NAME
from tests.web.test_headquarters import BUY, enter, room_of

pytestmark = pytest.mark.asyncio(loop_scope="session")  # one browser for all, on the session's loop
DAY_MS = 86_400_000


@pytest.fixture(scope="module")
def brief(start_demo):
    """What was received is finished at once."""
    return start_demo(FENBO_PAYMENTS__AFTER_SALES_DAYS="0")


def two_days_ago(store) -> int:
    """What matured has done so two days ago: no test can wait for a day to be over. Answers how many lines."""
    with sqlite3.connect(store) as connection:
        state = "UPDATE commission_line SET matured_at = matured_at - ? WHERE state = 'matured'"
        changed = connection.execute(state, (2 * DAY_MS,)).rowcount
    connection.close()
    return changed


async def test_a_doubtful_settlement_waits_until_somebody_lets_it_go(visit, brief):
    page = await enter(visit, brief)
    await page.get_by_role("link", name="Money").click()
    await page.locator("fenbo-money-settle").evaluate("part => part.api.setPlan({rates: [{ppm: 100000}]})")
    order = await (await visit(room_of(brief, "north"))).evaluate(BUY)
    await page.get_by_role("link", name="Orders").click()
    await page.get_by_role("button", name=order).click()
    card = page.get_by_role("region", name=f"Order {order}")
    await card.get_by_role("button", name="Mark as shipped").click()
    await card.get_by_role("button", name="Mark as received").click()
    await expect(card.get_by_text("Finished", exact=True)).to_be_visible()
    assert await asyncio.to_thread(two_days_ago, brief.folder / "data" / FILE_NAME)
    await page.get_by_role("link", name="Money").click()
    settlements = page.get_by_role("region", name="Settlements").first
    await settlements.get_by_role("button", name="Prepare").click()
    row = settlements.locator("tr", has_text="North")
    await expect(row.get_by_text("no account given yet")).to_be_visible()
    await row.locator("summary").click()
    await row.get_by_role("button", name="Hold").click()
    await expect(row.get_by_label("Reason")).to_have_attribute("aria-invalid", "true")
    await row.get_by_label("Reason").fill("All from one phone")
    await row.get_by_role("button", name="Hold").click()
    await expect(settlements.get_by_role("status")).to_contain_text("held")
    await expect(row.get_by_text("0.00").first).to_be_visible()
    await expect(row.locator("summary")).to_have_count(0)
    waiting = page.get_by_role("region", name="On hold")
    await expect(waiting.get_by_text("All from one phone")).to_be_visible()
    await waiting.locator("summary").click()
    await waiting.get_by_label("Reason").fill("Asked, fine")
    await waiting.get_by_role("button", name="Let it go on").click()
    await expect(waiting).to_have_count(0)
