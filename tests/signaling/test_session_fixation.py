"""Whoever planted his own viewer's cookie in another's browser has nothing of what that one then logs in to."""

import time

import pytest
from yarl import URL

from commerce import questions
from signaling import logouts
from signaling.errors import CLOSE_RENEWED
from signaling.viewers import COOKIE
from tests.signaling.phones import gateway, log_in

NORTH = "/api/v1/rooms/north"
ADDRESS = {"name": "Ann Lee", "phone": "13900139000", "address": "1 Pier Road, Harbour"}


@pytest.fixture
async def phones(open_shop):
    async with gateway() as (sent, options):
        yield await open_shop(*options), sent


def token_of(visitor):
    (found,) = (cookie.value for cookie in visitor.client.cookie_jar if cookie.key == COOKIE)
    return found


def plant(visitor, token):
    visitor.client.cookie_jar.update_cookies({COOKIE: token}, URL(visitor.base))


def as_cookie(token):
    return {"Cookie": f"{COOKIE}={token}"}


def as_bearer(token):
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("carried", [as_cookie, as_bearer])
async def test_a_planted_cookie_knows_nobody_after_the_login(phones, monkeypatch, carried):
    shop, sent = phones
    attacker, victim = await shop.visitor(), await shop.visitor()
    spying = await attacker.enter("north")
    planted = token_of(attacker)
    plant(victim, planted)
    window = await victim.enter("north")
    await victim("PUT", f"{NORTH}/cart/{shop.sku}", {"quantity": 2})
    found = await log_in(victim, sent)
    assert (found["token"], token_of(victim) != planted) == (None, True), "scripts see no cookie"
    assert [await each.closed() for each in (spying, window)] == [CLOSE_RENEWED] * 2
    assert (await victim("GET", f"{NORTH}/customer"))[1]["customer"] == found["customer"]
    assert [line["quantity"] for line in (await victim("GET", f"{NORTH}/cart"))[1]["lines"]] == [2]
    _, kept = await victim("POST", f"{NORTH}/addresses", ADDRESS)
    attacker.client.cookie_jar.clear()
    tried = (
        ("GET", "/customer", None),
        ("GET", "/orders", None),
        ("GET", f"/addresses/{kept['address_id']}", None),
        ("PUT", f"/cart/{shop.sku}", {"quantity": 1}),
        ("POST", "/addresses", ADDRESS),
        ("POST", "/login/code", {"phone": "13800138009"}),
    )
    for method, path, body in tried:
        status, problem = await attacker(method, NORTH + path, body, headers=carried(planted))
        assert (status, problem["type"]) == (409, "/problems/renewed"), path
    assert (await attacker("GET", "/r/north", headers=carried(planted)))[0] == 200, "a page is never refused"
    assert [*attacker.client.cookie_jar] == [], "what the victim's other windows ask now overwrites no cookie"
    monkeypatch.setattr(logouts, "RENEWING_MS", 0)
    assert (await attacker("GET", f"{NORTH}/customer", headers=carried(planted)))[1]["customer"] is None
    assert token_of(attacker) != planted, "a stranger like any other"
    status, _ = await attacker("GET", f"{NORTH}/addresses/{kept['address_id']}", headers=carried(planted))
    assert status == 404


async def test_a_bearer_token_is_followed_by_the_next_in_the_answer(phones):
    shop, sent = phones
    embedded = await shop.visitor()
    await embedded("GET", NORTH)
    before = token_of(embedded)
    embedded.client.cookie_jar.clear()
    embedded.headers = as_bearer(before)
    await embedded("PUT", f"{NORTH}/cart/{shop.sku}", {"quantity": 3})
    found = await log_in(embedded, sent)
    assert [*embedded.client.cookie_jar] == []
    assert (await embedded("GET", f"{NORTH}/customer"))[0] == 409
    embedded.headers = as_bearer(found["token"])
    assert (await embedded("GET", f"{NORTH}/customer"))[1]["customer"] == found["customer"]
    assert (await embedded("GET", f"{NORTH}/cart"))[1]["lines"][0]["quantity"] == 3


async def test_windows_come_back_as_one_member_each_with_its_new_cookie(phones, monkeypatch):
    shop, sent = phones
    visitor = await shop.visitor()
    windows = [await visitor.enter("north") for _ in range(2)]
    found = await log_in(visitor, sent)
    assert [await each.closed() for each in windows] == [CLOSE_RENEWED] * 2
    windows = [await visitor.enter("north") for _ in range(2)]
    room = shop.node.core.rooms.get("north")
    assert len(room.members) == 2
    assert len({member.viewer for member in room.members}) == 1
    before, writer = token_of(visitor), shop.node.commerce._writer
    monkeypatch.setattr(writer, "_clock", lambda: time.time() + 61)
    assert (await log_in(visitor, sent))["customer"] == found["customer"]
    assert token_of(visitor) == before, "whoever is logged in stays who he is"
    assert not any(each.ws.closed for each in windows), "and nobody is shown out"


async def test_an_answer_that_was_under_way_shows_nothing(phones, monkeypatch):
    """It was asked before the login and would be given after it."""
    shop, sent = phones
    attacker, victim = await shop.visitor(), await shop.visitor()
    await attacker.enter("north")
    plant(victim, token_of(attacker))
    commerce, ask = shop.node.commerce, shop.node.commerce.ask

    async def late(question, *args):
        if question is questions.customer and not sent.sent:
            await log_in(victim, sent)
        return await ask(question, *args)

    monkeypatch.setattr(commerce, "ask", late)
    status, problem = await attacker("GET", f"{NORTH}/customer")
    assert (status, problem["type"]) == (409, "/problems/renewed")


async def test_other_nodes_know_it_by_the_answer_to_the_login(redis, open_shop, monkeypatch):
    monkeypatch.setattr("signaling.app.LOGOUT_SECONDS", 3_600)  # they are told, and need not look
    async with gateway() as (sent, options):
        first = await open_shop(*options, f"--redis.url={redis.url}")
        second = await open_shop(*options, f"--redis.url={redis.url}", furnished=first)
        attacker, victim = await second.visitor(), await first.visitor()
        spying = await attacker.enter("north")
        plant(victim, token_of(attacker))
        found = await log_in(victim, sent)
        assert await spying.closed() == CLOSE_RENEWED
        assert (await attacker("GET", f"{NORTH}/customer"))[0] == 409
        victim.base = attacker.base
        assert (await victim("GET", f"{NORTH}/customer"))[1]["customer"] == found["customer"]
