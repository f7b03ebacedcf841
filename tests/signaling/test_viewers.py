from signaling.tokens import VIEWER_SECONDS
from signaling.viewers import guest


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


def test_guests_are_called_in_the_merchants_language():
    assert guest("abcd1234", "zh").name == "观众 abcd"
    assert guest("abcd1234", "en").name == guest("abcd1234", "eo").name == "Guest abcd"
