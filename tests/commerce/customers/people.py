"""A phone, its codes and whoever types them, for tests of customers on a shop's node."""

import json

from commerce import commands as c
from commerce.customers.portable import CONTACT, PHONE
from commerce.store.ids import public_id

ADDRESS = {"name": "Han Mei", "phone": "13900139000", "address": "2 Lake Road"}


class Phone:
    """`+86138...` of a shop's merchant."""

    def __init__(self, shop, number="+8613800138000"):
        self.shop, self.number = shop, number
        self.node = shop.commerce
        self.identity = self.node.identity(shop.merchant.merchant, number)

    def digest(self, code):
        return self.node.digest("code", self.identity, code)

    async def ask(self, viewer, code="123456", caller="192.0.2.1", room="", valid_ms=300_000):
        caller = self.node.digest("caller", caller)
        room = room or self.shop.room_a
        return await self.node.execute(c.AskCode(viewer, room, self.identity, caller, self.digest(code), valid_ms))

    async def type(self, viewer, code="123456", room="", fresh="", **traces):
        sealed = self.node.seal(PHONE, self.number.encode())
        return await self.node.execute(
            c.LogIn(
                viewer,
                room or self.shop.room_a,
                self.identity,
                self.digest(code),
                sealed,
                fresh or public_id(),
                **traces,
            )
        )

    async def log_in(self, viewer, room="", **traces):
        """With a minute between any two codes of a phone; from the shop's own address, since shops share a database."""
        self.shop.clock.advance(61)
        assert (await self.ask(viewer, caller=self.shop.merchant.merchant, room=room)).wait_ms == 0
        found = await self.type(viewer, room=room, **traces)
        assert found.outcome == "in", found
        return found


async def put(shop, viewer, address=None, chosen=False, **other):
    sealed = shop.commerce.seal(CONTACT, json.dumps(ADDRESS | other).encode())
    return await shop.commerce.execute(c.PutAddress(viewer, shop.room_a, sealed, chosen, address))
