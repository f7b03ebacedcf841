import aiohttp
import pytest

from commerce.errors import Unavailable
from signaling.api.hq_orders import HqOrders
from signaling.api.models_hq import Overview

CONTACT = {"name": "Ann", "phone": "12345", "address": "1 Pier Road"}


@pytest.fixture
async def screen():
    """`screen(visitor, **more)` opens one; all are closed at the end."""
    open_ones = []

    async def opened(visitor, **more):
        open_ones.append(await visitor.client.ws_connect(f"{visitor.base}/hq/ws", **more))
        return open_ones[-1]

    yield opened
    for each in open_ones:
        await each.close()


async def wait_for(ws, kind, holds=lambda message: True):
    while True:
        message = await ws.receive_json(timeout=30)
        if message["type"] == kind and holds(message):
            return message


async def test_an_order_shows_at_once_and_the_overview_follows(shop, screen):
    boss = await shop.visitor()
    await boss.log_in()
    ws = await screen(boss)
    first = await ws.receive_json(timeout=30)
    assert first.pop("type") == "overview"
    Overview.model_validate(first)
    buyer = await shop.visitor()
    body = {"client_order_id": "order-0001", "contact": CONTACT, "lines": [{"sku": shop.sku, "quantity": 1}]}
    _, order = await buyer("POST", "/api/v1/rooms/north/orders", body)
    assert (await wait_for(ws, "order"))["order"] == order
    overview = await wait_for(ws, "overview", lambda message: message["latest_orders"])
    assert overview["latest_orders"][0]["order"] == order["order"]


async def test_members_are_counted_live(shop, screen):
    boss = await shop.visitor()
    await boss.log_in()
    ws = await screen(boss)
    member = await (await shop.visitor()).enter("south")
    overview = await wait_for(ws, "overview", lambda message: message["viewers"] == 1)
    assert {each["name"]: each["viewers"] for each in overview["channels"]}["South"] == 1
    await member.ws.close()
    await wait_for(ws, "overview", lambda message: message["viewers"] == 0)


async def test_only_who_is_logged_in_and_only_from_our_own_pages(shop, screen):
    visitor = await shop.visitor()
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await screen(visitor)
    assert refused.value.status == 401
    await visitor.log_in()
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await screen(visitor, origin="https://evil.example")
    assert refused.value.status == 403
    ws = await screen(visitor, origin=visitor.base)
    assert (await ws.receive_json(timeout=30))["type"] == "overview"
    await ws.close()


async def test_a_screen_closes_when_its_session_is_over(open_shop, monkeypatch, screen):
    monkeypatch.setattr("signaling.app.SESSION_SECONDS", 0.05)
    shop = await open_shop()
    boss, other = await shop.visitor(), await shop.visitor()
    await boss.log_in()
    await other.log_in()
    ws, open_one = await screen(boss), await screen(other)
    await wait_for(ws, "overview")
    await wait_for(open_one, "overview")
    assert (await boss("POST", "/api/v1/hq/logout"))[0] == 204
    while (message := await ws.receive(timeout=30)).type is aiohttp.WSMsgType.TEXT:
        pass
    assert (message.type, ws.close_code) == (aiohttp.WSMsgType.CLOSE, 4401)
    assert not open_one.closed


async def test_what_breaks_after_the_upgrade_is_a_close_code(shop, monkeypatch, screen):
    boss = await shop.visitor()
    await boss.log_in()

    async def failing(_):
        raise Unavailable("gone")

    monkeypatch.setattr(HqOrders, "of", failing)
    ws = await screen(boss)
    assert (await ws.receive(timeout=30)).type is aiohttp.WSMsgType.CLOSE
    assert ws.close_code == aiohttp.WSCloseCode.INTERNAL_ERROR


async def test_the_screens_of_one_merchant_are_bounded(shop, monkeypatch, screen):
    monkeypatch.setattr("signaling.hq_ws.SCREENS_MAX", 2)
    boss = await shop.visitor()
    await boss.log_in()
    open_ones = [await screen(boss) for _ in range(2)]
    for each in open_ones:
        await wait_for(each, "overview")
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await screen(boss)
    assert refused.value.status == 429
