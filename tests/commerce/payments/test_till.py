"""From the order to the money and back, with a provider that can be away, late, wrong, or asked twice."""

import asyncio
import json

import pytest
from sqlalchemy import select

from commerce import commands as c
from commerce.errors import BadSignature, Conflict, NotFound, Overloaded, ProviderAway, WrongState
from commerce.payments.asking import asks_due
from commerce.payments.refunds import failed_refunds, order_refunds
from commerce.payments.till import CALLS_MAX, GRACE_MS, LATE_MS, LATE_MS_MAX
from commerce.payments.ways import purpose, sealed_provider
from commerce.store import tables
from commerce.store.ids import public_id
from tests.commerce.payments.alipay_fake import AlipayFake
from tests.commerce.payments.tills import open_till, put_wechat


async def test_the_same_way_again_is_the_same_step(counter):
    order = await counter.shop.place(public_id())
    first = await counter.till.begin(order.viewer, order.payment.payment, "wechat")
    again = await asyncio.gather(*(counter.till.begin(order.viewer, order.payment.payment, "wechat") for _ in range(3)))
    assert {first, *again} == {first}
    assert list(counter.fake.trades) == [f"{order.payment.payment}-1"]
    url = counter.fake.trades[f"{order.payment.payment}-1"]["notify_url"]
    assert url == f"https://x.example/api/v1/payments/wechat/{counter.shop.merchant.merchant}/webhook"


async def test_a_notice_pays_once_however_often_it_comes(counter_anywhere):
    counter = counter_anywhere
    order = await counter.paid()
    assert (await counter.now(order)).state == "paid"
    before = await counter.shop.dump()
    await counter.hear(order)
    await asyncio.gather(*(counter.hear(order) for _ in range(4)))
    assert await counter.shop.dump() == before
    assert await counter.shop.books() == (10, 9, 0, 1)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"amount": {"total": 1, "currency": "CNY"}}, Conflict),
        ({"amount": {"total": 9_900, "currency": "USD"}}, Conflict),
        ({"out_trade_no": "f" * 16 + "-1"}, NotFound),
    ],
)
async def test_a_notice_that_does_not_fit_leaves_nothing(counter, change, error):
    order = await counter.order()
    before = await counter.shop.dump()
    with pytest.raises(error):
        await counter.hear(order, **change)
    assert await counter.shop.dump() == before


async def test_no_notice_under_another_merchants_credentials(counter):
    shop, order = counter.shop, await counter.order()
    other = await shop.commerce.execute(c.CreateMerchant("Other", f"hq-{public_id()}", language="en"))
    await put_wechat(shop, counter.fake, other.id)
    headers, body = counter.fake.notice(f"{order.payment.payment}-1", int(shop.clock()))
    with pytest.raises(NotFound, match="no such payment"):
        await counter.till.hear("wechat", other.merchant, headers, body)
    with pytest.raises(BadSignature):
        await counter.till.hear("wechat", other.merchant, {}, body)
    for provider, merchant in (("wechat", "nobody"), ("paypal", other.merchant), ("stripe", other.merchant)):
        with pytest.raises(NotFound):
            await counter.till.hear(provider, merchant, headers, body)
    assert (await counter.now(order)).state == "created"


async def test_a_lost_notice_is_made_good_by_asking(counter):
    order = await counter.order()
    counter.fake.pay(f"{order.payment.payment}-1")
    await counter.till.look()
    assert (await counter.now(order)).state == "created"  # it is asked for after a while only
    counter.shop.clock.advance(31)
    await counter.till.look()
    assert (await counter.now(order)).state == "paid"
    await counter.hear(order)  # it was late, not lost
    assert await counter.shop.books() == (10, 9, 0, 1)


async def test_an_order_runs_out_after_its_provider_was_asked_and_the_trade_closed(counter):
    order = await counter.order()
    expire, trade = c.ExpireOrders(), f"{order.payment.payment}-1"
    counter.shop.clock.advance(901)
    assert await counter.shop.commerce.execute(expire) == 0
    await counter.till.look()
    assert counter.fake.trades[trade]["trade_state"] == "CLOSED"
    assert await counter.shop.commerce.execute(expire) == 1
    assert (await counter.now(order)).state == "cancelled"


async def test_paid_at_the_last_moment_is_paid(counter):
    order = await counter.order()
    counter.fake.pays_when_closed = True
    counter.shop.clock.advance(901)
    await counter.till.look()
    assert await counter.shop.commerce.execute(c.ExpireOrders()) == 0
    assert (await counter.now(order)).state == "paid"


async def test_a_provider_that_is_away_is_waited_for_but_not_for_ever(counter):
    order = await counter.order()
    counter.fake.down = True
    counter.shop.clock.advance(901)
    await counter.till.look()
    assert await counter.shop.commerce.execute(c.ExpireOrders()) == 0
    counter.shop.clock.advance(GRACE_MS / 1000)
    await counter.till.look()
    assert await counter.shop.commerce.execute(c.ExpireOrders()) == 1
    counter.fake.down = False
    counter.fake.pay(f"{order.payment.payment}-1")
    await counter.hear(order)  # then the money is kept, to be given back
    now = await counter.now(order)
    assert (now.state, now.payment.state) == ("cancelled", "paid")


async def test_what_became_of_a_payment_is_asked_for_after_its_order_ran_out(counter):
    """WeChat is away for an hour, and so is its notice; the buyer has paid in time."""
    order = await counter.order()
    counter.fake.pay(f"{order.payment.payment}-1")
    counter.fake.down = True
    for _ in range(4):
        counter.shop.clock.advance(GRACE_MS / 1000)
        await counter.till.look()
        await counter.shop.commerce.execute(c.ExpireOrders())
    counter.fake.down = False
    assert (await counter.now(order)).payment.state == "timed_out"
    counter.shop.clock.advance(LATE_MS / 1000)
    await counter.till.look()
    now = await counter.now(order)
    assert (now.state, now.payment.state) == ("cancelled", "paid")
    await counter.refund(order, "r1")
    await counter.till.look()
    assert await states(counter, order) == [("r1", "done")]


async def test_a_provider_that_never_says_is_not_asked_for_ever(counter):
    await counter.order()
    counter.fake.down = True
    for ms in (GRACE_MS, GRACE_MS, LATE_MS, LATE_MS_MAX):
        counter.shop.clock.advance(ms / 1000)
        assert await counter.shop.commerce.ask(asks_due)
        await counter.till.look()
    counter.shop.clock.advance(LATE_MS_MAX / 1000)
    assert not await counter.shop.commerce.ask(asks_due)


async def test_a_cancelled_order_is_closed_with_its_provider(counter):
    order = await counter.order()
    await counter.shop.commerce.execute(c.CancelOrder(counter.merchant, order.order))
    await counter.till.look()
    assert counter.fake.trades[f"{order.payment.payment}-1"]["trade_state"] == "CLOSED"
    with pytest.raises(WrongState):
        await counter.till.begin(order.viewer, order.payment.payment, "wechat")


@pytest.fixture
async def alipay(counter):
    """Offered beside WeChat Pay."""
    fake = AlipayFake()
    await fake.start()
    sealed = counter.shop.commerce.seal(purpose(counter.merchant, "alipay"), json.dumps(fake.credentials()).encode())
    await counter.shop.commerce.execute(c.PutProvider(counter.merchant, "alipay", "2021", sealed, True))
    counter.till = open_till(counter.shop, counter.fake, alipay_url=fake.url)
    yield fake
    await fake.close()


async def test_another_way_closes_the_one_before(counter, alipay):
    order = await counter.order()
    payment = order.payment.payment
    step = await counter.till.begin(order.viewer, payment, "alipay")
    assert (step.kind, counter.fake.trades[f"{payment}-1"]["trade_state"]) == ("redirect", "CLOSED")
    trade = alipay.comes(step.value)
    assert trade == f"{payment}-2"
    assert (await counter.till.begin(order.viewer, payment, "wechat")).kind == "qr"
    assert alipay.trades[trade]["trade_status"] == "TRADE_CLOSED"
    counter.fake.pay(f"{payment}-3")
    await counter.hear(order, number=3)
    assert (await counter.now(order)).payment.provider == "wechat"
    await counter.refund(order, "r1")
    await counter.till.look()
    assert [each["out_trade_no"] for each in counter.fake.refunds.values()] == [f"{payment}-3"]


async def test_who_has_paid_already_pays_in_no_other_way(counter, alipay):
    order = await counter.order()
    counter.fake.pay(f"{order.payment.payment}-1")
    assert (await counter.till.begin(order.viewer, order.payment.payment, "alipay")).kind == "paid"
    assert (await counter.now(order)).state == "paid"
    assert not alipay.trades


async def test_what_is_left_while_the_provider_makes_it_is_shown_to_nobody(counter):
    order = await counter.shop.place(public_id())

    async def cancel():
        counter.fake.meanwhile = None
        await counter.shop.commerce.execute(c.CancelOrder(counter.merchant, order.order))

    counter.fake.meanwhile = cancel
    with pytest.raises(Conflict, match="over"):
        await counter.till.begin(order.viewer, order.payment.payment, "wechat")
    assert counter.fake.trades[f"{order.payment.payment}-1"]["trade_state"] == "CLOSED"


async def test_what_costs_nothing_is_paid_at_once(counter):
    shop = counter.shop
    gift = await shop.commerce.execute(c.CreateProduct(counter.merchant, "Gift", (c.NewSku("one", 0, stock=1),)))
    await shop.commerce.execute(c.SetShelf(counter.merchant, shop.show.show, (c.ShelfEntry(gift.product),)))
    order = await shop.place(public_id(), lines=(c.Wanted(gift.skus[0].sku, 1),))
    assert (await counter.till.begin(order.viewer, order.payment.payment, "wechat")).kind == "paid"
    assert (await counter.now(order)).state == "paid"
    assert not counter.fake.trades


async def test_a_refund_goes_to_the_provider_after_it_was_decided(counter_anywhere):
    counter = counter_anywhere
    order = await counter.paid()
    await counter.refund(order, "r1", 4_000)
    assert not counter.fake.refunds
    assert (await states(counter, order)) == [("r1", "waiting")]
    await counter.refund(order, "r2")
    await counter.till.look()
    assert (await states(counter, order)) == [("r1", "done"), ("r2", "done")]
    assert sorted(each["amount"]["refund"] for each in counter.fake.refunds.values()) == [4_000, 5_900]
    await counter.refund(order, "r2")
    await counter.till.look()
    assert len(counter.fake.refunds) == 2


async def states(counter, order):
    found = await counter.shop.commerce.ask(order_refunds, counter.merchant, order.order)
    return [(each.refund, each.state) for each in found]


async def test_a_refund_whose_answer_was_lost_with_the_node_is_given_once(counter):
    order = await counter.paid()
    await counter.refund(order, "r1")
    (due,) = await counter.shop.commerce.execute(c.ClaimRefunds(10, 60_000))
    gateway = await counter.till._gateway(counter.merchant, "wechat")
    told = open_till(counter.shop, counter.fake)
    await asyncio.to_thread(gateway.refund, give_back(due))  # the provider has done it, and the node dies here
    await told.look()
    assert (await states(counter, order)) == [("r1", "waiting")]  # claimed still
    counter.shop.clock.advance(61)
    await told.look()
    assert (await states(counter, order)) == [("r1", "done")]
    assert len(counter.fake.refunds) == 1
    await told.close()


def give_back(due):
    from commerce.payments.port import GiveBack  # noqa: PLC0415

    return GiveBack(due.number, due.trade, due.reference, due.amount, due.paid, due.reason, due.round)


async def test_a_refund_is_tried_again_until_the_provider_is_back(counter):
    order = await counter.paid()
    await counter.refund(order, "r1")
    counter.fake.down = True
    await counter.till.look()
    assert (await states(counter, order)) == [("r1", "waiting")]
    counter.fake.down = False
    await counter.till.look()
    assert not counter.fake.refunds  # not yet: the wait grows with each attempt
    counter.shop.clock.advance(5)
    await counter.till.look()
    assert (await states(counter, order)) == [("r1", "done")]


async def test_a_refund_that_failed_is_seen_and_can_be_asked_for_again(counter):
    order = await counter.paid()
    counter.fake.refund_status = "ABNORMAL"
    await counter.refund(order, "r1")
    await counter.till.look()
    (failed,) = await counter.shop.commerce.ask(failed_refunds, counter.merchant)
    assert (failed.order, failed.refund, "ABNORMAL" in failed.error) == (order.order, "r1", True)
    counter.fake.refund_status = "SUCCESS"
    await counter.shop.commerce.execute(c.RetryRefund(counter.merchant, order.order, "r1"))
    await counter.till.look()
    assert (await states(counter, order)) == [("r1", "done")]
    assert len(counter.fake.refunds) == 1


async def test_a_provider_that_never_comes_back_fails_the_refund(counter):
    order = await counter.paid()
    till = open_till(counter.shop, counter.fake, refund_attempts_max=2)
    counter.fake.down = True
    await counter.refund(order, "r1")
    await till.look()
    counter.shop.clock.advance(5)
    await till.look()
    assert (await states(counter, order)) == [("r1", "failed")]
    await till.close()


async def test_a_slow_provider_is_given_up_for_now_and_calls_are_limited(counter):
    till = open_till(counter.shop, counter.fake, call_ms_max=100)
    release = asyncio.Event()
    loop = asyncio.get_running_loop()

    def wait():
        asyncio.run_coroutine_threadsafe(release.wait(), loop).result()

    calls = [asyncio.create_task(till._call(wait)) for _ in range(CALLS_MAX)]
    found = await asyncio.gather(*calls, return_exceptions=True)
    assert {type(each) for each in found} == {ProviderAway}
    with pytest.raises(Overloaded):
        await till._call(wait)
    release.set()
    await till.close()


async def test_new_credentials_are_used_at_once_and_never_lie_open(counter):
    till, merchant = counter.till, counter.merchant
    assert await till.probe(merchant, "wechat") == "1900000109"
    given = counter.fake.credentials() | {"mch_id": "1900000110"}
    kept = await till.put(merchant, "wechat", given, enabled=True)
    assert (kept.hint, kept.enabled) == ("1900000110", True)
    with pytest.raises(Exception, match="wrong signature"):
        await till.probe(merchant, "wechat")
    sealed = (await counter.shop.commerce.ask(sealed_provider, merchant, "wechat")).sealed
    assert b"PRIVATE" not in sealed
    assert "PRIVATE" not in repr(await counter.shop.commerce.ask(sealed_provider, merchant, "wechat"))
    rows = await counter.shop.commerce.ask(_rows)
    assert "PRIVATE" not in str(rows)


def _rows(reading):
    return reading.connection.execute(select(tables.payment_provider)).all()
