"""A shop whose orders are paid with WeChat Pay's fake."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from commerce import commands as c
from commerce import views
from commerce.payments.till import Till
from commerce.payments.ways import purpose
from commerce.store.ids import public_id
from config.settings import PaymentSettings
from tests.commerce.payments.wechat_fake import WeChatFake

URL = "https://x.example"


@dataclass
class Counter:
    """The till of a shop, with the provider behind it."""

    shop: Any
    fake: WeChatFake
    till: Till

    @property
    def merchant(self) -> int:
        return int(self.shop.merchant.id)

    async def order(self, **given: Any) -> views.Order:
        """An order whose buyer has been shown a QR code."""
        order = await self.shop.place(public_id(), **given)
        await self.till.begin(order.viewer, order.payment.payment, "wechat")
        return order

    async def now(self, order: views.Order) -> views.Order:
        from commerce.questions import order as question  # noqa: PLC0415

        return await self.shop.commerce.ask(question, self.merchant, order.order)

    async def hear(self, order: views.Order, number: int = 1, **change: Any) -> None:
        """WeChat's notice that it was paid, as it is posted."""
        at = int(self.shop.clock())
        headers, body = self.fake.notice(f"{order.payment.payment}-{number}", at, **change)
        await self.till.hear("wechat", self.shop.merchant.merchant, headers, body)

    async def paid(self) -> views.Order:
        order = await self.order()
        self.fake.pay(f"{order.payment.payment}-1")
        await self.hear(order)
        return order

    async def refund(self, order: views.Order, key: str, minor: int | None = None) -> views.Order:
        return await self.shop.commerce.execute(c.RefundOrder(self.merchant, order.order, key, minor, "torn"))


async def put_wechat(shop: Any, fake: WeChatFake, merchant: int | None = None) -> None:
    key = shop.merchant.id if merchant is None else merchant
    sealed = shop.commerce.seal(purpose(key, "wechat"), json.dumps(fake.credentials(public_key=True)).encode())
    await shop.commerce.execute(c.PutProvider(key, "wechat", "1900000109", sealed, True))


def open_till(shop: Any, fake: WeChatFake, **settings: Any) -> Till:
    found = PaymentSettings(wechat_url=fake.url, **({"call_ms_max": 2_000} | settings))
    return Till(shop.commerce, found, URL, shop.clock)
