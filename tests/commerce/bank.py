"""A buyer's bank."""

from commerce import commands as c


class Bank:
    """Takes the money of one order and gives it back."""

    def __init__(self, money, order) -> None:
        self.money, self.order = money, order

    async def takes(self, minor=9_900, notice="dp_1", **more):
        payment = self.order.payment.payment
        dispute = c.RecordDispute(self.money.merchant, "sandbox", notice, payment, minor, "CNY", "fraud", **more)
        return await self.money.execute(dispute)

    async def gives_back(self, minor=9_900, notice="dp_1"):
        return await self.takes(minor, notice, reinstated=True)
