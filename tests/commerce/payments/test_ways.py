"""Whose credentials are here, and what buyers are offered."""

import pytest

from commerce import commands as c
from commerce.errors import Conflict, NotFound
from commerce.payments.ways import merchant_key, payment_ways, providers, sealed_provider
from commerce.store.ids import public_id


async def put(shop, provider="wechat", sealed=b"x", *, enabled=True):
    return await shop.commerce.execute(c.PutProvider(shop.merchant.id, provider, "hint", sealed, enabled))


async def test_what_is_enabled_is_offered_to_the_buyer_alone(shop):
    order = await shop.place(public_id())
    ask = (payment_ways, order.viewer, order.payment.payment)
    assert await shop.commerce.ask(*ask) == ()
    await put(shop)
    await put(shop, "alipay", enabled=False)
    assert await shop.commerce.ask(*ask) == ("wechat",)
    await shop.commerce.execute(c.SwitchProvider(shop.merchant.id, "alipay", True))
    assert await shop.commerce.ask(*ask) == ("alipay", "wechat")
    with pytest.raises(NotFound):
        await shop.commerce.ask(payment_ways, public_id(), order.payment.payment)


async def test_new_credentials_replace_the_old(shop):
    await put(shop)
    await put(shop, sealed=b"y")
    assert len(await shop.commerce.ask(providers, shop.merchant.id)) == 1
    assert (await shop.commerce.ask(sealed_provider, shop.merchant.id, "wechat")).sealed == b"y"


async def test_what_is_not_there(shop):
    for command in (c.SwitchProvider(shop.merchant.id, "wechat", True), c.RemoveProvider(shop.merchant.id, "wechat")):
        with pytest.raises(NotFound):
            await shop.commerce.execute(command)
    with pytest.raises(NotFound):
        await shop.commerce.ask(sealed_provider, shop.merchant.id, "wechat")
    with pytest.raises(NotFound):
        await shop.commerce.ask(merchant_key, "nobody")
    assert await shop.commerce.ask(merchant_key, shop.merchant.merchant) == shop.merchant.id


async def test_credentials_stay_while_money_is_waited_for(shop):
    await put(shop)
    order = await shop.place(public_id())
    chosen = await shop.commerce.execute(c.ChooseWay(order.viewer, order.payment.payment, "wechat"))
    with pytest.raises(Conflict, match="not settled"):
        await shop.commerce.execute(c.RemoveProvider(shop.merchant.id, "wechat"))
    await shop.commerce.execute(c.SettleAsk(shop.merchant.id, chosen.trade, None))
    await shop.commerce.execute(c.RemoveProvider(shop.merchant.id, "wechat"))
    assert await shop.commerce.ask(providers, shop.merchant.id) == ()
