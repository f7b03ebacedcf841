"""HQ connects WeChat Pay in its page, a buyer pays by QR code in a room, and HQ sees the money go back."""

import re

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.commerce.payments.wechat_fake import WeChatFake
from tests.web.test_buying import PAID, fill_contact, orders_of, placing
from tests.web.test_headquarters import enter, room_of

pytestmark = pytest.mark.asyncio(loop_scope="session")  # one browser for all, on the session's loop


@pytest_asyncio.fixture(loop_scope="session")
async def wechat():
    fake = WeChatFake()
    await fake.start()
    yield fake
    await fake.close()


@pytest.fixture
def server(start_demo, wechat):
    demo = start_demo(FENBO_PAYMENTS__WECHAT_URL=wechat.url)
    yield demo
    demo.stop()


async def connect(page, wechat) -> str:
    """Fills in the credentials; answers the webhook's address, as the page shows it."""
    await page.get_by_role("link", name="Money").click()
    ours = page.locator("[data-provider=wechat]")
    await ours.locator("summary").click()
    names = {
        "mch_id": "Merchant number",
        "app_id": "App id",
        "cert_serial": "Serial number of the merchant certificate",
    }
    names |= {"private_key": "Private key (PEM)", "api_v3_key": "API v3 key"}
    names |= {"public_key": "WeChat Pay public key (PEM)", "public_key_id": "Id of the public key"}
    given = wechat.credentials(public_key=True)
    for name, label in names.items():
        await ours.get_by_label(re.compile("^" + re.escape(label))).fill(
            given[name] if name != "private_key" else "none"
        )
    await ours.get_by_role("button", name="Connect").click()
    await expect(ours.get_by_label(names["private_key"])).to_have_attribute("aria-invalid", "true")
    await ours.get_by_label(names["private_key"]).fill(given["private_key"])
    await ours.get_by_role("button", name="Connect").click()
    await ours.get_by_role("button", name="Test call").click()
    await ours.get_by_text("It works (1900000109).").wait_for()
    assert "PRIVATE" not in await page.content()
    return await ours.locator("code").text_content()


async def test_from_the_credentials_to_the_refund(visit, server, wechat):
    hq = await enter(visit, server)
    webhook = await connect(hq, wechat)

    page = await visit(room_of(server, "north"))
    await page.get_by_role("button", name=re.compile(r"^Shelf")).click()
    await page.get_by_role("button", name="Buy Evening lamp").click()  # one
    await fill_contact(page)
    await placing(page).click()  # two
    await expect(page.get_by_role("button", name="Let it fail")).to_have_count(0)
    await page.get_by_role("button", name="Pay ¥159.00 with WeChat Pay").click()  # three
    await page.get_by_role("img", name="Scan this with WeChat Pay").wait_for()
    (order,) = await orders_of(page)
    trade = f"{order['payment']['payment']}-1"
    wechat.pay(trade)
    headers, body = wechat.notice(trade, amount={"total": 15_900, "currency": "CNY"})
    async with aiohttp.ClientSession() as session, session.post(webhook, data=body, headers=headers) as answer:
        assert answer.status == 204
    await page.get_by_text(PAID).wait_for()

    wechat.refund_status = "ABNORMAL"
    await hq.get_by_role("link", name="Orders").click()
    await hq.get_by_role("button", name=f"Open order {order['order']}").click()
    await hq.locator("summary", has_text="Refund").click()
    await hq.get_by_role("button", name="Refund", exact=True).click()
    given = hq.get_by_role("region", name="Refunds at the provider")
    await given.get_by_text("ABNORMAL").wait_for()
    await given.locator("summary").click()
    await given.get_by_label("Why").fill("in cash, at the shop")
    await given.get_by_role("button", name="End it").click()
    await given.locator(".tag", has_text="paid in another way").wait_for()
    await expect(given.get_by_role("button", name="Try again")).to_have_count(0)
