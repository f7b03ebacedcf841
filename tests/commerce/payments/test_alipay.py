"""Alipay through its SDK, against a fake that checks every request's signature and signs every answer."""

import asyncio
import time

import pytest

from commerce.errors import BadSignature, Conflict, Invalid, ProviderAway, ProviderRefused
from commerce.money import Money
from commerce.payments.alipay import open_gateway
from commerce.payments.port import GiveBack, Trade
from config.settings import PaymentSettings
from tests.commerce.payments.alipay_fake import APP_ID, AlipayFake
from tests.commerce.payments.wechat_fake import make_key, private_pem

PRICE = Money(9_900, "CNY")
PAYMENT = "a" * 16


@pytest.fixture
async def fake():
    made = AlipayFake()
    await made.start()
    yield made
    await made.close()


@pytest.fixture
def gateway(fake):
    return open_gateway(7, fake.credentials(), PaymentSettings(alipay_url=fake.url, call_ms_max=2_000))


def trade(amount=PRICE, seconds=900):
    expires = int(time.time() * 1000) + seconds * 1000
    return Trade(
        PAYMENT, f"{PAYMENT}-1", "", amount, "Brand", expires, "https://x.example/hook", "https://x.example/r/a"
    )


def give_back(number="r1", minor=4_000):
    return GiveBack(number, f"{PAYMENT}-1", "", Money(minor, "CNY"), PRICE, "torn", 0)


def ask(call, *arguments):
    return asyncio.to_thread(call, *arguments)


async def come(fake, gateway):
    return fake.comes((await ask(gateway.begin, trade())).value)


async def test_the_buyer_is_sent_to_a_signed_page_and_pays(fake, gateway):
    step = await ask(gateway.begin, trade())
    assert (step.kind, step.value.startswith(f"{fake.url}?")) == ("redirect", True)
    assert (await ask(gateway.find, trade())).state == "open"
    name = fake.comes(step.value)
    assert fake.trades[name]["about"]["product_code"] == "QUICK_WAP_PAY"
    assert fake.trades[name]["total_amount"] == "99.00"
    assert (await ask(gateway.find, trade())).state == "open"
    fake.pay(name)
    found = await ask(gateway.find, trade())
    assert (found.state, found.amount) == ("paid", PRICE)
    assert (await ask(gateway.close, trade())).state == "paid"


async def test_closing(fake, gateway):
    with pytest.raises(ProviderRefused, match="may still be open"):
        await ask(gateway.close, trade())  # nobody has been there: the page he was given still works
    assert (await ask(gateway.close, trade(seconds=-1))).state == "closed"
    await come(fake, gateway)
    assert (await ask(gateway.close, trade())).state == "closed"
    assert (await ask(gateway.find, trade())).state == "closed"


async def test_the_same_refund_twice_gives_back_once(fake, gateway):
    fake.pay(await come(fake, gateway))
    assert (await ask(gateway.refund, give_back())).state == "done"
    assert (await ask(gateway.refund, give_back())).state == "done"
    assert fake.refunds == {"r1": "40.00"}
    with pytest.raises(ProviderRefused, match="too much"):
        await ask(gateway.refund, give_back("r2", 6_000))


async def test_what_it_cannot_say_now_is_not_known(fake, gateway):
    fake.down = True
    with pytest.raises(ProviderAway):
        await ask(gateway.find, trade())
    fake.down, fake.signs_with = False, make_key()
    with pytest.raises(ProviderAway, match="signature"):
        await ask(gateway.find, trade())
    wrong = open_gateway(
        7, fake.credentials() | {"private_key": private_pem(make_key())}, PaymentSettings(alipay_url=fake.url)
    )
    with pytest.raises(ProviderAway, match="Invalid Arguments"):
        await ask(wrong.find, trade())
    with pytest.raises(Conflict, match="CNY"):
        await ask(gateway.begin, trade(Money(1, "USD")))


async def test_the_test_call_names_the_application(gateway):
    assert await ask(gateway.probe) == APP_ID


async def test_a_notice_is_read(fake, gateway):
    said = gateway.read_webhook(*fake.notice(f"{PAYMENT}-1"), time.time())
    assert (said.payment, said.trade, said.amount_minor, said.merchant) == (PAYMENT, f"{PAYMENT}-1", 9_900, 7)
    assert gateway.read_webhook(*fake.notice(f"{PAYMENT}-1", trade_status="WAIT_BUYER_PAY"), 0) is None
    assert gateway.read_webhook(*fake.notice(f"{PAYMENT}-1", refund_fee="1.00"), 0) is None


def test_notices_that_do_not_hold(fake, gateway):
    headers, body = fake.notice(f"{PAYMENT}-1")
    for forged in (body.replace(b"99.00", b"0.01"), body.replace(b"sign=", b"sign=AA"), b"a=b", b"", body + b"&z=1"):
        with pytest.raises(BadSignature):
            gateway.read_webhook(headers, forged, 0)
    for broken in (b"\xff", body + b"&out_trade_no=x"):
        with pytest.raises(Invalid):
            gateway.read_webhook(headers, broken, 0)
    for wrong in ({"app_id": "2021"}, {"total_amount": "99.001"}, {"out_trade_no": "other"}, {"notify_id": ""}):
        with pytest.raises(Invalid):
            gateway.read_webhook(*fake.notice(f"{PAYMENT}-1", **wrong), 0)
    fake.signs_with = make_key()
    with pytest.raises(BadSignature):
        gateway.read_webhook(*fake.notice(f"{PAYMENT}-1"), 0)


def test_keys_that_are_none_are_named(fake):
    with pytest.raises(Invalid, match="RSA"):
        open_gateway(7, fake.credentials() | {"private_key": "none"}, PaymentSettings())
