"""What an idempotency key is answered: new, known, another body, under way, a secret, a day later."""

import asyncio

import pytest

from commerce import commands as c
from commerce.errors import BodyDiffers, Conflict
from commerce.programs.answers import KEPT_MS
from commerce.programs.views import Answered
from commerce.store.ids import public_id


async def test_from_beginning_to_end(shop):
    key, execute = public_id(), shop.commerce.execute

    def begin(digest="d1", caller="user 1"):
        return execute(c.BeginAnswer(shop.merchant.id, caller, key, digest))

    assert await begin() is None
    with pytest.raises(Conflict, match="under way"):
        await begin()
    await execute(c.KeepAnswer("user 1", key, Answered(201, "application/json", b"{}")))
    assert await begin() == Answered(201, "application/json", b"{}")
    with pytest.raises(BodyDiffers) as caught:
        await begin("d2")
    assert (caught.value.stored, caught.value.given) == ("d1", "d2")
    assert await begin(caller="user 2") is None
    shop.clock.advance(KEPT_MS / 1000)
    assert await begin("d2") is None


async def test_a_refusal_leaves_the_key_free_and_a_secret_is_not_kept(sqlite_shop):
    key, execute = public_id(), sqlite_shop.commerce.execute
    begin = c.BeginAnswer(sqlite_shop.merchant.id, "user 1", key, "d")
    assert await execute(begin) is None
    await execute(c.KeepAnswer("user 1", key, None))
    assert await execute(begin) is None
    await execute(c.KeepAnswer("user 1", key, Answered(201, "application/json", None)))
    with pytest.raises(Conflict, match="secret"):
        await execute(begin)
    await execute(c.KeepAnswer("user 1", key, None))  # a late refusal takes nothing back
    with pytest.raises(Conflict, match="secret"):
        await execute(begin)


async def test_one_of_many_at_once_does_it(postgres, open_commerce, furnish_shop):
    shop = await furnish_shop(postgres.shared)
    other = await open_commerce(postgres.shared)
    begin = c.BeginAnswer(shop.merchant.id, "user 1", public_id(), "d")
    asked = [node.execute(begin) for node in (shop.commerce, other) for _ in range(5)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert answers.count(None) == 1
    assert all(isinstance(answer, Conflict) for answer in answers if answer is not None)
