"""MONEY section 2: whose customer somebody becomes, and what a token that does not hold brings."""

import asyncio
import time

import pytest

from commerce import commands
from signaling.tokens import LinkClaims, LinkTokens

CONTACT = {"name": "Ann", "phone": "12345", "address": "1 Pier Road"}


async def owner_of(shop, visitor, room):
    """Whose customer the visitor is: he buys something there."""
    lines = [{"sku": shop.sku, "quantity": 1}]
    body = {"client_order_id": f"order-{time.monotonic_ns()}", "contact": CONTACT, "lines": lines}
    status, order = await visitor("POST", f"/api/v1/rooms/{room}/orders", body)
    assert status == 201, order
    return order["owner_channel"]["name"]


async def arrive(visitor, room, path=None):
    """Opens an address; the page's socket then says hello in the room."""
    status, _ = await visitor("GET", path or f"/r/{room}")
    assert status in (200, 302)
    socket = await visitor.socket(room)
    await socket.hello()
    await socket.wait_for("snapshot")
    await socket.send(type="ping")
    await socket.wait_for("pong")  # by then the touch has counted
    await socket.ws.close()


async def counted(shop, outcome):
    return shop.node.core.metrics.touches.labels(outcome)._value.get()


async def test_entering_a_room_makes_a_customer_of_its_channel_and_a_later_link_does_not_move_him(shop):
    visitor = await shop.visitor()
    link = await shop.do(commands.CreateLink(shop.merchant.id, shop.south.channel))
    await arrive(visitor, "north")
    await arrive(visitor, "south", f"/s/{link.code}")
    assert await owner_of(shop, visitor, "south") == "North"


async def test_the_redirect_of_a_short_link_carries_nothing(shop):
    link = await shop.do(commands.CreateLink(shop.merchant.id, shop.south.channel))
    visitor = await shop.visitor()
    async with visitor.client.get(f"{visitor.base}/s/{link.code}", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (302, "/r/south")
        assert answer.headers["Cache-Control"] == "no-store"


async def test_looking_at_an_address_binds_nobody(shop):
    visitor = await shop.visitor()
    await visitor("GET", "/r/north")
    await arrive(visitor, "south")
    assert await owner_of(shop, visitor, "north") == "South"
    assert (await counted(shop, "noted"), await counted(shop, "counted")) == (2, 1)


def tokens_of(shop, **claims):
    """A token into the north room, and whoever signs it."""
    body = {"merchant": shop.merchant.merchant, "room": "north", "link": "code"} | claims
    return LinkClaims(**body)


@pytest.mark.parametrize("reason", ["forged", "expired", "foreign", "malformed"])
async def test_a_token_that_does_not_hold_lets_in_without_a_touch_and_the_reason_is_counted(shop, reason):
    link = await shop.do(commands.CreateLink(shop.merchant.id, shop.north.channel))
    signer, claims, now = shop.node.core.link_tokens, tokens_of(shop, link=link.code), time.time()
    token = {
        "forged": LinkTokens({"1": b"x" * 32}, "1").sign(claims, now, 60),
        "expired": signer.sign(claims, now - 120, 60),
        "foreign": signer.sign(tokens_of(shop, merchant="somebodyelse"), now, 60),
        "malformed": "x.y.z",
    }[reason]
    visitor = await shop.visitor()
    await arrive(visitor, "north", f"/r/north?t={token}")
    assert await counted(shop, reason) == 1
    assert await counted(shop, "noted") == 0
    await arrive(visitor, "south")
    assert await owner_of(shop, visitor, "north") == "South", "only the second visit can have bound him"


async def test_ordering_after_a_token_that_does_not_hold_binds_nobody(shop):
    visitor = await shop.visitor()
    await visitor("GET", "/r/north?t=x.y.z")
    assert await owner_of(shop, visitor, "north") == "Headquarters"
    await arrive(visitor, "south")
    assert await owner_of(shop, visitor, "south") == "South", "the order before was nobody's touch"


async def test_a_token_that_holds_counts_like_its_link(shop):
    link = await shop.do(commands.CreateLink(shop.merchant.id, shop.north.channel))
    token = shop.node.core.link_tokens.sign(tokens_of(shop, link=link.code), time.time(), 60)
    visitor = await shop.visitor()
    await arrive(visitor, "north", f"/r/north?t={token}")
    assert await owner_of(shop, visitor, "south") == "North"


@pytest.mark.parametrize("reason", ["revoked", "unknown"])
async def test_a_token_whose_link_does_not_stand_lets_in_without_a_touch(shop, reason, caplog):
    link = await shop.do(commands.CreateLink(shop.merchant.id, shop.north.channel))
    await shop.do(commands.RevokeLink(shop.merchant.id, shop.north.channel, link.code))
    claims = tokens_of(shop, link=link.code if reason == "revoked" else "nobodyslink")
    token = shop.node.core.link_tokens.sign(claims, time.time(), 60)
    visitor = await shop.visitor()
    with caplog.at_level("INFO"):
        await arrive(visitor, "north", f"/r/north?t={token}")
    assert f"without its link: {reason}" in caplog.text
    assert (await counted(shop, reason), await counted(shop, "noted")) == (1, 0)
    await arrive(visitor, "south")
    assert await owner_of(shop, visitor, "north") == "South"


async def test_a_revoked_short_link_leads_to_its_room_and_brings_nothing(shop):
    link = await shop.do(commands.CreateLink(shop.merchant.id, shop.north.channel))
    await shop.do(commands.RevokeLink(shop.merchant.id, shop.north.channel, link.code))
    visitor = await shop.visitor()
    async with visitor.client.get(f"{visitor.base}/s/{link.code}", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (302, "/r/north")
    assert (await counted(shop, "revoked"), await counted(shop, "noted")) == (1, 0)


async def test_when_the_writer_is_full_the_page_is_served_and_the_refusal_counted(shop, monkeypatch):
    monkeypatch.setattr("commerce.writer.VISITS_SHARE", 0.0)
    visitor = await shop.visitor()
    await arrive(visitor, "north")
    assert (await counted(shop, "overloaded"), await counted(shop, "noted")) == (2, 0)
    assert await owner_of(shop, visitor, "north") == "North", "a checkout is taken all the same"


async def test_tokens_and_cookies_outlive_the_keys_they_were_signed_with(open_shop):
    shop = await open_shop()
    visitor, claims = await shop.visitor(), tokens_of(shop)
    await arrive(visitor, "south")
    token = shop.node.core.link_tokens.sign(claims, time.time(), 60)
    commerce = shop.node.commerce

    def rotate():
        with commerce._engine.begin() as connection:
            for name in ("jwt", "cookie"):
                commerce._vault.rotate(connection, name, time.time_ns() // 1_000_000 + 1)

    await asyncio.to_thread(rotate)
    later = await open_shop(furnished=shop)
    assert later.node.core.link_tokens.read(token, claims.merchant, "north", time.time()) == claims
    visitor.base = f"http://127.0.0.1:{later.node.ports.http}"
    assert await owner_of(later, visitor, "north") == "South"


async def test_a_bad_token_does_not_move_somebody_elses_customer(shop):
    visitor = await shop.visitor()
    await arrive(visitor, "south")
    await arrive(visitor, "north", "/r/north?t=nonsense")
    assert await owner_of(shop, visitor, "north") == "South"


async def test_the_name_in_chat_is_the_viewers_own(shop):
    visitor = await shop.visitor()
    socket = await visitor.socket("north")
    me = (await socket.hello())["viewer"]
    assert me["name"] == f"Guest {me['id'][:4]}"
    await shop.do(commands.NameViewer(me["id"], "north", "Ann"))
    again = await visitor.socket("north")
    assert (await again.hello())["viewer"] == {"id": me["id"], "name": "Ann"}
