"""Stream keys: shown once, kept as a hash, gone when rotated."""

from datetime import UTC, datetime, timedelta

import pytest

from commerce import commands as c
from commerce import questions
from commerce.errors import NotFound
from commerce.events import StudioChanged


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


@pytest.mark.parametrize(
    ("valid_from", "valid_until", "closed"),
    [(None, None, ""), (-1, 1, ""), (1, None, "early"), (None, 0, "expired"), (-2, -1, "expired"), (0, None, "")],
)
async def test_a_key_is_good_within_its_window(shop, valid_from, valid_until, closed):
    def at(hours):
        return None if hours is None else datetime.fromtimestamp(shop.clock(), UTC) + timedelta(hours=hours)

    fresh = await shop.commerce.execute(c.RotateStreamKey(shop.merchant.id))
    limits = c.LimitStreamKey(shop.merchant.id, "primary", at(valid_from), at(valid_until))
    seen = await shop.commerce.execute(limits)
    assert (seen.valid_from is None, seen.valid_until is None) == (valid_from is None, valid_until is None)
    assert (await shop.commerce.ask(questions.studio, fresh.stream_key)).closed == closed
    assert (await shop.commerce.ask(questions.stream_keys, shop.merchant.id)) == (seen,)


async def test_a_key_can_be_for_one_show_alone(shop):
    fresh = await shop.commerce.execute(c.RotateStreamKey(shop.merchant.id))
    later = await shop.commerce.execute(c.CreateShow(shop.merchant.id, "Saturday"))
    await shop.commerce.execute(c.LimitStreamKey(shop.merchant.id, "primary", show=later.show))
    assert (await shop.commerce.ask(questions.studio, fresh.stream_key)).closed == "other_show"
    await shop.commerce.execute(c.LimitStreamKey(shop.merchant.id, "primary", show=shop.show.show))
    assert (await shop.commerce.ask(questions.studio, fresh.stream_key)).closed == ""
    with pytest.raises(NotFound, match="no such show"):
        await shop.commerce.execute(c.LimitStreamKey(shop.merchant.id, "primary", show="a" * 16))
    with pytest.raises(NotFound, match="no stream key"):
        await shop.commerce.execute(c.LimitStreamKey(shop.merchant.id, "backup"))


async def test_a_new_key_has_no_limits_and_a_revoked_one_opens_nothing(shop):
    await shop.commerce.execute(c.RotateStreamKey(shop.merchant.id))
    await shop.commerce.execute(
        c.LimitStreamKey(shop.merchant.id, "primary", valid_until=datetime(2020, 1, 1, tzinfo=UTC))
    )
    fresh = await shop.commerce.execute(c.RotateStreamKey(shop.merchant.id))
    assert (await shop.commerce.ask(questions.studio, fresh.stream_key)).closed == ""
    await shop.commerce.execute(c.RevokeStreamKey(shop.merchant.id, "primary"))
    with pytest.raises(NotFound):
        await shop.commerce.ask(questions.studio, fresh.stream_key)
    assert await shop.commerce.ask(questions.stream_keys, shop.merchant.id) == ()
    await shop.commerce.execute(c.RevokeStreamKey(shop.merchant.id, "primary"))


async def test_the_way_back_is_kept(shop):
    assert (await shop.commerce.ask(questions.studio_settings, shop.merchant.id)).back == "automatic"
    for back in ("manual", "automatic", "manual"):
        await shop.commerce.execute(c.SetStudio(shop.merchant.id, back))
        assert (await shop.commerce.ask(questions.studio_settings, shop.merchant.id)).back == back
    assert StudioChanged(shop.merchant.id) in shop.facts
