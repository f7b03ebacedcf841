"""Webhooks on HQ's page: after an import it says that a receiver has the secret of another installation."""

import json

import pytest
from playwright.async_api import expect

from tests.web.test_headquarters import enter

pytestmark = pytest.mark.asyncio(loop_scope="session")  # one browser for all, on the session's loop


async def test_an_imported_webhook_asks_for_another_secret_and_shows_it_once(visit, shop):
    page = await enter(visit, shop)
    await page.get_by_role("link", name="Programs").click()
    await page.get_by_text("New webhook").click()
    await page.get_by_label("Address").fill("https://shop.example/hook")
    await page.get_by_label("order.paid", exact=True).check()
    await page.get_by_role("region", name="Webhooks").get_by_role("button", name="Create").click()
    secret = page.get_by_text("Copy the secret now").locator("code")
    first = await secret.text_content()

    async def imported(route):
        answer = await route.fetch()
        hooks = await answer.json()
        await route.fulfill(response=answer, body=json.dumps([hook | {"handed": False} for hook in hooks]))

    await page.route("**/api/v1/hq/webhooks?*", imported)
    await page.reload()
    await page.get_by_text("came with an import").wait_for()
    await page.unroute_all()
    await page.get_by_role("button", name="New secret").click()
    await secret.wait_for()
    assert await secret.text_content() != first
    await expect(page.get_by_text("came with an import")).to_have_count(0)
