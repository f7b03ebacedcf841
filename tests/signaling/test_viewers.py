import time

from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from signaling.tokens import VIEWER_SECONDS, ViewerTokens
from signaling.viewers import COOKIE, Viewers, guest


class Ended(set):
    """Logouts, as far as they are asked here."""

    def is_renewing(self, _viewer):
        return False


async def test_the_cookie_is_set_once_and_kept_from_scripts(shop):
    visitor = await shop.visitor()
    async with visitor.client.get(f"{visitor.base}/r/north") as answer:
        cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("fenbo_viewer=v1.")
    assert cookie.endswith(f"; Max-Age={VIEWER_SECONDS}; Path=/; HttpOnly; SameSite=Lax")
    async with visitor.client.get(f"{visitor.base}/r/south") as answer:
        assert "Set-Cookie" not in answer.headers


async def test_under_https_the_cookie_is_secure(open_shop):
    shop = await open_shop("--http.public_url=https://live.example/")
    visitor = await shop.visitor()
    async with visitor.client.get(f"{visitor.base}/api/v1/rooms/north") as answer:
        assert answer.headers["Set-Cookie"].endswith("; Secure")


async def test_a_cookie_that_does_not_hold_is_replaced(shop):
    visitor = await shop.visitor()
    headers = {"Cookie": "fenbo_viewer=v1.aaaaaaaaaaaaaaaa.1.forged"}
    async with visitor.client.get(f"{visitor.base}/r/north", headers=headers) as answer:
        assert "aaaaaaaaaaaaaaaa" not in answer.headers["Set-Cookie"]


async def test_a_browser_is_the_same_device_after_a_logout(shop):
    visitor, viewers = (
        await shop.visitor(),
        Viewers(ViewerTokens(*shop.node.commerce.keys("cookie").values()), shop.node.core.logouts, secure=False),
    )

    async def seen():
        await visitor("GET", "/r/north")
        (cookie,) = visitor.client.cookie_jar
        request = make_mocked_request("GET", "/r/north", headers={"Cookie": f"{cookie.key}={cookie.value}"})
        return viewers.of(request), viewers.device(request)

    first = await seen()
    for _ in range(2):
        assert (await visitor("POST", "/api/v1/rooms/north/logout", {}))[0] == 204
        again = await seen()
        assert (again[0] != first[0], again[1]) == (True, first[1] == first[0] and first[0])


async def test_a_window_that_comes_back_with_an_ended_cookie_is_a_new_viewer_of_the_same_device():
    tokens, ended = ViewerTokens(b"k" * 32), "aaaaaaaaaaaaaaaa"
    cookie = {"Cookie": f"{COOKIE}={tokens.sign(ended, time.time())}"}
    request, answer = make_mocked_request("GET", "/r/north", headers=cookie), web.Response()
    viewers = Viewers(tokens, Ended({ended}), secure=False)
    viewer = viewers.of(request)
    await viewers.on_prepare(request, answer)
    token = answer.headers["Set-Cookie"].partition(";")[0].removeprefix(f"{COOKIE}=")
    assert viewer == tokens.read(token, time.time()) != ended == tokens.device(token, time.time())


def test_whoever_is_made_for_a_request_is_one_viewer():
    viewers, request = Viewers(ViewerTokens(b"k" * 32), Ended(), secure=False), make_mocked_request("GET", "/r/north")
    assert viewers.of(request) == viewers.of(request) == viewers.device(request)


def test_guests_are_called_in_the_merchants_language():
    assert guest("abcd1234", "zh").name == "观众 abcd"
    assert guest("abcd1234", "en").name == guest("abcd1234", "eo").name == "Guest abcd"
