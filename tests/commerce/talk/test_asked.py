import pytest

from commerce import commands as c
from commerce import events
from commerce.errors import Conflict, NotFound, WrongState
from commerce.store.ids import public_id
from commerce.talk import asked, questions


async def test_questions_of_all_rooms_stand_in_one_queue_and_answers_go_back(shop):
    do, merchant, viewer = shop.commerce.execute, shop.merchant.id, public_id()
    await do(c.AskHost(shop.room_a, viewer, "Ann", "Is it sweet?"))
    await do(c.AskHost(shop.room_b, viewer, "Ann", "Is it green?"))
    first, second = (await shop.commerce.ask(questions.queues, merchant)).asked
    assert [(q.room, q.text) for q in (first, second)] == [(shop.room_a, "Is it sweet?"), (shop.room_b, "Is it green?")]
    await do(c.AnswerQuestion(merchant, "hq", first.question, "Very"))
    await do(c.AnswerQuestion(merchant, "hq", second.question))
    told = events.QuestionAnswered(merchant, shop.room_a, first.question, viewer, "Ann", "Is it sweet?", "Very")
    assert shop.facts == [told]
    assert (await shop.commerce.ask(questions.queues, merchant)).asked == ()
    with pytest.raises(WrongState):
        await do(c.AnswerQuestion(merchant, "hq", second.question, "Yes"))


async def test_one_viewer_has_a_few_open_questions_at_most(sqlite_shop, monkeypatch):
    shop, viewer = sqlite_shop, public_id()
    for n in range(asked.OPEN_PER_VIEWER_MAX):
        for _ in range(2):  # asked again after a lost connection: once in the queue
            await shop.commerce.execute(c.AskHost(shop.room_a, viewer, "Ann", f"And now? {n}"))
    with pytest.raises(Conflict):
        await shop.commerce.execute(c.AskHost(shop.room_a, viewer, "Ann", "And now?"))
    monkeypatch.setattr(asked, "OPEN_MAX", 3)
    with pytest.raises(Conflict):
        await shop.commerce.execute(c.AskHost(shop.room_a, public_id(), "Bob", "And now?"))
    with pytest.raises(NotFound):
        await shop.commerce.execute(c.AnswerQuestion(shop.merchant.id, "hq", public_id(), "Yes"))
