"""What becomes of cases: by HQ, by the buyer, by the clock; and the money with them."""

import asyncio

import pytest

from commerce import commands as c
from commerce.audit import audit
from commerce.commands import cases as k
from commerce.commands import earning as e
from commerce.errors import Conflict, NotFound, WrongState
from commerce.proof.entry import channel_party
from commerce.scheduler import Scheduler
from commerce.store import tables
from commerce.store.ids import public_id
from tests.commerce.cases.playing import DAY, play


async def states(played):
    return [case.state for case in reversed(await played.cases())]


async def test_money_back_without_goods_claws_back_its_share(money_anywhere):
    money = money_anywhere
    played = await play(money.shop)
    case = await played.agree(await played.ask(quantity=1), reason="sorry")
    assert (case.state, case.answer, case.due_at) == ("refunded", "sorry", None)
    order = await played.now()
    assert (order.state, order.refunded.minor) == ("paid", 9_900)
    (line,) = await money.lines()
    assert (line.amount_minor, line.clawed_minor) == (2_970, 990)
    (refund,) = await money.rows(tables.refund)
    assert (refund.amount_minor, refund.reason) == (9_900, f"case {case.case}")
    assert await money.ask(audit) == []


async def test_goods_come_back_before_the_money_does(money_anywhere):
    money = money_anywhere
    played = await play(money.shop)
    await played.ship(receive=True)
    case = await played.agree(await played.ask("return", quantity=3))
    assert (case.state, (await played.now()).refunded.minor) == ("agreed", 0)
    with pytest.raises(WrongState):
        await played.receive(case)
    sent = await played.send(case)
    assert (sent.state, sent.tracking) == ("sent", "SF100")
    assert await played.send(case) == sent, "the same number again is no error"
    with pytest.raises(WrongState):
        await played.send(case, "SF200")
    with pytest.raises(WrongState):
        await played.withdraw(case)
    done = await played.receive(case, restock=True)
    assert [event.event for event in done.events] == ["ask", "agree", "send", "refund"]
    order = await played.now()
    assert (done.state, order.state, order.refunded) == ("refunded", "refunded", order.total)
    assert await money.shop.books() == (10, 10, 0, 0)
    assert await money.ask(audit) == []
    with pytest.raises(WrongState):
        await played.receive(case)


async def test_hq_says_no_and_why_also_of_what_came_back(shop):
    played = await play(shop)
    await played.ship()
    refused = await played.refuse(await played.ask(), "worn")
    assert (refused.state, refused.answer, refused.events[-1].detail) == ("refused", "worn", "worn")
    case = await played.agree(await played.ask("return"))
    await played.send(case)
    assert (await played.refuse(case, "an empty box")).state == "refused"
    assert (await played.now()).refunded.minor == 0


async def test_the_buyer_thinks_again(shop):
    played = await play(shop)
    await played.ship()
    case = await played.ask("return")
    await played.agree(case)
    assert (await played.withdraw(case)).state == "withdrawn"
    assert (await played.withdraw(case)).state == "withdrawn"
    for step in (played.agree, played.refuse, played.send, played.receive):
        with pytest.raises(WrongState):
            await step(case)


async def test_several_cases_each_give_back_their_own_and_the_last_one_what_is_left(money):
    played = await play(money.shop)
    first, second, third = [await played.ask(quantity=1) for _ in range(3)]
    await played.agree(second)
    await played.do(c.RefundOrder(money.merchant, played.order.order, "by hand", 5_000))
    await played.agree(first)
    assert (await played.now()).refunded.minor == 2 * 9_900 + 5_000
    await played.agree(third)
    order = await played.now()
    assert (order.state, order.refunded) == ("refunded", order.total)
    (line,) = await money.lines()
    assert line.clawed_minor == line.amount_minor
    assert await money.ask(audit) == []


async def test_the_last_refund_ends_what_is_still_asked(shop):
    played = await play(shop)
    await played.ask(quantity=1)
    await played.ask(quantity=1)
    await played.do(c.RefundOrder(shop.merchant.id, played.order.order, "all", None))
    assert await states(played) == ["lapsed", "lapsed"]
    assert await played.do(k.PassCases()) == 0


async def test_a_case_after_settlement_is_owed_back_in_full(money):
    played = await play(money.shop)
    await played.ship(receive=True)
    late = await played.ask("return", quantity=1)
    money.shop.clock.advance(8 * DAY)
    await played.do(c.FinishOrders())
    assert (await played.now()).state == "received", "an open case keeps its commission from maturing"
    assert (await played.refuse(late)).state == "refused"
    await played.do(c.FinishOrders())
    assert (await played.now()).state == "finished"
    assert [line.state for line in await money.lines()] == ["matured"]


async def test_silence_of_hq_agrees_and_confirms_and_silence_of_the_buyer_lets_it_lapse(shop):
    played = await play(shop)
    await played.ship()
    refund, sent, kept = await played.ask(), await played.ask("return"), await played.ask("return")
    shop.clock.advance(3 * DAY - 1)
    await played.do(k.PassCases())
    assert await states(played) == ["asked"] * 3
    shop.clock.advance(1)
    await played.do(k.PassCases())
    assert await states(played) == ["refunded", "agreed", "agreed"]
    await played.send(sent)
    shop.clock.advance(7 * DAY)
    await played.do(k.PassCases())
    assert await states(played) == ["refunded", "sent", "lapsed"]
    shop.clock.advance(3 * DAY)
    await played.do(k.PassCases())
    assert await states(played) == ["refunded", "refunded", "lapsed"]
    assert (await played.now()).refunded.minor == 2 * 9_900
    assert (refund.state, kept.state) == ("asked", "asked")


async def test_the_times_outlive_the_node(shop, open_commerce):
    played = await play(shop)
    await played.ask()
    await shop.commerce.close()
    shop.clock.advance(3 * DAY)
    shop.commerce = await open_commerce(shop.url)
    await Scheduler(shop.commerce, "node").look()
    assert await states(played) == ["refunded"]


async def test_an_order_that_cannot_be_refunded_any_more_does_not_hold_up_the_others(sqlite_shop):
    shop = sqlite_shop
    broken, whole = await play(shop, 1), await play(shop, 1)
    await broken.ask()
    await whole.ask()

    def spoil():
        table, order = tables.payment, tables.orders
        with shop.commerce._engine.begin() as connection:
            key = connection.execute(order.select().where(order.c.public_id == broken.order.order)).one().id
            connection.execute(table.update().where(table.c.order_id == key).values(state="failed"))

    await asyncio.to_thread(spoil)
    shop.clock.advance(3 * DAY)
    assert await broken.do(k.PassCases()) == 2
    assert (await states(broken), await states(whole)) == (["lapsed"], ["refunded"])


async def test_what_came_back_is_on_the_shelf_with_its_case(shop):
    played = await play(shop)
    await played.agree(await played.ask(quantity=1), restock=True)
    assert (await shop.books(), [line.refunded for line in (await played.now()).lines]) == ((10, 8, 0, 2), [1])
    await played.agree(await played.ask(quantity=2))
    assert (await shop.books(), (await played.now()).state) == ((10, 8, 0, 2), "refunded")


async def test_others_find_no_case_here(shop):
    played, stranger = await play(shop), shop.merchant.id + 1_000_000
    await played.ship()
    case = await played.agree(await played.ask("return"))
    before = await shop.dump()
    for command in (
        k.AgreeCase(stranger, case.case),
        k.RefuseCase(stranger, case.case, "no"),
        k.ReceiveBack(stranger, case.case),
        k.SendBack(public_id(), case.case, "SF1"),
        k.WithdrawCase(public_id(), case.case),
        k.SendBack(played.order.viewer, "0" * 16, "SF1"),
    ):
        with pytest.raises(NotFound):
            await played.do(command)
    assert await shop.dump() == before


async def test_an_erased_buyers_words_are_gone_and_an_open_case_keeps_him(money):
    played = await play(money.shop)
    case = await played.ask(quantity=3, reason="my name is Li Lei")
    erase = e.EraseViewer(money.merchant, played.order.viewer)
    with pytest.raises(Conflict):
        await played.do(erase)
    await played.agree(case, reason="dear Li Lei")
    await played.do(erase)
    assert "Li Lei" not in str(await money.rows(tables.aftersale)) + str(await money.rows(tables.aftersale_event))
    assert channel_party(money.shop.store_a.channel) == money.a
