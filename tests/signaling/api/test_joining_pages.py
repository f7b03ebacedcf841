"""Somebody becomes a partner and adds his staff: in a browser, on a phone's screen."""

import pytest
from playwright.async_api import expect

from signaling.api.joining import FILED
from tests.signaling.api.test_partners_pages import log_in, shot

pytestmark = pytest.mark.asyncio(loop_scope="session")  # one browser for all, on the session's loop


@pytest.fixture
def shop(seen_shop):
    return seen_shop


async def fill(page, user="ann"):
    for label, value in (
        ("Name of your shop", "Ann's"),
        ("Your name", "Ann Li"),
        ("Phone", "13800138000"),
        ("Login name you would like", user),
        ("Password (at least 8 characters)", "long enough"),
    ):
        await page.get_by_label(label).fill(value)
    await page.get_by_role("button", name="Send").click()


async def test_from_the_form_to_the_desk_and_its_staff(shop, page):
    base = (await shop.visitor()).base
    await page.goto(f"{base}/apply/{shop.merchant.merchant}")
    await shot(page, "apply")
    await fill(page, user="boss")
    await expect(page.get_by_text("this name is taken")).to_be_visible()
    await fill(page)
    await expect(page.get_by_text("It waits to be decided.")).to_be_visible()
    mine = page.url
    await shot(page, "apply-sent")
    await page.goto(f"{base}/hq#channels")
    await log_in(page, "boss")
    await page.get_by_text("Ann Li").scroll_into_view_if_needed()
    await shot(page, "hq-applications")
    await page.get_by_role("button", name="Approve").click()
    await expect(page.get_by_text("approved", exact=True)).to_be_visible()
    await page.goto("about:blank")
    await page.goto(mine)
    await expect(page.get_by_role("link", name="To your desk")).to_be_visible()
    await shot(page, "apply-approved")
    await page.context.clear_cookies()
    await page.goto(f"{base}/desk")
    await page.fill("input[name=user]", "ann")
    await page.fill("input[name=password]", "long enough")
    await page.click("button.main")
    staff = page.get_by_role("region", name="Staff")
    await staff.get_by_label("Login name").fill("clerk")
    await staff.get_by_label("Password (at least 8 characters)").fill("long enough")
    await staff.get_by_role("button", name="Add").click()
    await expect(staff.get_by_text("clerk")).to_be_visible()
    await shot(page, "desk-staff")
    await staff.get_by_role("button", name="Remove clerk").click()
    await expect(staff.get_by_text("clerk")).to_have_count(0)
    assert FILED[1] >= 2  # the form was sent twice


async def test_more_applications_are_shown_when_asked_for(shop, page):
    ann, here = await shop.visitor(), f"/api/v1/merchants/{shop.merchant.merchant}"
    for user in ("first", "second", "third"):
        form = {"shop": f"The {user}", "name": "Li", "phone": "13800138000", "user": user, "password": "long enough"}
        assert (await ann("POST", f"{here}/applications", form))[0] == 201

    async def short(route):  # pages of one
        await route.continue_(url=route.request.url.replace("limit=50", "limit=1"))

    await page.route("**/api/v1/hq/applications?*", short)
    await page.goto(f"{ann.base}/hq#channels")
    await log_in(page, "boss")
    panel = page.get_by_role("region", name="Applications")
    more = panel.get_by_role("button", name="Show more")
    for shown in ("third", "second", "first"):
        await expect(panel.get_by_role("listitem").last).to_contain_text(f"The {shown}")
        if shown != "first":
            await more.click()
    await expect(panel.get_by_role("listitem")).to_have_count(3)
    await expect(more).to_have_count(0)


async def test_an_invitation_that_was_used_says_so(shop, page):
    boss = await shop.visitor()
    await boss.log_in()
    await boss("PUT", "/api/v1/hq/partners/terms", {"passing_days": 30, "approve_invited": False})
    _, made = await boss("POST", "/api/v1/hq/invitations", {"parent": shop.north.channel})
    token = made["url"].split("#")[1]
    address = f"{boss.base}/apply/{shop.merchant.merchant}#{token}"
    await page.goto(address)
    await expect(page.get_by_text("You are invited to join below North.")).to_be_visible()
    await shot(page, "invited")
    await fill(page)
    await expect(page.get_by_role("link", name="To your desk")).to_be_visible()
    await page.goto("about:blank")
    await page.goto(address)
    await expect(page.get_by_text("This invitation was used already.")).to_be_visible()
    await expect(page.get_by_role("button", name="Send")).to_have_count(0)
