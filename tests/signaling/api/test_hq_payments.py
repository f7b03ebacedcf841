"""HQ connects a provider, a buyer pays through it, HQ gives the money back - over HTTP, against WeChat Pay's fake."""

import time

import pytest

from commerce import commands as c
from tests.commerce.payments.alipay_fake import AlipayFake
from tests.commerce.payments.wechat_fake import WeChatFake
from tests.signaling.api.test_payments import order

PAYMENTS = "/api/v1/hq/payments"


@pytest.fixture
async def wechat():
    fake = WeChatFake()
    await fake.start()
    yield fake
    await fake.close()


@pytest.fixture
async def shop(open_shop, wechat):
    return await open_shop(f"--payments.wechat_url={wechat.url}")


@pytest.fixture
async def boss(shop):
    found = await shop.visitor()
    await found.log_in()
    return found


async def connect(boss, wechat, **more):
    return await boss("PUT", f"{PAYMENTS}/wechat", {"credentials": wechat.credentials(public_key=True)} | more)


async def test_two_at_the_credentials_do_not_overwrite_each_other(boss, wechat):
    stale = boss.headers | {"If-Match": '"0"'}
    assert (await connect(boss, wechat))[0] == 200
    for method, body in (("PUT", {"credentials": wechat.credentials(public_key=True)}), ("PATCH", {"enabled": False})):
        status, problem = await boss(method, f"{PAYMENTS}/wechat", body, headers=stale)
        assert (status, problem["type"]) == (412, "/problems/stale")
    assert (await boss("PATCH", f"{PAYMENTS}/wechat", {"enabled": False}, headers=boss.headers | {"If-Match": '"1"'}))[
        0
    ] == 200


async def test_credentials_are_set_tried_and_never_shown(boss, wechat):
    status, found = await connect(boss, wechat)
    assert (status, found["configured"], found["enabled"], found["hint"]) == (200, True, True, "1900000109")
    status, every = await boss("GET", PAYMENTS)
    assert [each["provider"] for each in every["providers"]] == ["alipay", "stripe", "wechat"]
    assert [each["configured"] for each in every["providers"]] == [False, False, True]
    assert every["providers"][2]["webhook_url"].endswith("/webhook")
    assert "PRIVATE" not in str(every)
    assert (await boss("POST", f"{PAYMENTS}/wechat/probe", {}))[1] == {"works": True, "detail": "1900000109"}
    wechat.down = True
    assert (await boss("POST", f"{PAYMENTS}/wechat/probe", {}))[1]["works"] is False
    assert (await boss("PATCH", f"{PAYMENTS}/wechat", {"enabled": False}))[1]["enabled"] is False
    assert (await boss("DELETE", f"{PAYMENTS}/wechat"))[0] == 204
    assert (await boss("POST", f"{PAYMENTS}/wechat/probe", {}))[0] == 404


async def test_what_cannot_be_right_is_named(boss, wechat):
    cases = [
        ("stripe", {"secret_key": "x"}, "credentials.webhook_secret"),
        ("stripe", {"secret_key": "x", "webhook_secret": "y", "z": ""}, "credentials.z"),
        ("wechat", wechat.credentials() | {"private_key": "none"}, "credentials.private_key"),
        ("alipay", {"app_id": "1", "private_key": "x", "alipay_public_key": "y"}, "credentials"),
    ]
    for provider, credentials, field in cases:
        status, problem = await boss("PUT", f"{PAYMENTS}/{provider}", {"credentials": credentials})
        assert (status, problem["errors"][0]["field"]) == (422, field)
    assert (await boss("PUT", f"{PAYMENTS}/paypal", {"credentials": {}}))[0] == 404
    assert (await boss("PUT", f"{PAYMENTS}/stripe", {}))[0] == 422


async def test_only_who_may_connects(shop, wechat, password_hash):
    await shop.do(c.CreateUser(shop.merchant.id, "clerk", password_hash, "finance"))
    clerk = await shop.visitor()
    await clerk.log_in("clerk")
    assert (await clerk("GET", PAYMENTS))[0] == 200
    assert (await connect(clerk, wechat))[0] == 403
    assert (await clerk("POST", f"{PAYMENTS}/wechat/probe", {}))[0] == 403


async def test_a_buyer_pays_by_qr_code_and_hq_gives_it_back(shop, boss, wechat):
    await connect(boss, wechat)
    buyer = await shop.visitor()
    placed = await order(shop, buyer)
    payment = placed["payment"]["payment"]
    assert (await buyer("GET", f"/api/v1/payments/{payment}/ways"))[1] == {"ways": ["wechat"]}
    assert (await buyer("POST", f"/api/v1/payments/sandbox/{payment}", {"outcome": "pay"}))[0] == 409
    status, step = await buyer("POST", f"/api/v1/payments/{payment}/begin", {"way": "wechat"})
    assert (status, step["kind"], step["url"]) == (200, "qr", f"weixin://wxpay/bizpayurl?pr={payment}-1")
    assert step["qr"].startswith("<svg")
    stranger = await shop.visitor()
    for path, body in (("ways", None), ("begin", {"way": "wechat"})):
        assert (await stranger("POST" if body else "GET", f"/api/v1/payments/{payment}/{path}", body))[0] == 404
    assert (await buyer("POST", f"/api/v1/payments/{payment}/begin", {"way": "cash"}))[0] == 422
    assert (await buyer("POST", f"/api/v1/payments/{payment}/begin", {"way": "alipay"}))[0] == 409

    wechat.pay(f"{payment}-1")
    total = {"amount": {"total": placed["total"]["minor"], "currency": "CNY"}}
    url = f"/api/v1/payments/wechat/{shop.merchant.merchant}/webhook"
    provider = await shop.visitor()
    headers, body = wechat.notice(f"{payment}-1", **total)
    assert (await provider("POST", url, data=body.replace(b"SUCC", b"FAIL"), headers=headers))[0] == 400
    wrong_headers, wrong = wechat.notice(f"{payment}-1")
    assert (await provider("POST", url, data=wrong, headers=wrong_headers))[0] == 409
    for _ in range(2):
        assert (await provider("POST", url, data=body, headers=headers))[0] == 204
    assert (await buyer("GET", f"/api/v1/orders/{placed['order']}"))[1]["payment"]["state"] == "paid"

    path = f"/api/v1/hq/orders/{placed['order']}"
    assert (await boss("POST", f"{path}/refund", {"refund": "refund-1"}))[0] == 200
    deadline = time.monotonic() + 30
    while (found := (await boss("GET", f"{path}/refunds"))[1]["refunds"])[0]["state"] == "waiting":
        assert time.monotonic() < deadline
    assert (found[0]["state"], len(wechat.refunds)) == ("done", 1)
    assert (await boss("POST", f"{path}/refunds/refund-1/retry", {}))[0] == 409
    end = {"how": "not_given", "reason": "the bank took it"}
    assert (await boss("POST", f"{path}/refunds/refund-1/end", end))[0] == 409  # it is done
    assert (await boss("POST", f"{path}/refunds/refund-1/end", end | {"reason": ""}))[0] == 422


async def test_alipay_is_answered_with_its_word_and_the_buyer_sent_to_its_page(open_shop):
    alipay = AlipayFake()
    await alipay.start()
    shop = await open_shop(f"--payments.alipay_url={alipay.url}")
    boss, buyer = await shop.visitor(), await shop.visitor()
    await boss.log_in()
    assert (await boss("PUT", f"{PAYMENTS}/alipay", {"credentials": alipay.credentials()}))[0] == 200
    placed = await order(shop, buyer)
    payment = placed["payment"]["payment"]
    _, step = await buyer("POST", f"/api/v1/payments/{payment}/begin", {"way": "alipay"})
    assert (step["kind"], step["qr"]) == ("redirect", None)
    trade = alipay.comes(step["url"])
    url = f"/api/v1/payments/alipay/{shop.merchant.merchant}/webhook"
    headers, body = alipay.notice(trade, total_amount="136.00")
    for _ in range(2):
        assert await buyer("POST", url, data=body, headers=headers) == (200, "success")
    assert (await buyer("GET", f"/api/v1/orders/{placed['order']}"))[1]["state"] == "paid"
    headers, forged = alipay.notice(trade, total_amount="136.00", notify_id="other")
    assert (await buyer("POST", url, data=forged.replace(b"other", b"third"), headers=headers))[0] == 400
    await alipay.close()


async def test_without_a_provider_and_a_sandbox_nothing_can_be_paid(open_shop):
    shop = await open_shop("--payments.sandbox=false")
    buyer = await shop.visitor()
    payment = (await order(shop, buyer))["payment"]["payment"]
    assert (await buyer("GET", f"/api/v1/payments/{payment}/ways"))[1] == {"ways": []}
    assert (await buyer("POST", f"/api/v1/payments/sandbox/{payment}", {"outcome": "pay"}))[0] == 409
