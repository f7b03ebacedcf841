"""HQ's page: what is done there is in the rooms, and what happens in the rooms is there."""

import re

import pytest
from playwright.async_api import Page, expect

pytestmark = pytest.mark.asyncio(loop_scope="session")  # one browser for all, on the session's loop

DESK = {"width": 1280, "height": 900}
FRAMES = "video => video.getVideoPlaybackQuality().totalVideoFrames"


@pytest.fixture(scope="module")
def studio(start_demo):
    """A server of its own: shows are paused and ended here."""
    demo = start_demo()
    yield demo
    demo.stop()


async def enter(visit, server, **options) -> Page:
    page = await visit(server.addresses["hq"]["url"], size=DESK, **options)
    await page.get_by_label("User").fill(server.addresses["hq"]["user"])
    await page.get_by_label("Password").fill(server.addresses["hq"]["password"])
    await page.get_by_role("button", name="Log in").click()
    await page.get_by_role("navigation").wait_for()
    return page


def room_of(server, name: str) -> str:
    return next(room["url"] for room in server.addresses["rooms"] if room["room"] == name)


async def test_a_wrong_password_stays_outside(visit, shop):
    page = await visit(shop.addresses["hq"]["url"], size=DESK)
    await page.get_by_label("User").fill("hq")
    await page.get_by_label("Password").fill("guessed")
    await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_role("alert")).not_to_be_empty()
    await expect(page.get_by_role("navigation")).to_have_count(0)


async def test_a_login_outlives_a_reload_and_ends_with_logout(visit, shop):
    page = await enter(visit, shop)
    await page.reload()
    await page.get_by_role("button", name="Log out").click()
    await page.get_by_label("Password").wait_for()
    await page.reload()
    await page.get_by_label("Password").wait_for()


async def test_a_new_stream_key_is_shown_once(visit, studio):
    page = await enter(visit, studio)
    encoder = page.get_by_role("region", name="Encoder")
    await expect(encoder.get_by_text(re.compile(r"^rtmp://.+/live$"))).to_be_visible()
    await encoder.get_by_role("button", name="New key: Backup key").click()
    await encoder.get_by_role("alert").get_by_role("button", name="New key").click()
    await encoder.get_by_text("Copy it now.").wait_for()
    key = await encoder.locator("code").filter(has_text=re.compile(r"^[0-9a-z]{32,}$")).text_content()
    await expect(encoder.get_by_text(f"ends in {key[-4:]}")).to_be_visible()
    await page.reload()
    await encoder.get_by_text(f"ends in {key[-4:]}").wait_for()
    await expect(encoder.get_by_text(key)).to_have_count(0)


async def test_a_pin_and_a_take_off_are_seen_in_the_room_at_once(visit, studio):
    page, room = await enter(visit, studio), await visit(room_of(studio, "north"))
    now = room.get_by_role("region", name="Now showing")
    await expect(now).to_contain_text("Spring green tea")
    shelf = page.get_by_role("region", name="Shelf")
    await shelf.get_by_role("button", name="Pin: Noodle bowl").click()
    await expect(now).to_contain_text("Noodle bowl")
    await shelf.get_by_role("button", name="Take off the shelf: Noodle bowl").click()
    await expect(now).to_have_count(0)
    await shelf.get_by_role("button", name="Put on the shelf: Noodle bowl").click()
    await room.get_by_role("button", name=re.compile(r"^Shelf \(4\)")).wait_for()


async def test_a_viewer_is_counted_in_his_channel(visit, studio):
    page = await enter(visit, studio)
    row = page.locator("tr[data-room=garden]")
    await expect(row.get_by_role("cell").nth(1)).to_have_text("0")
    room = await visit(room_of(studio, "garden"))
    await expect(row.get_by_role("cell").nth(1)).to_have_text("1")
    await room.close()
    await expect(row.get_by_role("cell").nth(1)).to_have_text("0")


async def test_a_new_product_is_checked_and_sold(visit, studio):
    page = await enter(visit, studio)
    await page.get_by_role("link", name="Products").click()
    form = page.get_by_role("region", name="New product")
    await form.get_by_label("Name").fill("Tea pot")
    await form.get_by_label("Price (CNY)").fill("29,90")
    await form.get_by_label("Stock").fill("4")
    await form.get_by_role("button", name="Create").click()
    await expect(form.get_by_label("Price (CNY)")).to_have_accessible_description("Not an amount.")
    await form.get_by_label("Price (CNY)").fill("29.90")
    await form.get_by_role("button", name="Create").click()
    row = page.locator("tr[data-sku]").filter(has_text="Tea pot")
    await expect(row).to_contain_text("¥29.90")
    await row.get_by_role("spinbutton", name="Goods came in: Tea pot Tea pot").fill("6")
    await row.get_by_role("button", name="Save: Tea pot Tea pot").click()
    await expect(row.get_by_role("cell").nth(2)).to_have_text("10")


BUY = """async () => {
    const room = location.pathname.replace("/r/", "/api/v1/rooms/");
    const ask = (url, body) => fetch(url, body && {
        method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(body),
    }).then((answer) => answer.json());
    const sku = (await ask(room)).shelf[0].skus[0].sku;
    const contact = {name: "Ann", phone: "13800138000", address: "1 Pier Road"};
    const order = await ask(`${room}/orders`, {client_order_id: "order-0001", contact, lines: [{sku, quantity: 2}]});
    await ask(`/api/v1/payments/sandbox/${order.payment.payment}`, {outcome: "pay"});
    return order.order;
}"""


async def refund_one(card):
    """Of two units; what was paid for it is proposed. It comes back when its money has been given back."""
    await card.get_by_text("Refund", exact=True).first.click()
    form = card.locator("fenbo-refund-form")
    amount = form.get_by_label("Amount")
    whole = float(await amount.get_attribute("placeholder"))
    await form.get_by_role("button", name="One more").first.click()
    assert float(await amount.get_attribute("placeholder")) * 2 == whole
    await form.get_by_label("They came back: put them on the shelf").wait_for()
    await amount.fill(f"{whole:.2f}")
    await form.get_by_role("button", name="Refund").click()
    await expect(form.get_by_label("Amount")).to_have_attribute("aria-invalid", "true")
    await amount.fill("")
    await form.get_by_role("button", name="Refund").click()
    await expect(card.get_by_text("2 (1 refunded)")).to_be_visible()
    await card.get_by_role("button", name="Put on the shelf: ").click()
    await expect(card.get_by_text("back on the shelf", exact=True)).to_be_visible()


async def test_an_order_is_sent_refunded_and_exported(visit, studio):
    room = await visit(room_of(studio, "north"))
    order = await room.evaluate(BUY)
    page = await enter(visit, studio)
    await page.get_by_role("link", name="Orders").click()
    await page.get_by_role("button", name=order).click()
    card = page.get_by_role("region", name=f"Order {order}")
    await expect(card.get_by_text("Ann, 13800138000, 1 Pier Road")).to_be_visible()
    await card.get_by_role("button", name="Mark as shipped").click()
    await expect(card.get_by_text("Shipped", exact=True)).to_be_visible()
    await refund_one(card)
    await room.reload()
    await room.get_by_role("button", name="My orders").click()
    await room.get_by_role("listitem").get_by_role("button").first.click()
    await expect(room.get_by_text("1 refunded", exact=True)).to_be_visible()
    await card.get_by_text("Refund", exact=True).first.click()
    await card.get_by_role("button", name="Refund").click()
    await expect(card.get_by_text("Refunded", exact=True).first).to_be_visible()
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Orders as CSV").click()
    sheet = await (await download.value).path()
    assert order in sheet.read_text("utf-8")


async def test_a_new_channel_has_a_room_and_links(visit, studio):
    page = await enter(visit, studio)
    await page.get_by_role("link", name="Channels").click()
    form = page.get_by_role("region", name="New channel")
    await form.get_by_label("Name").fill("Mill Lane")
    await form.get_by_label("Room address (optional)").fill("North")
    await form.get_by_role("button", name="Create").click()
    await expect(form.get_by_label("Room address (optional)")).to_have_attribute("aria-invalid", "true")
    await form.get_by_label("Room address (optional)").fill("mill-lane")
    await form.get_by_role("button", name="Create").click()
    card = page.get_by_role("article").filter(has=page.get_by_role("heading", name="Mill Lane"))
    await card.get_by_role("button", name="New link").click()
    link = await card.locator("code").filter(has_text="/s/").text_content()
    await card.get_by_text("Room settings").click()
    await card.get_by_label("Notice").fill("Closed on Mondays")
    await card.get_by_role("button", name="Save").click()
    await card.get_by_text("Saved").wait_for()
    room = await visit(link)
    assert room.url.endswith("/r/mill-lane")
    await room.get_by_text("Closed on Mondays").wait_for()


async def end_what_another_paused(page, control):
    """What was pressed was meant for another state of the show, so nothing is done and it is said."""

    async def paused(route):
        answer = await route.fetch()
        await route.fulfill(response=answer, json=await answer.json() | {"state": "paused"})

    await page.route(re.compile(r"/api/v1/hq/shows/\w+$"), paused)
    await control.get_by_role("button", name="End the show").click()
    await control.get_by_role("button", name="Yes, end it").click()
    await expect(control.get_by_role("alert").last).to_contain_text("Somebody else has changed it meanwhile")
    await page.unroute_all()
    await control.get_by_role("button", name="Pause").wait_for()


async def test_the_show_is_paused_ended_and_announced_in_all_rooms(visit, studio):
    page = await enter(visit, studio)
    rooms = [await visit(room_of(studio, name)) for name in ("north", "garden")]

    async def all_say(words: str) -> None:
        for room in rooms:
            await room.get_by_text(words).wait_for()

    control = page.get_by_role("region", name="Show", exact=True)
    for room in rooms:  # nobody publishes: the slate does
        await expect(room.locator("[data-way]")).to_be_visible()
    await page.get_by_text("Viewers see: the slate").wait_for()
    await control.get_by_role("button", name="Pause").click()
    await all_say("The host will be right back.")
    for room in rooms:  # the same player goes on beneath the words
        video = await room.locator("video").element_handle()
        await room.wait_for_function(
            f"([video, before]) => ({FRAMES})(video) > before", arg=[video, await video.evaluate(FRAMES)]
        )
    await control.get_by_role("button", name="Go on").click()
    for room in rooms:
        await expect(room.locator("[data-way]")).to_be_visible()
    await end_what_another_paused(page, control)
    await control.get_by_role("button", name="End the show").click()
    await control.get_by_role("button", name="Yes, end it").click()
    await all_say("Thank you for watching.")
    await control.get_by_label("Title").fill("The next one")
    await control.get_by_label("Starts at").fill("2099-01-01T20:00")
    await control.get_by_role("button", name="Create").click()
    await all_say("Starts in")
    for room in rooms:
        await expect(room.get_by_role("timer")).to_contain_text("days")


async def test_the_browser_s_camera_is_previewed_and_then_live_in_the_room(visit, studio):
    page, room = await enter(visit, studio), await visit(room_of(studio, "harbour"))
    control = page.get_by_role("region", name="Show", exact=True)
    start, end = (control.get_by_role("button", name=name) for name in ("Start the show", "End the show"))
    await start.or_(end).wait_for()
    if await end.count():  # the demo's own show: a new one is announced
        await end.click()
        await control.get_by_role("button", name="Yes, end it").click()
        await control.get_by_label("Title").fill("From the camera")
        await control.get_by_role("button", name="Create").click()
    sender = page.get_by_role("region", name="Go live from this browser")
    await sender.get_by_label("Stream key").fill("a guess")
    await sender.get_by_role("button", name="Camera").click()
    await expect(sender.get_by_role("alert")).not_to_be_empty()
    await sender.get_by_label("Stream key").fill(studio.addresses["stream_key"])
    await sender.get_by_role("button", name="Camera").click()
    await sender.get_by_text("Sending", exact=True).wait_for()
    await expect(page.get_by_label("Preview")).to_have_attribute("data-phase", "playing")
    await page.get_by_role("region", name="On air").get_by_text(re.compile("^h264 1280x720")).wait_for()
    await expect(room.locator("[data-way]")).to_have_count(0)
    await start.click()
    await expect(room.locator("[data-way]")).to_be_visible()
    await sender.get_by_role("button", name="Stop sending").click()
    await page.get_by_text("Nothing is being sent.").wait_for()
