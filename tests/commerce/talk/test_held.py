import pytest

from commerce import commands as c
from commerce import events
from commerce.errors import Conflict, NotFound, WrongState
from commerce.store.ids import public_id
from commerce.talk import held, questions


async def waiting(shop):
    return (await shop.commerce.ask(questions.queues, shop.merchant.id)).held


async def test_lines_wait_and_are_heard_when_approved(shop):
    do, merchant, viewer = shop.commerce.execute, shop.merchant.id, public_id()
    for line, text in (("1", "good"), ("2", "bad"), ("1", "good")):
        await do(c.HoldLine(shop.room_a, viewer, "Guest", line, text))
    good, bad = await waiting(shop)
    assert (good.room, good.name, good.text) == (shop.room_a, "Guest", "good")
    await do(c.DecideLine(merchant, "hq", good.held, True))
    await do(c.DecideLine(merchant, "hq", bad.held, False))
    assert shop.facts == [events.LineApproved(merchant, shop.room_a, good.held, viewer, "Guest", "1", "good")]
    assert await waiting(shop) == ()
    with pytest.raises(WrongState):
        await do(c.DecideLine(merchant, "hq", bad.held, True))
    assert [a.kind for a in (await shop.commerce.ask(questions.acts, merchant)).acts] == ["reject", "approve"]


async def test_a_queue_that_is_full_takes_no_more(sqlite_shop, monkeypatch):
    monkeypatch.setattr(held, "WAITING_MAX", 1)
    do = sqlite_shop.commerce.execute
    await do(c.HoldLine(sqlite_shop.room_a, public_id(), "Guest", "1", "text"))
    with pytest.raises(Conflict):
        await do(c.HoldLine(sqlite_shop.room_a, public_id(), "Guest", "1", "text"))
    with pytest.raises(NotFound):
        await do(c.DecideLine(sqlite_shop.merchant.id, "hq", public_id(), True))
