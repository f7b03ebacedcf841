"""WeChat Pay through its SDK, against a fake that checks every request's signature and signs every answer."""

import asyncio
import time

import pytest

from commerce.errors import BadSignature, Conflict, Invalid, ProviderAway, ProviderRefused
from commerce.money import Money
from commerce.payments.port import GiveBack, Trade
from commerce.payments.wechat import open_gateway
from config.settings import PaymentSettings
from tests.commerce.payments.wechat_fake import WeChatFake, make_key, private_pem

PRICE = Money(9_900, "CNY")
PAYMENT = "a" * 16


@pytest.fixture
async def fake():
    made = WeChatFake()
    await made.start()
    yield made
    await made.close()


@pytest.fixture(params=["certificates", "public key"])
def gateway(fake, request):
    settings = PaymentSettings(wechat_url=fake.url, call_ms_max=2_000)
    return open_gateway(7, fake.credentials(public_key=request.param == "public key"), settings)


def trade(name=f"{PAYMENT}-1", amount=PRICE):
    expires = int(time.time() * 1000) + 900_000
    return Trade(PAYMENT, name, "", amount, "Brand", expires, "https://x.example/hook", "https://x.example/r/a")


def give_back(number="r1", minor=4_000):
    return GiveBack(number, f"{PAYMENT}-1", "", Money(minor, "CNY"), PRICE, "torn", 0)


def ask(call, *arguments):
    return asyncio.to_thread(call, *arguments)


async def test_a_payment_is_begun_asked_for_and_paid(fake, gateway):
    step = await ask(gateway.begin, trade())
    assert (step.kind, step.value) == ("qr", f"weixin://wxpay/bizpayurl?pr={PAYMENT}-1")
    assert await ask(gateway.begin, trade()) == step
    assert fake.trades[f"{PAYMENT}-1"]["amount"] == {"total": 9_900, "currency": "CNY"}
    assert fake.trades[f"{PAYMENT}-1"]["notify_url"] == "https://x.example/hook"
    assert (await ask(gateway.find, trade())).state == "open"
    fake.pay(f"{PAYMENT}-1")
    found = await ask(gateway.find, trade())
    assert (found.state, found.amount, found.reference) == ("paid", PRICE, f"42{PAYMENT}-1")
    assert (await ask(gateway.close, trade())).state == "paid"


async def test_a_trade_it_has_never_heard_of_is_open_and_can_be_closed(gateway):
    assert (await ask(gateway.find, trade())).state == "open"
    assert (await ask(gateway.close, trade())).state == "closed"


async def test_closing_and_paying_at_the_same_moment_is_paid(fake, gateway):
    await ask(gateway.begin, trade())
    fake.pays_when_closed = True
    assert (await ask(gateway.close, trade())).state == "paid"


async def test_a_closed_trade_cannot_be_begun_again(fake, gateway):
    await ask(gateway.begin, trade())
    assert (await ask(gateway.close, trade())).state == "closed"
    assert (await ask(gateway.find, trade())).state == "closed"
    with pytest.raises(ProviderRefused, match="is over"):
        await ask(gateway.begin, trade())


async def test_the_same_refund_twice_gives_back_once(fake, gateway):
    await ask(gateway.begin, trade())
    fake.pay(f"{PAYMENT}-1")
    first = await ask(gateway.refund, give_back())
    assert (first.state, await ask(gateway.refund, give_back())) == ("done", first)
    assert len(fake.refunds) == 1
    with pytest.raises(ProviderRefused, match="more than was paid"):
        await ask(gateway.refund, give_back("r2", 6_000))
    fake.refund_status = "PROCESSING"
    assert (await ask(gateway.refund, give_back("r3", 5_900))).state == "waiting"
    fake.refund_status = "ABNORMAL"
    with pytest.raises(ProviderRefused, match="ABNORMAL"):
        await ask(gateway.refund, give_back("r3", 5_900))


async def test_only_fen_are_taken(gateway):
    with pytest.raises(Conflict, match="CNY"):
        await ask(gateway.begin, trade(amount=Money(100, "USD")))


async def test_requests_under_another_key_are_refused(fake):
    wrong = fake.credentials() | {"private_key": private_pem(make_key())}
    gateway = open_gateway(7, wrong, PaymentSettings(wechat_url=fake.url))
    with pytest.raises(ProviderRefused, match="wrong signature"):
        await ask(gateway.probe)


async def test_the_test_call_names_the_merchant(gateway):
    assert await ask(gateway.probe) == "1900000109"


async def test_an_answer_that_somebody_else_signed_is_no_answer(fake, gateway, caplog):
    fake.signs_with = make_key()
    with pytest.raises(ProviderAway, match="signature"):
        await ask(gateway.begin, trade())
    assert "an answer could not be read: Exception: failed to verify the signature" in caplog.text


def test_our_own_mistakes_are_nobody_else_s(gateway):
    with pytest.raises(ZeroDivisionError):
        gateway._ask(lambda: 1 / 0)


async def test_what_it_cannot_say_now_is_not_known(fake, gateway):
    fake.down = True
    for call in (gateway.find, gateway.close, gateway.begin):
        with pytest.raises(ProviderAway):
            await ask(call, trade())
    await fake.close()
    with pytest.raises(ProviderAway, match="Connection"):
        await ask(gateway.find, trade())


async def test_a_notice_is_read(fake, gateway):
    said = await ask(gateway.read_webhook, *fake.notice(f"{PAYMENT}-1"), time.time())
    assert (said.payment, said.trade, said.amount_minor, said.currency) == (PAYMENT, f"{PAYMENT}-1", 9_900, "CNY")
    assert (said.merchant, said.outcome, said.notice) == (7, "paid", f"EV-{PAYMENT}-1")


async def test_notices_that_do_not_hold(fake, gateway, caplog):
    headers, body = fake.notice(f"{PAYMENT}-1")
    now = time.time()
    forged = [
        ({}, body),
        (headers, body.replace(b"SUCCESS", b"SUCCESs")),
        (headers | {"Wechatpay-Nonce": "m" * 32}, body),
        (headers | {"Wechatpay-Timestamp": str(int(now) + 1)}, body),
        (headers | {"Wechatpay-Serial": "ABCDEF"}, body),
        (headers | {"Wechatpay-Serial": ""}, body),
        (headers | {"Wechatpay-Signature": "%%%"}, body),
        (headers | {"Wechatpay-Signature-Type": "WECHATPAY2-SM2-WITH-SM3"}, body),
        fake.notice(f"{PAYMENT}-1", int(now) - 301),
        fake.notice(f"{PAYMENT}-1", int(now) + 301),
    ]
    for given in forged:
        with pytest.raises(BadSignature):
            await ask(gateway.read_webhook, *given, now)
    assert "a notice could not be checked: Exception: wechatpayv3 does not support this algorithm" in caplog.text
    fake.signs_with = make_key()
    with pytest.raises(BadSignature):
        await ask(gateway.read_webhook, *fake.notice(f"{PAYMENT}-1"), now)


async def test_a_notice_about_another_merchant_or_without_what_it_needs(fake, gateway):
    with pytest.raises(Invalid, match="another merchant"):
        await ask(gateway.read_webhook, *fake.notice(f"{PAYMENT}-1", mchid="1900000110"), time.time())
    with pytest.raises(Invalid):
        await ask(gateway.read_webhook, *fake.notice(f"{PAYMENT}-1", amount={}), time.time())
    with pytest.raises(Invalid):
        await ask(gateway.read_webhook, *fake.notice("no payment of ours"), time.time())
    assert await ask(gateway.read_webhook, *fake.notice(f"{PAYMENT}-1", event="REFUND.SUCCESS"), time.time()) is None


@pytest.mark.parametrize(("field", "value"), [("private_key", "none"), ("api_v3_key", "short"), ("public_key", "none")])
def test_credentials_that_cannot_be_used_are_named(field, value):
    fake = WeChatFake()
    with pytest.raises(Invalid) as caught:
        open_gateway(7, fake.credentials(public_key=True) | {field: value}, PaymentSettings())
    assert caught.value.field == f"credentials.{field}"
