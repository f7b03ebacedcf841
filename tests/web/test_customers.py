"""The buyer's own in Chromium: logging in, addresses, three taps to a paid order, after-sales with HQ in it."""

import asyncio
import re

import pytest
from playwright.async_api import Page, expect

from signaling.viewers import COOKIE
from tests.web.test_headquarters import enter

pytestmark = pytest.mark.asyncio(loop_scope="session")  # one browser for all, on the session's loop

CONTACT = {"Name": "Ann Example", "Phone": "+49 30 1234567", "Address": "1 Harbour Street"}
PAID = "Paid. The shop has your order."
COUNT_TAPS = "addEventListener('click', event => { if (event.isTrusted) window.taps = (window.taps ?? 0) + 1 }, true)"
SAID_SECONDS_MAX = 30.0
CODE = re.compile(r"code for \S+: (\d{6})")


@pytest.fixture(scope="module")
def store(start_demo):
    """A server of its own: codes are read from its log, one phone is asked for once."""
    demo = start_demo()
    yield demo
    demo.stop()


@pytest.fixture
def doors(store):
    return {room["room"]: room["url"] for room in store.addresses["rooms"]}


async def fill_contact(page: Page) -> None:
    for label, value in CONTACT.items():
        await page.get_by_label(label, exact=True).fill(value)


async def code_for(
    page: Page, store, phone: str, label="Phone number", send="Send me a code", said="A code was sent to"
) -> str:
    """Asks for a code on the page's form; what came."""
    sent = len(CODE.findall(store.log))
    await page.get_by_label(label).fill(phone)
    await page.get_by_role("button", name=send).click()
    await page.get_by_text(said).wait_for()
    async with asyncio.timeout(SAID_SECONDS_MAX):  # what the server prints comes by another road than its answer
        while len(found := CODE.findall(store.log)) == sent:
            await page.wait_for_timeout(20)
    assert len(found) == sent + 1
    return found[-1]


async def log_in(page: Page, store, phone: str) -> None:
    await page.get_by_label("Code", exact=True).fill(await code_for(page, store, phone))
    await page.get_by_role("button", name="Log in", exact=True).click()


async def order_one(page: Page) -> None:
    await page.get_by_role("button", name=re.compile(r"^Shelf")).click()
    await page.get_by_role("button", name="Buy Evening lamp").click()


async def pay(page: Page) -> None:
    await page.get_by_role("button", name="Pay ¥").click()
    await page.get_by_text(PAID).wait_for()


async def test_a_guest_logs_in_at_the_checkout_keeps_his_address_and_then_buys_with_three_taps(visit, store, doors):
    page = await visit(doors["north"])
    await order_one(page)
    await page.get_by_role("button", name="Log in with your phone").click()
    await log_in(page, store, "13800138001")
    await fill_contact(page)
    await page.get_by_label("Note to the shop").fill("ring twice")
    await page.get_by_role("button", name="Place order").click()
    await pay(page)
    await page.get_by_role("button", name="Back to the show").click()

    await page.reload()
    await page.get_by_role("button", name=re.compile(r"^Shelf")).wait_for()
    await page.evaluate(COUNT_TAPS)
    await order_one(page)
    await expect(page.get_by_role("radio", checked=True)).to_have_count(1)
    await expect(page.get_by_text("A********** +49*******4567")).to_be_visible()
    await page.get_by_role("button", name="Place order").click()
    await pay(page)
    assert await page.evaluate("taps") - 1 == 3, "after the shelf is open: buy, place, pay"


async def test_a_wrong_code_is_said_at_its_field_and_logging_out_forgets(visit, store, doors):
    page = await visit(doors["harbour"])
    other = await visit(doors["harbour"], context=page.context)
    await other.get_by_role("button", name="My orders").click()
    await page.get_by_role("button", name="My orders").click()
    await page.get_by_role("button", name="Log in with your phone").click()
    await page.get_by_role("button", name="Send me a code").click()
    await expect(page.get_by_label("Phone number")).to_have_accessible_description("Please fill this in.")
    code = await code_for(page, store, "13800138002")
    await page.get_by_label("Code", exact=True).fill(f"{(int(code) + 1) % 10**6:06d}")
    await page.get_by_role("button", name="Log in", exact=True).click()
    await expect(page.get_by_label("Code", exact=True)).to_have_accessible_description(re.compile("tries left: 4"))
    await page.get_by_label("Code", exact=True).fill(code)
    await page.get_by_role("button", name="Log in", exact=True).click()
    for window in (page, other):
        await window.get_by_text("Logged in as +86138****8002").wait_for()

    await page.get_by_role("button", name="Add an address").click()
    await fill_contact(page)
    await page.get_by_role("button", name="Save").click()
    await page.get_by_text("first choice").wait_for()
    await page.get_by_role("button", name=re.compile("^Change the address")).click()
    await expect(page.get_by_label("Name", exact=True)).to_have_value(CONTACT["Name"])
    await page.get_by_label("Name", exact=True).fill("Bob Example")
    await page.get_by_role("button", name="Save").click()
    await page.get_by_text("B**********", exact=True).wait_for()
    await page.get_by_role("button", name=re.compile("^Remove the address")).click()
    await page.get_by_text("None yet.").wait_for()
    await page.get_by_role("button", name="Log out").click()
    await page.get_by_role("button", name="Send me a code").wait_for()
    await other.get_by_role("button", name="Log in with your phone").wait_for()
    await page.reload()
    await page.get_by_role("button", name="My orders").click()
    await page.get_by_role("button", name="Log in with your phone").wait_for()


async def test_a_chinese_page_says_at_the_field_in_chinese_what_the_server_refuses(visit, store, doors):
    """The page's language counts, whatever the browser's is."""
    page = await visit(doors["garden"])
    await page.get_by_role("button", name="切换到中文").click()
    await page.get_by_role("button", name="我的订单").click()
    await page.get_by_role("button", name="手机号登录").click()
    code = await code_for(page, store, "13800138004", label="手机号", send="获取验证码", said="验证码已发送")
    await page.get_by_label("验证码", exact=True).fill(f"{(int(code) + 1) % 10**6:06d}")
    await page.get_by_role("button", name="登录", exact=True).click()
    await expect(page.get_by_label("验证码", exact=True)).to_have_accessible_description("不正确，还可试 4 次")


async def test_a_cookie_that_another_planted_opens_nothing_once_somebody_has_logged_in_with_it(visit, store, doors):
    attacker, page = await visit(doors["north"]), await visit(doors["north"])
    await page.context.clear_cookies()
    await page.context.add_cookies([each for each in await attacker.context.cookies() if each["name"] == COOKIE])
    await page.reload()
    await page.get_by_role("button", name=re.compile("^Now showing")).first.click()
    await page.get_by_role("button", name="Add to cart").click()
    await page.get_by_text("Added to the cart").wait_for()
    await page.reload()
    await page.get_by_role("button", name="My orders").click()
    await page.get_by_role("button", name="Log in with your phone").click()
    await log_in(page, store, "13800138003")
    await page.get_by_text("Logged in as +86138****8003").wait_for()
    await page.reload()
    await page.get_by_role("button", name="Cart (1)").wait_for()
    api = doors["north"].replace("/r/", "/api/v1/rooms/")
    for path in ("/customer", "/cart", "/orders"):
        assert (await attacker.context.request.get(api + path)).status == 409, path


async def test_money_comes_back_after_the_goods_do(visit, store, doors):
    page = await visit(doors["garden"])
    await order_one(page)
    await fill_contact(page)
    await page.get_by_role("button", name="Place order").click()
    await pay(page)
    number = await page.locator("fenbo-order dd").nth(2).text_content()

    hq = await enter(visit, store)
    await hq.get_by_role("link", name="Orders").click()
    await hq.locator("fenbo-hq-orders select").nth(1).select_option("garden")
    await hq.get_by_role("button", name=f"Open order {number}").click()
    await hq.get_by_text(re.compile(r"into the show; pinned: ")).wait_for()
    await hq.get_by_role("button", name="Mark as shipped").click()

    async def open_order() -> None:
        await page.reload()
        await page.get_by_role("button", name="My orders").click()
        await page.get_by_role("listitem").get_by_role("button").first.click()

    await open_order()
    await page.get_by_role("button", name="Ask for money back").click()
    await page.get_by_label("Why").fill("the lamp stays dark")
    await page.get_by_role("button", name="Send the request").click()
    await page.get_by_text("Waiting for the shop").wait_for()
    waiting = hq.get_by_role("region", name="After-sales, waiting")
    await waiting.get_by_text("Buyer: the lamp stays dark").wait_for()
    await waiting.get_by_role("button", name=f"Refuse: order {number}").click()
    await expect(waiting.get_by_role("alert")).to_have_text("Please fill this in.")
    await waiting.get_by_label("Answer").fill("please send it")
    await waiting.get_by_role("button", name=f"Agree: order {number}").click()

    await waiting.get_by_text("Agreed: the buyer has to send").wait_for()
    await open_order()
    await page.get_by_text("The shop says: please send it").wait_for()
    await page.get_by_label("Carrier's number").fill("SF100")
    await page.get_by_role("button", name="I have sent it").click()
    await waiting.get_by_text("Sent back: SF100").wait_for()
    await waiting.get_by_role("button", name=f"Goods are back: refund: order {number}").click()
    await waiting.get_by_text("No case waits.").wait_for()
    await open_order()
    await page.get_by_text("Money given back").wait_for()
