"""Stream keys: shown once, kept as a hash, gone when rotated."""

import pytest

from commerce import commands as c
from commerce import questions
from commerce.errors import NotFound


@pytest.fixture
def shop(sqlite_shop):
    """Nothing here that a database could do differently."""
    return sqlite_shop


async def test_a_key_opens_the_studio_and_the_show_that_is_on(shop):
    fresh = await shop.commerce.execute(c.RotateStreamKey(shop.merchant.id))
    studio = await shop.commerce.ask(questions.studio, fresh.stream_key)
    assert (studio.merchant, studio.slot, studio.show.show) == (shop.merchant.id, "primary", shop.show.show)
    assert len(bytes.fromhex(fresh.stream_key)) * 8 == 160


async def test_nothing_in_the_store_gives_the_key_away(shop):
    fresh = await shop.commerce.execute(c.RotateStreamKey(shop.merchant.id, "backup"))
    dump = str(await shop.dump())
    assert fresh.stream_key not in dump
    (seen,) = await shop.commerce.ask(questions.stream_keys, shop.merchant.id)
    assert (seen.slot, seen.hint) == ("backup", fresh.stream_key[-4:])


async def test_a_rotated_key_opens_nothing(shop):
    old = await shop.commerce.execute(c.RotateStreamKey(shop.merchant.id))
    backup = await shop.commerce.execute(c.RotateStreamKey(shop.merchant.id, "backup"))
    new = await shop.commerce.execute(c.RotateStreamKey(shop.merchant.id))
    for wrong in (old.stream_key, "", "x", new.stream_key + "0", "\ud800", "y" * 10_000):
        with pytest.raises(NotFound) as caught:
            await shop.commerce.ask(questions.studio, wrong)
        assert caught.value.field == "stream_key"
    assert (await shop.commerce.ask(questions.studio, new.stream_key)).slot == "primary"
    assert (await shop.commerce.ask(questions.studio, backup.stream_key)).slot == "backup"
    assert [key.slot for key in await shop.commerce.ask(questions.stream_keys, shop.merchant.id)] == [
        "primary",
        "backup",
    ]


async def test_after_the_show_a_key_leads_nowhere(shop):
    fresh = await shop.commerce.execute(c.RotateStreamKey(shop.merchant.id))
    await shop.commerce.execute(c.UpdateShow(shop.merchant.id, shop.show.show, state="ended"))
    assert (await shop.commerce.ask(questions.studio, fresh.stream_key)).show is None
