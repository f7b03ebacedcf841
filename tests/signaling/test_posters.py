"""Passing a room on."""

import asyncio
import io

import pytest
from PIL import Image

from signaling import posters
from signaling.posters import _fetched, _price


async def shared(shop, room="north"):
    visitor = await shop.visitor()
    status, share = await visitor("POST", f"/api/v1/rooms/{room}/share")
    assert status == 200
    return visitor, share


async def fetch(visitor, url):
    async with visitor.client.get(url) as answer:
        return answer.status, answer.headers, await answer.read()


async def test_a_viewers_link_brings_others_into_the_room_in_his_name(shop):
    visitor, share = await shared(shop)
    assert (await visitor("POST", "/api/v1/rooms/north/share"))[1] == share
    other = await shop.visitor()
    status, _ = await other("GET", f"/s/{share['code']}")
    assert status == 302
    assert (await shared(shop))[1]["code"] != share["code"]
    assert (await visitor("POST", "/api/v1/rooms/nowhere/share"))[0] == 404


async def test_its_code_and_poster(shop):
    visitor, share = await shared(shop)
    status, headers, body = await fetch(visitor, share["qr_url"])
    assert (status, headers["Content-Type"]) == (200, "image/svg+xml")
    assert b"<svg" in body
    status, headers, body = await fetch(visitor, share["poster_url"])
    assert (status, headers["Content-Type"]) == (200, "image/png")
    assert "max-age" in headers["Cache-Control"]
    assert Image.open(io.BytesIO(body)).size == (750, 1200)
    assert (await fetch(visitor, f"{share['poster_url']}?product={shop.product.product}"))[2] == body
    assert (await fetch(visitor, f"{share['poster_url']}?product=other"))[0] == 404
    for missing in ("qr.svg", "poster.png"):
        assert (await fetch(visitor, f"{visitor.base}/s/nothing/{missing}"))[0] == 404


async def test_a_poster_is_made_once_and_few_at_a_time(shop, monkeypatch):
    made = []

    def render(poster, fonts):
        made.append(poster)
        return b"png"

    monkeypatch.setattr(posters, "render", render)
    visitor, share = await shared(shop)
    for _ in range(3):
        assert (await fetch(visitor, share["poster_url"]))[2] == b"png"
    assert len(made) == 1
    monkeypatch.setattr(posters, "WAITING_MAX", 0)
    assert (await fetch(visitor, share["poster_url"]))[0] == 429


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "10.0.0.1", "169.254.169.254"])
async def test_a_cover_from_inside_is_not_fetched(shop, host, monkeypatch):
    asked = []

    async def serve(reader, writer):
        asked.append(await reader.read(1))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    maker = posters.Posters(shop.node.commerce, None, None, None, "", assets=None, images=None)
    assert await maker._cover(f"http://{host}:{port}/cover.png") is None
    server.close()
    await server.wait_closed()
    assert not asked


async def test_a_name_that_resolves_inside_is_not_fetched():
    asked = []

    async def serve(reader, writer):
        asked.append(await reader.read(1))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    with pytest.raises(OSError, match="Cannot connect"):
        await _fetched(f"http://localhost:{server.sockets[0].getsockname()[1]}/cover.png")
    server.close()
    await server.wait_closed()
    assert not asked


def test_without_goods_there_is_no_price():
    assert _price(None) == ""
