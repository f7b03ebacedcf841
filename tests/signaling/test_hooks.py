"""Webhooks to a real HTTP receiver that fails at first, is slow, redirects, or may not be called at all."""

import asyncio
import hashlib
import hmac
import socket

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from prometheus_client import CollectorRegistry

from commerce import commands, questions
from config.metrics import Metrics
from config.settings import HookSettings
from signaling.hooks import Deliverer, PublicOnly, signature
from tests.signaling.patience import until

CONTACT = {"name": "Ann", "phone": "12345", "address": "1 Pier Road"}


class Receiver:
    """Somebody's server: answers the given statuses in turn, then 204."""

    def __init__(self, *statuses):
        self.statuses = list(statuses)
        self.got = []
        self.came = asyncio.Event()

    async def take(self, request):
        self.got.append((dict(request.headers), await request.text()))
        self.came.set()
        status = self.statuses.pop(0) if self.statuses else 204
        return web.Response(status=status, headers={"Location": "/elsewhere"})


@pytest.fixture
async def receiver():
    found = Receiver(500, 302)
    app = web.Application()
    app.router.add_post("/hook", found.take)
    async with TestServer(app) as server:
        found.url = str(server.make_url("/hook"))
        yield found


async def test_told_until_it_answers(open_shop, receiver):
    shop = await open_shop("--hooks.private_targets=true", "--hooks.first_wait_ms=10")
    fresh = await shop.do(commands.CreateHook(shop.merchant.id, receiver.url, ("order.created",)))
    secret = shop.node.commerce.hook_secret(fresh.salt)
    buyer = await shop.visitor()
    body = {"client_order_id": "order-0001", "contact": CONTACT, "lines": [{"sku": shop.sku, "quantity": 1}]}
    _, order = await buyer("POST", "/api/v1/rooms/north/orders", body)

    async def delivered():
        (one,) = await shop.node.commerce.ask(questions.deliveries, shop.merchant.id)
        return one if one.state == "delivered" else None

    done = await until(delivered)
    assert (done.attempts, done.status, len(receiver.got)) == (3, 204, 3)
    assert len({text for _, text in receiver.got}) == 1
    for headers, text in receiver.got:
        at, _, given = headers["Fenbo-Signature"].partition(",v1=")
        expected = hmac.new(secret.encode(), f"{at.removeprefix('t=')}.{text}".encode(), hashlib.sha256).hexdigest()
        assert given == expected
        assert (headers["Fenbo-Event"], headers["Fenbo-Delivery"]) == ("order.created", done.delivery)
        assert order["order"] in text


@pytest.fixture
async def deliver(open_shop):
    """A deliverer of its own with given settings, beside the node's, whose own is told to look for nothing."""
    opened = []

    def make(shop, **settings):
        made = Deliverer(shop.node.commerce, HookSettings(**settings), Metrics(CollectorRegistry()))
        opened.append(made)
        return made

    yield make
    for each in opened:
        await each.close()


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
async def test_nothing_inside_is_called(shop, receiver, name):
    """The hook's row is there - perhaps from a time when it was allowed - and still nothing is sent."""
    url = receiver.url.replace("127.0.0.1", name)
    await shop.do(commands.CreateHook(shop.merchant.id, url, ("show.paused",)))
    await shop.do(commands.UpdateShow(shop.merchant.id, shop.show.show, state="paused"))

    async def tried():
        (one,) = await shop.node.commerce.ask(questions.deliveries, shop.merchant.id)
        return one if one.error else None

    assert "public address" in (await until(tried)).error
    assert receiver.got == []


async def test_names_resolve_to_public_addresses_only():
    resolver = PublicOnly()
    with pytest.raises(OSError, match="public"):
        await resolver.resolve("localhost", 80, socket.AF_UNSPEC)
    (found,) = await resolver.resolve("93.184.216.34", 80, socket.AF_INET)
    assert found["host"] == "93.184.216.34"
    await resolver.close()


async def test_waits_grow_and_end(shop, deliver):
    waits = [deliver(shop).wait_ms(attempt) for attempt in range(1, 13)]
    assert waits[:3] == [5_000, 15_000, 45_000]
    assert waits[-1] == 6 * 3_600_000
    assert waits == sorted(waits)


def test_a_signature_is_over_time_and_body():
    assert len({signature("s", "b", 1), signature("s", "c", 1), signature("s", "b", 2), signature("x", "b", 1)}) == 4
