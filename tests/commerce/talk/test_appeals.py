import pytest

from commerce import commands as c
from commerce.errors import NotFound, WrongState
from commerce.store.ids import public_id
from commerce.talk import questions


async def test_an_appeal_that_is_granted_lifts_the_ban(shop):
    do, merchant, viewer = shop.commerce.execute, shop.merchant.id, public_id()
    await do(c.Restrict(merchant, "hq", viewer, "ban", reason="adverts"))
    appeal = await do(c.Appeal(viewer, shop.room_b, "It was not me"))
    assert (appeal.kind, appeal.reason, appeal.state) == ("ban", "adverts", "open")
    assert (await do(c.Appeal(viewer, shop.room_b, "Again"))) == appeal
    assert (await shop.commerce.ask(questions.queues, merchant)).appeals == (appeal,)
    decided = await do(c.DecideAppeal(merchant, "boss", appeal.appeal, True, "Sorry"))
    assert (decided.state, decided.answer) == ("granted", "Sorry")
    assert await shop.commerce.ask(questions.restrictions, merchant, viewer) == ()
    with pytest.raises(WrongState):
        await do(c.DecideAppeal(merchant, "boss", appeal.appeal, False))


async def test_a_refused_appeal_leaves_it_with_the_answer(sqlite_shop):
    shop, viewer = sqlite_shop, public_id()
    await shop.commerce.execute(c.Restrict(shop.merchant.id, "hq", viewer, "mute", shop.room_a))
    appeal = await shop.commerce.execute(c.Appeal(viewer, shop.room_a, "Please"))
    await shop.commerce.execute(c.DecideAppeal(shop.merchant.id, "boss", appeal.appeal, False, "No"))
    (held,) = await shop.commerce.ask(questions.restrictions, shop.merchant.id, viewer)
    assert (held.appeal, held.answer) == ("refused", "No")
    assert (await shop.commerce.ask(questions.queues, shop.merchant.id)).appeals == ()


async def test_who_is_free_has_nothing_to_appeal(sqlite_shop):
    shop, viewer = sqlite_shop, public_id()
    await shop.commerce.execute(c.Restrict(shop.merchant.id, "hq", viewer, "ban", shop.room_a))
    with pytest.raises(NotFound):
        await shop.commerce.execute(c.Appeal(viewer, shop.room_b, "Why?"))
    with pytest.raises(NotFound):
        await shop.commerce.execute(c.DecideAppeal(shop.merchant.id, "hq", public_id(), True))
