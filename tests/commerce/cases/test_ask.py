"""Asking: of one's own order, for units that were bought and are not asked for already, while it may be asked."""

import pytest

from commerce import commands as c
from commerce.cases.ask import CASES_MAX
from commerce.commands.earning import EraseViewer
from commerce.errors import BodyDiffers, Conflict, LimitReached, NotFound, WrongState
from commerce.events import CaseChanged
from commerce.store.ids import public_id
from tests.commerce.cases.playing import Played, play


async def test_a_case_says_what_is_asked_and_what_was_paid_for_it(shop):
    played = await play(shop)
    shop.facts.clear()
    case = await played.ask(quantity=2, reason="two are torn")
    assert (case.kind, case.state, case.reason, case.amount.minor) == ("refund", "asked", "two are torn", 2 * 9_900)
    assert [(line.sku, line.quantity, line.amount.minor) for line in case.lines] == [(shop.sku, 2, 2 * 9_900)]
    assert [(event.event, event.state) for event in case.events] == [("ask", "asked")]
    assert (case.due_at - case.created_at).days == 3
    assert [(fact.case, fact.order, fact.state) for fact in shop.facts if isinstance(fact, CaseChanged)] == [
        (case.case, played.order.order, "asked")
    ]
    assert await played.cases() == (case,)


async def test_the_same_again_is_the_same_case_and_another_body_is_refused(shop):
    played = await play(shop)
    case = await played.ask(client="case-0001")
    again = await played.ask(client="case-0001")
    assert (again.case, again.replayed) == (case.case, True)
    before = await shop.dump()
    with pytest.raises(BodyDiffers):
        await played.ask(client="case-0001", quantity=2)
    with pytest.raises(BodyDiffers):
        await played.ask(client="case-0001", reason="another")
    assert await shop.dump() == before


async def test_of_a_case_whose_text_was_erased_nothing_is_known_to_be_the_same(shop):
    played = await play(shop)
    await played.ship(receive=True)
    case = await played.ask(client="case-0001", reason="two are torn")
    await played.refuse(case, "no")
    shop.clock.advance(30 * 86_400)
    await shop.commerce.execute(c.FinishOrders())
    await shop.commerce.execute(EraseViewer(shop.merchant.id, played.order.viewer))
    with pytest.raises(Conflict, match="client_case_id: used before"):
        await played.ask(client="case-0001", reason="two are torn")


async def test_several_cases_of_one_order_share_its_units(shop):
    played = await play(shop)
    first = await played.ask(quantity=2)
    with pytest.raises(Conflict, match="1 can be asked"):
        await played.ask(quantity=2)
    second = await played.ask(quantity=1)
    with pytest.raises(Conflict, match="0 can be asked"):
        await played.ask()
    await played.withdraw(second)
    await played.refuse(first)
    third = await played.ask(quantity=3)
    assert {case.case for case in await played.cases()} == {first.case, second.case, third.case}


async def test_who_has_not_bought_it_and_what_was_not_bought(shop):
    played = await play(shop)
    other = await play(shop, quantity=1)
    before = await shop.dump()
    for command, field in (
        (played.asked(viewer=public_id()), "order"),
        (played.asked(viewer=other.order.viewer), "order"),
        (Played(shop, other.order).asked(viewer=played.order.viewer), "order"),
    ):
        with pytest.raises(NotFound) as caught:
            await played.do(command)
        assert caught.value.field == field
    from commerce.commands.cases import Returned  # noqa: PLC0415

    with pytest.raises(NotFound) as caught:
        await played.ask(lines=(Returned(shop.sku, 1), Returned("0" * 16, 1)))
    assert caught.value.field == "lines[1].sku"
    assert await shop.dump() == before


async def test_when_it_may_be_asked(shop):
    unpaid = Played(shop, await shop.place())
    with pytest.raises(WrongState):
        await unpaid.ask()
    played = await play(shop)
    with pytest.raises(WrongState):
        await played.ask("return")  # it has not left
    await played.ship()
    await played.ask("return")
    await played.do(c.ReceiveOrder(shop.merchant.id, played.order.order))
    case = await played.ask("return")
    for each in await played.cases():
        await played.withdraw(each)
    assert case.state == "asked"
    shop.clock.advance(8 * 86_400)
    await played.do(c.FinishOrders())
    with pytest.raises(WrongState):
        await played.ask()


async def test_nothing_is_asked_for_what_was_given_back_already(shop):
    played = await play(shop)
    await played.do(c.RefundOrder(shop.merchant.id, played.order.order, "all", None))
    with pytest.raises(WrongState):
        await played.ask()
    part = await play(shop)
    await part.do(c.RefundOrder(shop.merchant.id, part.order.order, "most", 2 * 9_900 + 5_000))
    assert (await part.ask(quantity=2)).amount.minor == 4_900, "no more than is left"


async def test_one_order_has_a_limit_of_cases(shop):
    played = await play(shop)
    for _ in range(CASES_MAX):
        await played.withdraw(await played.ask())
    with pytest.raises(LimitReached):
        await played.ask()
