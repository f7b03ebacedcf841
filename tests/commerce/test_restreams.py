"""Targets of a broadcast: their URLs are secrets."""

import pytest

from commerce import commands as c
from commerce import questions
from commerce.errors import Conflict, NotFound
from commerce.restreams import RESTREAMS_MAX

URL = b"rtmp://live.example.com/app/very-secret-key"


@pytest.fixture
def shop(sqlite_shop):
    """Nothing here that a database could do differently."""
    return sqlite_shop


async def put(shop, name="other"):
    sealed = shop.commerce.seal(f"restream/{shop.merchant.id}", URL)
    return await shop.commerce.execute(c.PutRestream(shop.merchant.id, name, "live.example.com", sealed))


async def test_a_target_is_kept_sealed(shop):
    await put(shop)
    (found,) = await shop.commerce.ask(questions.restreams, shop.merchant.id)
    assert (found.name, found.host, found.enabled) == ("other", "live.example.com", True)
    assert shop.commerce.unseal(f"restream/{shop.merchant.id}", found.sealed) == URL
    assert "very-secret-key" not in str(await shop.dump())


async def test_it_is_switched_replaced_and_removed(shop):
    own = shop.merchant.id
    await put(shop)
    assert not (await shop.commerce.execute(c.SwitchRestream(own, "other", False))).enabled
    assert not (await shop.commerce.ask(questions.restreams, own))[0].enabled
    assert (await put(shop)).enabled
    await shop.commerce.execute(c.RemoveRestream(own, "other"))
    await shop.commerce.execute(c.RemoveRestream(own, "other"))
    assert await shop.commerce.ask(questions.restreams, own) == ()
    with pytest.raises(NotFound, match="no such target"):
        await shop.commerce.execute(c.SwitchRestream(own, "other", True))


async def test_there_are_only_so_many(shop):
    for number in range(RESTREAMS_MAX):
        await put(shop, f"to-{number}")
    await put(shop, "to-0")
    with pytest.raises(Conflict, match="already"):
        await put(shop, "one-more")
