from commerce import commands as c
from commerce import events
from commerce.talk import questions, views


async def test_a_rule_of_a_room_and_one_of_all(shop):
    do, merchant = shop.commerce.execute, shop.merchant.id
    await do(c.SetRule(merchant, "hq", shop.room_a, slow_seconds=10))
    await do(c.SetRule(merchant, "hq", None, held=True))
    await do(c.SetRule(merchant, "hq", shop.room_a, muted=True))
    everywhere, here = views.Rule(None, 0, False, True), views.Rule(shop.room_a, 0, True, False)
    assert set(await shop.commerce.ask(questions.rules, merchant)) == {everywhere, here}
    assert shop.facts == [events.RulesChanged(merchant, room) for room in (shop.room_a, None, shop.room_a)]
    await do(c.SetRule(merchant, "hq", None))
    assert await shop.commerce.ask(questions.rules, merchant) == (here,)
    said = [act.text for act in (await shop.commerce.ask(questions.acts, merchant)).acts]
    assert said == ["open", "muted", "held", "slow 10 s"]
