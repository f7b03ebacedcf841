from commerce import commands as c
from commerce.store.ids import public_id
from commerce.talk import questions


async def test_how_much_waits_and_that_there_is_something_new(sqlite_shop):
    shop, merchant = sqlite_shop, sqlite_shop.merchant.id
    nothing = await shop.commerce.ask(questions.waiting, merchant)
    assert (nothing.held, nothing.asked, nothing.appeals) == (0, 0, 0)
    await shop.commerce.execute(c.HoldLine(shop.room_a, public_id(), "Guest", "1", "text"))
    one = await shop.commerce.ask(questions.waiting, merchant)
    (held,) = (await shop.commerce.ask(questions.queues, merchant)).held
    await shop.commerce.execute(c.DecideLine(merchant, "hq", held.held, False))
    await shop.commerce.execute(c.HoldLine(shop.room_a, public_id(), "Guest", "2", "text"))
    other = await shop.commerce.ask(questions.waiting, merchant)
    assert one.held == other.held == 1
    assert len({nothing.mark, one.mark, other.mark}) == 3
