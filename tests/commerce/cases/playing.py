"""A paid order and whoever acts on its cases."""

from dataclasses import dataclass
from typing import Any

from commerce import commands as c
from commerce import views
from commerce.cases import find
from commerce.commands import cases as k
from commerce.store.ids import public_id

DAY = 86_400


@dataclass
class Played:
    """An order of the shop's goods; `sku` is its first line's."""

    shop: Any
    order: views.Order

    @property
    def sku(self):
        return self.order.lines[0].sku

    def asked(self, kind="refund", quantity=1, viewer=None, reason="torn", client=None, lines=None):
        lines = lines or (k.Returned(self.sku, quantity),)
        client = client or "case-" + public_id()
        return k.AskCase(viewer or self.order.viewer, self.order.order, client, kind, reason, lines)

    async def do(self, command):
        return await self.shop.commerce.execute(command)

    async def ask(self, *given, **more):
        return await self.do(self.asked(*given, **more))

    async def agree(self, case, **more):
        return await self.do(k.AgreeCase(self.shop.merchant.id, case.case, **more))

    async def refuse(self, case, reason="looks fine"):
        return await self.do(k.RefuseCase(self.shop.merchant.id, case.case, reason))

    async def send(self, case, tracking="SF100"):
        return await self.do(k.SendBack(self.order.viewer, case.case, tracking))

    async def receive(self, case, **more):
        return await self.do(k.ReceiveBack(self.shop.merchant.id, case.case, **more))

    async def withdraw(self, case):
        return await self.do(k.WithdrawCase(self.order.viewer, case.case))

    async def cases(self, **given):
        return (await self.shop.commerce.ask(find.cases, self.shop.merchant.id, order=self.order.order, **given)).cases

    async def ship(self, receive=False):
        await self.do(c.ShipOrder(self.shop.merchant.id, self.order.order))
        if receive:
            await self.do(c.ReceiveOrder(self.shop.merchant.id, self.order.order))

    async def now(self):
        from commerce import questions  # noqa: PLC0415

        return await self.shop.commerce.ask(questions.order, self.shop.merchant.id, self.order.order)


async def play(shop, quantity=3, viewer=None):
    return Played(shop, await shop.pay(await shop.place(viewer, quantity=quantity)))
