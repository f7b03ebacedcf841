"""The invite reward: for a newcomer who was verified and stayed, not for a head."""

from dataclasses import replace

import pytest

from commerce.commands.earning import QualifyViewer
from commerce.store import tables
from commerce.store.ids import public_id
from tests.commerce.money import PLAN

INVITING = replace(PLAN, invite_minor=490, invite_daily_max=2, invite_pool_minor=3 * 490)


def word(text):
    return text.ljust(64, "0")


class Inviting:
    def __init__(self, money):
        self.money = money
        self.sharer = public_id()

    async def begin(self):
        self.link = await self.money.shared(self.sharer, self.money.shop.store_a)
        return self

    async def comes(self, name, code="", **given):
        viewer = given.pop("viewer", None) or public_id()
        await self.money.shop.enter(viewer, code=self.link.code if code == "" else code)
        return await self.says(viewer, name, **given)

    async def says(self, viewer, name, watched=60, device="", address=""):
        digests = (word(name), word(device or f"d{name}"), word(address or f"a{name}"))
        return await self.money.execute(QualifyViewer(viewer, self.money.shop.room_a, *digests, watched))


@pytest.fixture
async def inviting(money):
    await money.plan(INVITING)
    return await Inviting(money).begin()


async def test_a_newcomer_pays_once_and_the_sharer_is_settled_with_it(inviting):
    viewer = public_id()
    assert await inviting.comes("1", viewer=viewer, watched=59) == "too_short"
    for _ in range(2):
        assert await inviting.says(viewer, "1") == "qualified"
    assert [(line.amount_minor, line.state) for line in await inviting.money.lines()] == [(490, "matured")]
    assert await inviting.money.settle() == ["paying"]


async def test_who_is_no_newcomer_earns_nobody_anything(inviting):
    assert await inviting.says(inviting.sharer, "own") == "no_sharer"
    assert await inviting.comes("x", device="down") == "same_device"
    assert await inviting.comes("y", address="aown") == "same_address"
    assert await inviting.comes("1") == "qualified"
    assert await inviting.comes("1", device="other") == "not_new"
    assert await inviting.comes("2", device="d1") == "not_new"
    assert await inviting.comes("3", code=None) == "no_sharer"
    assert len(await inviting.money.rows(tables.commission_line)) == 1


async def test_caps_of_the_day_and_of_the_pool(inviting):
    assert [await inviting.comes(name) for name in "123"] == ["qualified", "qualified", "daily_cap"]
    inviting.money.shop.clock.advance(86_400)
    assert [await inviting.comes(name) for name in "45"] == ["qualified", "pool_empty"]


async def test_a_plan_without_a_reward_pays_none(money):
    assert await (await Inviting(money).begin()).comes("1") == "no_reward"
