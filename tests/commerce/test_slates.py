"""A merchant's slates: one for each cause, put, replaced, removed."""

import pytest

from commerce import commands as c
from commerce import questions, views


@pytest.fixture
def shop(sqlite_shop):
    """Nothing here that a database could do differently."""
    return sqlite_shop


async def test_slates_are_kept_by_cause(shop):
    own, execute, ask = shop.merchant.id, shop.commerce.execute, shop.commerce.ask
    assert await ask(questions.slates, own) == ()
    await execute(c.PutSlate(own, "waiting", "image/png", b"old"))
    await execute(c.PutSlate(own, "waiting", "image/png", b"one"))
    await execute(c.PutSlate(own, "paused", "video/mp4", b"\x00\xff"))
    assert await ask(questions.slates, own) == (
        views.Slate("paused", "video/mp4", b"\x00\xff"),
        views.Slate("waiting", "image/png", b"one"),
    )
    await execute(c.RemoveSlate(own, "paused"))
    await execute(c.RemoveSlate(own, "paused"))
    assert await ask(questions.slate_causes, own) == ("waiting",)


async def test_another_merchants_slates_are_his(shop):
    await shop.commerce.execute(c.PutSlate(shop.merchant.id, "waiting", "image/png", b"mine"))
    other = await shop.commerce.execute(c.CreateMerchant("Other", "other-hq"))
    await shop.commerce.execute(c.RemoveSlate(other.id, "waiting"))
    assert await shop.commerce.ask(questions.slate_causes, other.id) == ()
    assert await shop.commerce.ask(questions.slate_causes, shop.merchant.id) == ("waiting",)
