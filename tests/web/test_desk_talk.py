"""A channel's assistant at the desk: added there by its owner, he keeps order in its room, on a phone."""

import asyncio

import pytest
from playwright.async_api import expect

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120, func_only=True)]

PASSWORD = "long enough"
LOOK_MS = 5_000  # web/src/desk/fenbo-desk.ts


@pytest.fixture(scope="module")
def hall(start_demo):
    """A server of its own: people are banned here."""
    demo = start_demo()
    yield demo
    demo.stop()


async def log_in(page, user, password):
    await page.get_by_label("User").fill(user)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Log in").click()


async def say(room, text):
    await room.get_by_role("textbox", name="Say something").fill(text)
    await room.get_by_role("button", name="Send").click()


async def partner(browser, hall, user):
    """The address of the room of a partner who has applied and whom HQ has taken: he logs in as `user`."""
    hq, base = hall.addresses["hq"], hall.http
    context = await browser.new_context()

    async def ask(method, path, body=None, **headers):
        answer = await context.request.fetch(f"{base}/api/v1{path}", method=method, data=body, headers=headers)
        assert answer.ok, await answer.text()
        return await answer.json()

    me = await ask("POST", "/hq/login", {"user": hq["user"], "password": hq["password"]})
    form = {"shop": "Ann's", "name": "Ann Li", "phone": "13800138000", "user": user, "password": PASSWORD}
    await ask("POST", f"/merchants/{me['merchant']['id']}/applications", form)
    found = next(each for each in await ask("GET", "/hq/applications") if each["user"] == user)
    path = f"/hq/applications/{found['application']}/approve"
    await ask("POST", path, {"room": f"{user}s"}, **{"X-CSRF-Token": me["csrf"]})
    await context.close()
    return f"{base}/r/{user}s"


async def test_an_assistant_is_added_and_bans_from_his_room_alone(visit, browser, hall):
    room, desk = await partner(browser, hall, "ann"), f"{hall.http}/desk"
    owner = await visit(desk)
    await log_in(owner, "ann", PASSWORD)
    staff = owner.get_by_role("region", name="Staff")
    await staff.get_by_label("Login name").fill("helper")
    await staff.get_by_label("Password").fill(PASSWORD)
    await staff.get_by_label("What this login is for").select_option("channel_assistant")
    await staff.get_by_role("button", name="Add").click()
    await expect(staff.get_by_role("listitem")).to_contain_text(["Order in the room, nothing else"])
    helper = await visit(desk)
    await log_in(helper, "helper", PASSWORD)
    own = helper.get_by_role("region", name="What is said in your room")
    await own.wait_for()
    await expect(helper.get_by_text("What you earn")).to_have_count(0)
    there = await visit(room)
    await say(there, "@host is it fresh?")
    waiting = helper.get_by_role("region", name="Waiting for you")
    await waiting.get_by_label("Your answer to the room").fill("Picked today")
    await waiting.get_by_role("button", name="Answer").click()
    await expect(there.get_by_role("log")).to_contain_text("Picked today")
    await own.get_by_role("button", name="Ban: ").first.click()
    await expect(own.get_by_label("Where")).to_have_count(0)
    await own.get_by_label("Reason (the viewer reads it)").fill("Enough")
    await own.get_by_role("form").get_by_role("button", name="Ban").click()
    await expect(there.get_by_text("Enough")).to_be_visible()
    log = helper.get_by_role("region", name="Log")
    await expect(log.get_by_role("row").nth(1)).to_contain_text("banned")
    await there.goto(hall.addresses["rooms"][0]["url"])
    await say(there, "welcome elsewhere")
    await expect(there.get_by_role("log")).to_contain_text("welcome elsewhere")


async def test_a_desk_stays_while_the_server_is_away_and_goes_at_logout_for_good(visit, browser, hall):
    await partner(browser, hall, "bea")
    page, go = await visit(f"{hall.http}/desk"), asyncio.Event()
    await log_in(page, "bea", PASSWORD)
    earned = page.get_by_role("heading", name="What you earn")
    await earned.wait_for()
    await page.clock.install()  # it looks every five seconds: they are not waited for
    await page.reload()
    await earned.wait_for()
    claims = page.get_by_role("region", name="Staff").get_by_label("Login name")
    await claims.fill("typed")
    await page.route("**/api/v1/desk", lambda route: route.abort())
    for _ in range(2):
        async with page.expect_event("requestfailed"):
            await page.clock.fast_forward(LOOK_MS)
    await expect(claims).to_have_value("typed")

    async def late(route):
        answer = await route.fetch()  # while the session is still good
        await go.wait()
        await route.fulfill(response=answer)

    await page.unroute("**/api/v1/desk")
    await page.route("**/api/v1/desk", late)
    async with page.expect_request("**/api/v1/desk"):
        await page.clock.fast_forward(LOOK_MS)
    await page.get_by_role("button", name="Log out").click()
    await page.get_by_label("Password").wait_for()
    async with page.expect_response("**/api/v1/desk"):
        go.set()
    await expect(earned).to_have_count(0)
    await expect(page.get_by_label("Password")).to_be_visible()
