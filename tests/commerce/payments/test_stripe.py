"""Stripe through its SDK: each call against Stripe's own mock server, what it means against one that remembers."""

import asyncio
import socket
import subprocess
import time
from dataclasses import replace

import pytest

from commerce.commands import RecordDispute
from commerce.errors import BadSignature, Invalid, ProviderAway, ProviderRefused
from commerce.money import Money
from commerce.payments.port import GiveBack, Trade
from commerce.payments.stripe import open_gateway
from config.settings import PaymentSettings
from tests.commerce.payments.stripe_fake import CREDENTIALS, StripeFake, stripe_mock

PRICE = Money(9_900, "CNY")
PAYMENT = "a" * 16


pytestmark = pytest.mark.timeout(120, func_only=True)  # building the mock server, once, is not the test's


@pytest.fixture(scope="module")
def mock():
    """The gateway at the mock server; skipped where there is no Go to build it with."""
    program = stripe_mock()
    if program is None:
        pytest.skip("no Go here to build stripe-mock with")
    ports = []
    for _ in range(2):
        with socket.create_server(("127.0.0.1", 0)) as free:
            ports.append(free.getsockname()[1])
    command = [str(program), "-http-port", str(ports[0]), "-https-port", str(ports[1])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        while "Listening for HTTP at" not in server.stdout.readline():
            assert server.poll() is None, "stripe-mock has ended"
        yield open_gateway(7, CREDENTIALS, PaymentSettings(stripe_url=f"http://127.0.0.1:{ports[0]}"))
        server.terminate()


@pytest.fixture
async def fake():
    made = StripeFake()
    await made.start()
    yield made
    await made.close()


@pytest.fixture
def gateway(fake):
    return open_gateway(7, CREDENTIALS, PaymentSettings(stripe_url=fake.url, call_ms_max=2_000))


def trade(reference="", number=1):
    expires = int(time.time() * 1000) + 900_000
    urls = ("https://x.example/hook", "https://x.example/r/a")
    return Trade(PAYMENT, f"{PAYMENT}-{number}", reference, PRICE, "Brand", expires, *urls)


def give_back(number="r1", minor=4_000, again=0):
    return GiveBack(number, f"{PAYMENT}-1", "cs_test_0", Money(minor, "CNY"), PRICE, "torn", again)


def ask(call, *arguments):
    return asyncio.to_thread(call, *arguments)


def test_the_mock_server_takes_each_call(mock):
    step = mock.begin(trade())
    assert (step.kind, step.reference[:3]) == ("redirect", "cs_")
    assert step.value.startswith("https://checkout.stripe.com/")
    assert mock.find(trade(step.reference)).state == "open"
    assert mock.find(trade()).state == "open"
    assert mock.close(trade(step.reference)).state == "closed"
    assert mock.refund(give_back()).state == "done"
    assert mock.probe() in ("live", "test mode")


def test_the_mock_server_refuses_what_stripe_would(mock):
    with pytest.raises(ProviderRefused):
        mock.begin(Trade(PAYMENT, "t", "", Money("many", "CNY"), "Brand", 0, "", ""))
    wrong = open_gateway(7, CREDENTIALS | {"secret_key": "nothing"}, mock._settings)
    with pytest.raises(ProviderRefused):
        wrong.probe()


async def test_a_trade_is_one_session_until_it_is_paid(fake, gateway):
    step = await ask(gateway.begin, trade())
    assert await ask(gateway.begin, trade()) == step
    assert list(fake.sessions) == [step.reference]
    assert (await ask(gateway.find, trade())).state == "open"  # its answer was lost: found under its key
    fake.pay(step.reference)
    found = await ask(gateway.find, trade(step.reference))
    assert (found.state, found.amount) == ("paid", PRICE)
    assert (await ask(gateway.close, trade(step.reference))).state == "paid"


async def test_a_closed_session_stays_closed(fake, gateway):
    step = await ask(gateway.begin, trade())
    assert (await ask(gateway.close, trade(step.reference))).state == "closed"
    assert (await ask(gateway.find, trade(step.reference))).state == "closed"
    assert (await ask(gateway.begin, trade(number=2))).reference != step.reference


async def test_a_refund_is_given_once_even_when_stripe_has_forgotten_its_key(fake, gateway):
    fake.pay((await ask(gateway.begin, trade())).reference)
    first = await ask(gateway.refund, give_back())
    fake.answered.clear()
    assert await ask(gateway.refund, give_back()) == first
    assert [each["amount"] for each in fake.refunds] == [4_000]
    await ask(gateway.refund, give_back("r2", 5_900))
    assert [each["amount"] for each in fake.refunds] == [4_000, 5_900]


async def test_a_refund_that_stripe_refuses_or_is_still_at(fake, gateway):
    fake.pay((await ask(gateway.begin, trade())).reference)
    fake.refuses = "insufficient funds"
    with pytest.raises(ProviderRefused, match="insufficient"):
        await ask(gateway.refund, give_back())
    fake.refuses = ""
    with pytest.raises(ProviderRefused, match="insufficient"):
        await ask(gateway.refund, give_back())  # the same key is answered the same
    fake.refund_status = "pending"
    assert (await ask(gateway.refund, give_back(again=1))).state == "waiting"
    fake.refunds[0]["status"] = "succeeded"
    assert (await ask(gateway.refund, give_back(again=1))).state == "done"
    assert len(fake.refunds) == 1


async def test_no_answer_is_not_known(fake, gateway):
    await fake.close()
    with pytest.raises(ProviderAway):
        await ask(gateway.begin, trade())


async def test_a_paid_session_is_read(fake, gateway):
    step = await ask(gateway.begin, trade())
    fake.pay(step.reference)
    said = gateway.read_webhook(*fake.notice(step.reference), time.time())
    assert (said.payment, said.trade, said.reference) == (PAYMENT, f"{PAYMENT}-1", step.reference)
    assert (said.amount_minor, said.currency, said.merchant, said.outcome) == (9_900, "CNY", 7, "paid")
    unpaid = fake.notice(step.reference, payment_status="unpaid")
    assert gateway.read_webhook(*unpaid, time.time()) is None
    assert gateway.read_webhook(*fake.notice(step.reference, kind="payment_intent.payment_failed"), time.time()) is None
    assert gateway.read_webhook(*fake.notice(step.reference, metadata={}), time.time()) is None


async def test_signatures_that_do_not_hold(fake, gateway):
    step = await ask(gateway.begin, trade())
    headers, body = fake.notice(step.reference)
    now = time.time()
    forged = [
        ({}, body),
        (headers, body.replace(b"9900", b"9901")),
        ({"Stripe-Signature": headers["Stripe-Signature"].replace("v1=", "v1=0")}, body),
        ({"Stripe-Signature": headers["Stripe-Signature"].replace("v1", "v0")}, body),
        ({"Stripe-Signature": "t=now,v1=1"}, body),
        fake.notice(step.reference, now - 301),
        fake.notice(step.reference, now + 301),
        (headers, b"\xff"),
    ]
    for given in forged:
        with pytest.raises(BadSignature):
            gateway.read_webhook(*given, now)
    unlike = ({"metadata": 7}, {"metadata": {"payment": "x"}}, {"amount_total": None}, {"currency": 7})
    for change in unlike:
        with pytest.raises(Invalid):
            gateway.read_webhook(*fake.notice(step.reference, **({"payment_status": "paid"} | change)), now)


async def test_a_dispute_finds_the_payment_by_its_intent(fake, gateway):
    step = await ask(gateway.begin, trade())
    fake.pay(step.reference)
    about = {"id": "dp_1", "amount": 9_900, "currency": "cny", "reason": "fraudulent"}
    notice = fake.notice(
        step.reference, kind="charge.dispute.funds_withdrawn", about=about | {"payment_intent": f"pi_{step.reference}"}
    )
    said = await ask(gateway.read_webhook, *notice, time.time())
    assert said == RecordDispute(7, "stripe", "dp_1", PAYMENT, 9_900, "CNY", "fraudulent")
    notice = fake.notice(
        step.reference, kind="charge.dispute.funds_reinstated", about=about | {"payment_intent": f"pi_{step.reference}"}
    )
    assert await ask(gateway.read_webhook, *notice, time.time()) == replace(said, reinstated=True)
