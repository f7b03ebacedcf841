"""Sharers over HTTP: boards masked by role, each desk its own, and one's own figures in the room."""

import pytest

from commerce import commands as c
from commerce.commands.earning import SetPlan
from commerce.commission import Plan, Rate
from signaling.api import models_sharers as m
from tests.signaling.phones import gateway, log_in

NORTH, HQ, DESK = "/api/v1/rooms/north", "/api/v1/hq/sharers", "/api/v1/desk/sharers"
CONTACT = {"name": "Ann", "phone": "12345678", "address": "1 Pier Road"}


async def buys(shop, link):
    """A guest comes by a link and pays."""
    guest = await shop.visitor()
    await guest("GET", f"/s/{link['code']}")
    socket = await guest.socket("north")
    await socket.hello()
    await socket.say("hello")
    await socket.wait_for("chat")
    body = {"client_order_id": "order-0001", "contact": CONTACT, "lines": [{"sku": shop.sku, "quantity": 1}]}
    status, order = await guest("POST", f"{NORTH}/orders", body)
    assert status == 201, order
    path = f"/api/v1/payments/sandbox/{order['payment']['payment']}"
    assert (await guest("POST", path, {"outcome": "pay"}))[0] == 200


def id_of(visitor):
    """Out of the cookie."""
    return next(cookie.value for cookie in visitor.client.cookie_jar if cookie.key == "fenbo_viewer").split(".")[1]


async def login_of(shop, password_hash, user, role, channel=None):
    await shop.do(c.CreateUser(shop.merchant.id, user, password_hash, role, channel))
    found = await shop.visitor()
    await found.log_in(user)
    return found


@pytest.fixture
async def sharing(open_shop):
    """A shop, and Mei, who has logged in and whose link sold one tin of tea."""
    async with gateway() as (sent, options):
        shop = await open_shop(*options)
        await shop.do(SetPlan(shop.merchant.id, Plan((), (Rate(50_000),), invite_minor=490)))
        mei = await shop.visitor()
        await log_in(mei, sent)
        _, link = await mei("POST", f"{NORTH}/share")
        await shop.do(c.NameViewer(id_of(mei), "north", "Mei Lin"))
        await buys(shop, link)
        yield shop, mei, link


async def test_boards_are_masked_by_role_and_a_desk_has_its_own(sharing, password_hash):
    shop, _, _ = sharing
    boss, auditor, host, north, south = [
        await login_of(shop, password_hash, user, role, channel)
        for user, role, channel in (
            ("ann", "owner", None),
            ("ben", "auditor", None),
            ("cleo", "host", None),
            ("north", "channel_owner", shop.north.channel),
            ("south", "staff", shop.south.channel),
        )
    ]
    (row,) = map(m.SharerView.model_validate, (await boss("GET", HQ))[1])
    assert (row.name, row.phone, row.orders, row.paid.minor) == ("Mei Lin", "+86138****8000", 1, 6800)
    for who, path in ((auditor, HQ), (north, DESK)):
        (masked,) = (await who("GET", path))[1]
        assert (masked["name"], masked["phone"], masked["orders"]) == ("M******", "+86138****8000", 1)
    assert (await south("GET", DESK)) == (200, [])
    assert [(await who("GET", path))[0] for who, path in ((host, HQ), (north, HQ), (boss, DESK))] == [403] * 3
    show = f"{HQ}?show={shop.show.show}&by=paid"
    assert (await boss("GET", show))[1] == [row.model_dump(mode="json")]
    for query, status, field in (
        ("show=00000000", 404, "show"),
        ("by=heads", 422, "by"),
        ("days=0", 422, "days"),
        ("days=x", 422, "days"),
        (f"days=7&show={shop.show.show}", 422, "days"),
    ):
        found, problem = await boss("GET", f"{HQ}?{query}")
        assert (found, problem["errors"][0]["field"]) == (status, field), query


async def test_a_sharer_sees_his_own_figures_and_a_stranger_none(sharing):
    shop, mei, link = sharing
    status, found = await mei("GET", "/api/v1/rooms/south/sharing")
    assert status == 200, "with the merchant, not with one room"
    own = m.Sharing.model_validate(found)
    (shared,) = own.links
    assert (shared.url, shared.channel, shared.clicks) == (link["url"], "North", 1)
    assert (own.clicks, own.people, own.orders, own.paid.minor) == (1, 1, 1, 6800)
    assert own.earned["share"]["frozen"].minor == 340
    assert own.terms == m.InviteTerms(reward=m.Money(minor=490, currency="CNY"), seconds=60)
    (rate,) = own.share.rates
    assert (rate.ppm, rate.fixed, own.share.invite, own.lowered) == (50_000, None, own.terms, [])
    await shop.do(SetPlan(shop.merchant.id, Plan((), (Rate(fixed_minor=300),))))
    _, later = await mei("GET", f"{NORTH}/sharing")
    (less,) = m.Sharing.model_validate(later).lowered
    assert (less.rates[0].fixed.minor, less.invite) == (300, None)
    assert less.effective_at > own.share.effective_at
    _, nothing = await (await shop.visitor())("GET", f"{NORTH}/sharing")
    assert (nothing["links"], nothing["clicks"], nothing["earned"]) == ([], 0, {})
    assert (await mei("GET", "/api/v1/rooms/nowhere/sharing"))[0] == 404
