"""Deliveries on both databases: made with the fact, claimed by one, tried again, given up, made again by hand."""

import asyncio
import json

import pytest

from commerce import commands as c
from commerce import questions
from commerce.commands.programs import EVENTS
from commerce.errors import Conflict, Invalid, NotFound
from commerce.programs import hooks
from commerce.programs.told import SHAPES, VERSION

URL = "https://shop.example/hook"


async def claim(node, limit=10, lease_ms=1_000):
    return await node.execute(c.ClaimDeliveries(limit, lease_ms))


async def hook(shop, *wanted):
    return (await shop.commerce.execute(c.CreateHook(shop.merchant.id, URL, wanted))).hook


async def log(shop):
    return await shop.commerce.ask(questions.deliveries, shop.merchant.id)


async def mine(shop, **given):
    return [due for due in await claim(shop.commerce, limit=1_000, **given) if due.delivery in await ids(shop)]


async def ids(shop):
    return {each.delivery for each in await log(shop)}


async def test_an_event_is_delivered_once_it_is_answered(shop):
    await hook(shop, "order.created", "order.paid")
    order = await shop.place()
    await shop.pay(order)
    due = await mine(shop)
    assert [each.event for each in due] == ["order.created", "order.paid"]
    body = json.loads(due[1].body)
    assert (body["id"], body["type"], body["version"]) == (due[1].delivery, "order.paid", VERSION)
    assert body["data"]["order"] == order.order
    assert "merchant" not in body["data"]
    assert await mine(shop) == []  # claimed
    await shop.commerce.execute(c.RecordDelivery(due[0].key, 204, "", None))
    await shop.commerce.execute(c.RecordDelivery(due[1].key, 500, "answered 500", 3_000))
    assert [(each.state, each.attempts, each.status) for each in await log(shop)] == [
        ("waiting", 1, 500),
        ("delivered", 1, 204),
    ]
    shop.clock.advance(3)
    (again,) = await mine(shop)
    assert (again.delivery, again.attempt) == (due[1].delivery, 2)
    await shop.commerce.execute(c.RecordDelivery(again.key, None, "x" * 500, None))
    assert (await log(shop))[0].state == "failed"
    shop.clock.advance(100_000)
    assert await mine(shop) == []
    replayed = await shop.commerce.execute(c.ReplayDelivery(shop.merchant.id, again.delivery))
    assert (replayed.state, replayed.attempts, replayed.error) == ("waiting", 0, "")
    assert [each.attempt for each in await mine(shop)] == [1]


async def test_what_a_dead_node_claimed_is_due_again(shop):
    await hook(shop, "order.created")
    await shop.place()
    assert len(await mine(shop, lease_ms=5_000)) == 1
    shop.clock.advance(4.9)
    assert await mine(shop) == []
    shop.clock.advance(0.2)
    assert [each.attempt for each in await mine(shop)] == [2]


async def test_two_nodes_never_claim_the_same(postgres, open_commerce, furnish_shop):
    url = await asyncio.to_thread(postgres.fresh)
    shop = await furnish_shop(url)
    other = await open_commerce(url)
    await hook(shop, "order.created")
    await asyncio.gather(*(shop.place() for _ in range(10)))
    found = await asyncio.gather(*(claim(node, 3) for node in (shop.commerce, other) for _ in range(3)))
    keys = [due.key for each in found for due in each]
    assert len(set(keys)) == len(keys) == 10


async def test_only_what_is_wanted_and_only_ones_own(shop):
    rival = await shop.commerce.execute(c.CreateMerchant("Rival", f"rival-{shop.room_a}"))
    await shop.commerce.execute(c.CreateHook(rival.id, URL, EVENTS))
    standing = await hook(shop, "order.cancelled")
    await shop.place()
    assert await log(shop) == ()
    assert await shop.commerce.ask(questions.deliveries, rival.id) == ()
    with pytest.raises(NotFound):
        await shop.commerce.execute(c.RemoveHook(rival.id, standing.hook))


async def test_a_removed_hook_is_told_nothing_more(shop):
    standing = await hook(shop, "order.created")
    await shop.place()
    await shop.commerce.execute(c.RemoveHook(shop.merchant.id, standing.hook))
    await shop.place()
    (left,) = await log(shop)
    assert (left.state, left.error) == ("failed", "the webhook was removed")
    with pytest.raises(Conflict, match="removed"):
        await shop.commerce.execute(c.ReplayDelivery(shop.merchant.id, left.delivery))
    with pytest.raises(NotFound):
        await shop.commerce.execute(c.RemoveHook(shop.merchant.id, standing.hook))
    assert await shop.commerce.ask(questions.hooks, shop.merchant.id) == ()


async def test_another_secret_signs_from_then_on(shop):
    merchant, commerce = shop.merchant.id, shop.commerce
    before = await commerce.execute(c.CreateHook(merchant, URL, ("order.created",)))
    after = await commerce.execute(c.RenewSecret(merchant, before.hook.hook))
    assert commerce.hook_secret(after.salt) != commerce.hook_secret(before.salt)
    assert after.hook == before.hook
    await shop.place()
    due = await commerce.execute(c.ClaimDeliveries(100, 1_000))
    assert [each.salt for each in due if each.url == URL and each.salt in (before.salt, after.salt)] == [after.salt]
    await commerce.execute(c.RemoveHook(merchant, before.hook.hook))
    with pytest.raises(NotFound):
        await commerce.execute(c.RenewSecret(merchant, before.hook.hook))


async def test_there_is_an_end_to_hooks(sqlite_shop, monkeypatch):
    monkeypatch.setattr(hooks, "HOOKS_MAX", 1)
    await hook(sqlite_shop, "order.paid")
    with pytest.raises(Conflict):
        await hook(sqlite_shop, "order.paid")


def test_a_secret_follows_from_key_and_salt():
    made = {hooks.hook_secret(key, salt) for key in (b"a" * 32, b"b" * 32) for salt in (b"1", b"2")}
    assert len(made) == 4
    assert all(secret.startswith("whsec_") for secret in made)


async def test_a_hook_goes_on_in_the_version_it_began_with(shop, monkeypatch):
    before = await hook(shop, "order.created")
    monkeypatch.setitem(SHAPES, 2, lambda fact: {"number": fact.order})
    later = (await shop.commerce.execute(c.CreateHook(shop.merchant.id, URL, ("order.created",), 2))).hook
    order = await shop.place()
    given = {each.delivery: each.hook for each in await log(shop)}
    told = {given[due.delivery]: json.loads(due.body) for due in await mine(shop)}
    assert (told[before.hook]["version"], told[before.hook]["data"]["order"]) == (1, order.order)
    assert (told[later.hook]["version"], told[later.hook]["data"]) == (2, {"number": order.order})
    with pytest.raises(Invalid, match="must be one of 1, 2"):
        c.CreateHook(shop.merchant.id, URL, ("order.created",), 3)
