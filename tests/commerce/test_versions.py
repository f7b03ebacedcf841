import asyncio

import pytest

from commerce import commands as c
from commerce import questions, versions
from commerce.errors import NotFound, Stale
from commerce.store.ids import public_id


def rename(shop, name):
    return c.ChangeProduct(shop.merchant.id, shop.product.product, name=name)


async def version_of(shop, resource):
    return await shop.commerce.ask(questions.version, shop.merchant.id, resource)


async def test_a_version_counts_up_with_every_change_whoever_makes_it(shop):
    resource = versions.product(shop.product.product)
    assert await version_of(shop, resource) == 0
    updated = await shop.commerce.execute(c.Update(rename(shop, "Green"), (0,)))
    assert (updated.version, updated.value.name) == (1, "Green")
    await shop.commerce.execute(rename(shop, "White"))
    assert await version_of(shop, resource) == 2


async def test_what_was_changed_meanwhile_is_not_overwritten(shop):
    await shop.commerce.execute(rename(shop, "White"))
    shop.facts.clear()
    with pytest.raises(Stale) as refused:
        await shop.commerce.execute(c.Update(rename(shop, "Black"), (0,)))
    assert (refused.value.version, refused.value.field) == (1, "If-Match")
    assert (await shop.commerce.ask(questions.product, shop.merchant.id, shop.product.product)).name == "White"
    assert await version_of(shop, versions.product(shop.product.product)) == 1
    assert not shop.facts


async def test_a_change_that_fails_counts_nothing(shop):
    unknown = c.ChangeProduct(shop.merchant.id, public_id(), name="x")
    with pytest.raises(NotFound):
        await shop.commerce.execute(c.Update(unknown))
    assert await version_of(shop, versions.product(unknown.product)) == 0


async def test_of_many_who_have_seen_the_same_one_wins_on_two_nodes(shop, open_commerce):
    """All at once, on one store: in one batch, in several, from another node."""
    nodes = [shop.commerce, shop.commerce if shop.url.startswith("sqlite") else await open_commerce(shop.url)]
    for round_number in range(5):
        tries = [
            nodes[n % 2].execute(c.Update(rename(shop, f"{round_number} {n}"), (round_number,))) for n in range(20)
        ]
        answers = await asyncio.gather(*tries, return_exceptions=True)
        won = [answer for answer in answers if not isinstance(answer, Exception)]
        assert len(won) == 1
        assert all(isinstance(answer, Stale) for answer in answers if answer is not won[0])
        now = await shop.commerce.ask(questions.product, shop.merchant.id, shop.product.product)
        assert now.name == won[0].value.name


def test_every_resource_is_named_by_what_its_command_changes():
    command = c.SetShelf(1, "show00000001", ())
    assert versions.RESOURCES[c.SetShelf](command) == versions.RESOURCES[c.UpdateShow](c.UpdateShow(1, "show00000001"))
