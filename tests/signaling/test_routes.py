"""The addresses that pages, tools and partners build on (DESIGN section 7)."""

from signaling.app import _handlers
from signaling.pages import Pages
from signaling.routes import routes

STABLE = {
    ("GET", "/r/{room}"),
    ("GET", "/r/{room}/ws"),
    ("GET", "/r/{room}/live.m3u8"),
    ("GET", "/s/{code}"),
    ("GET", "/hq"),
    ("GET", "/hq/ws"),
    ("GET", "/openapi.json"),
}


async def test_the_addresses_that_must_stay(shop):
    table = routes(_handlers(shop.node.core, shop.node.urls, Pages([], "", "", "")))
    found = [(route.method, route.path) for route in table]
    assert set(found) >= STABLE
    assert len(set(found)) == len(found)


async def test_everything_else_of_the_table_is_served(shop):
    visitor = await shop.visitor()
    for path in ("/metrics", "/healthz", "/readyz"):
        assert (await visitor("GET", path))[0] == 200
    assert (await visitor("POST", "/whip"))[0] == 401
    assert (await visitor("POST", "/r/north/whep"))[0] == 415
    assert (await visitor("GET", "/live/none/1/index.m3u8"))[0] == 404
