"""Order in the rooms: what HQ decides on its page is on the viewer's page at once, and his appeal is at HQ."""

import pytest
from playwright.async_api import expect

pytestmark = pytest.mark.asyncio(loop_scope="session")  # one browser for all, on the session's loop

DESK = {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def hall(start_demo):
    """A server of its own: people are muted here."""
    demo = start_demo()
    yield demo
    demo.stop()


async def hq(visit, server):
    page = await visit(server.addresses["hq"]["url"] + "#talk", size=DESK)
    await page.get_by_label("User").fill(server.addresses["hq"]["user"])
    await page.get_by_label("Password").fill(server.addresses["hq"]["password"])
    await page.get_by_role("button", name="Log in").click()
    await page.get_by_role("region", name="Look into a room").wait_for()
    return page


async def say(room, text):
    await room.get_by_role("textbox", name="Say something").fill(text)
    await room.get_by_role("button", name="Send").click()


async def test_a_viewer_is_muted_asks_again_and_may_speak(visit, hall):
    page = await hq(visit, hall)
    url = next(room["url"] for room in hall.addresses["rooms"] if room["room"] == "north")
    room = await visit(url)
    await say(room, "buy it elsewhere")
    look = page.get_by_role("region", name="Look into a room")
    await look.get_by_role("combobox", name="Room").select_option("north")
    await look.get_by_text("buy it elsewhere").wait_for()
    await look.get_by_role("button", name="Mute: ").click()
    await look.get_by_label("Reason (the viewer reads it)").fill("No adverts, please")
    await look.get_by_label("Take down what he said").check()
    await look.get_by_role("form").get_by_role("button", name="Mute").click()
    held = room.get_by_role("alert", name="You cannot write here")
    await expect(held).to_contain_text("No adverts, please")
    await expect(room.get_by_role("log")).not_to_contain_text("buy it elsewhere")
    await held.get_by_text("Ask for another look").click()
    await held.get_by_label("What should be known about it?").fill("It was a joke")
    await held.get_by_role("button", name="Send").click()
    await expect(held).to_contain_text("being looked at")
    queue = page.get_by_role("region", name="Waiting for you")
    await expect(queue).to_contain_text("It was a joke")
    await queue.get_by_role("button", name="Lift it").click()
    await expect(held).to_have_count(0)
    log = page.get_by_role("region", name="Log")
    await expect(log.get_by_role("row").nth(1)).to_contain_text("unmuted")


async def test_a_question_is_answered_and_all_rooms_hear_what_hq_says(visit, hall):
    page = await hq(visit, hall)
    rooms = {room["room"]: room["url"] for room in hall.addresses["rooms"]}
    asking, other = await visit(rooms["north"]), await visit(rooms["garden"])
    await say(asking, "@host When does it ship?")
    queue = page.get_by_role("region", name="Waiting for you")
    await queue.get_by_text("When does it ship?").wait_for()
    await queue.get_by_label("Your answer to the room").fill("Tomorrow")
    await queue.get_by_role("button", name="Answer").click()
    await expect(asking.get_by_role("log")).to_contain_text("Tomorrow")
    await page.get_by_label("What should every room hear?").fill("Ten minutes left")
    await page.get_by_role("button", name="Say it").click()
    for room in (asking, other):
        await expect(room.get_by_role("log")).to_contain_text("Ten minutes left")
    await expect(other.get_by_role("log")).not_to_contain_text("Tomorrow")


async def test_a_room_is_passed_on_with_a_poster(visit, hall):
    url = next(room["url"] for room in hall.addresses["rooms"] if room["room"] == "north")
    room = await visit(url)
    await room.get_by_role("button", name="Share").click()
    poster = room.get_by_role("img", name="Poster with your QR code")
    await poster.wait_for()
    await room.wait_for_function(
        "image => image.complete && image.naturalWidth === 750", arg=await poster.element_handle()
    )
    link = await room.locator("fenbo-share code").first.text_content()
    friend = await visit(link)
    await expect(friend).to_have_url(url)
