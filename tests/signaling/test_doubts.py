"""The doubt's cookie by itself; what it means for whose customer somebody is stands in test_entrance."""

from http.cookies import SimpleCookie

from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from signaling.doubts import COOKIE, ROOMS_MAX, Doubts, is_doubtful


def asking(cookie=""):
    return make_mocked_request("GET", "/r/north", headers={"Cookie": f"{COOKIE}={cookie}"} if cookie else {})


def kept(cookie, room, *, doubtful):
    """The cookie that goes out; None when none does."""
    response = web.Response()
    Doubts(secure=True).keep(asking(cookie), response, room, doubtful=doubtful)
    return response.cookies.get(COOKIE)


def test_a_doubt_is_of_its_room_until_it_is_lifted():
    cookie = kept("", "north", doubtful=True)
    assert (cookie.value, cookie["httponly"], cookie["samesite"], cookie["secure"]) == ("north", True, "Lax", True)
    assert is_doubtful(asking(cookie.value), "north")
    assert not is_doubtful(asking(cookie.value), "nor")
    assert not is_doubtful(asking(), "")
    assert kept("north.south", "north", doubtful=False).value == "south"
    gone = kept("north", "north", doubtful=False)
    assert (gone.value, str(gone["max-age"])) == ("", "0")


def test_those_of_whom_there_is_no_doubt_get_no_cookie():
    assert kept("", "north", doubtful=False) is None


def test_a_browser_keeps_so_many_and_the_oldest_go_first():
    before = ".".join(f"room{number}" for number in range(ROOMS_MAX))
    after = kept(before, "north", doubtful=True).value.split(".")
    assert (len(after), after[0], after[-1]) == (ROOMS_MAX, "room1", "north")
    assert len(SimpleCookie(f"{COOKIE}={'.'.join(['x' * 64] * ROOMS_MAX)}").output()) < 4096


async def test_a_restart_does_not_bind_whom_a_forged_token_brought(open_shop):
    shop = await open_shop()
    visitor = await shop.visitor()
    await visitor("GET", "/r/north?t=x.y.z")
    later = await open_shop(furnished=shop)
    visitor.base = f"http://127.0.0.1:{later.node.ports.http}"
    socket = await visitor.socket("north")
    await socket.hello()
    await socket.send(type="ping")
    await socket.wait_for("pong")
    assert later.node.core.metrics.touches.labels("counted")._value.get() == 0
    contact = {"name": "Ann", "phone": "12345", "address": "1 Pier Road"}
    body = {"client_order_id": "order-0001", "contact": contact, "lines": [{"sku": shop.sku, "quantity": 1}]}
    _, order = await visitor("POST", "/api/v1/rooms/north/orders", body)
    assert order["owner_channel"]["name"] == "Headquarters"
    await visitor("GET", "/r/north")
    _, order = await visitor("POST", "/api/v1/rooms/north/orders", body | {"client_order_id": "order-0002"})
    assert order["owner_channel"]["name"] == "North", "now he came by an address that holds"
