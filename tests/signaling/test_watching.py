"""Who is in a room for how long: told in batches, seldom of whom it does not matter, nothing lost and nothing twice."""

from contextlib import ExitStack

import pytest
from sqlalchemy import select

from commerce.commands.earning import SetPlan
from commerce.commands.watching import SPANS_MAX
from commerce.commission import Plan
from commerce.errors import Overloaded
from commerce.store import tables
from signaling.watching import IDLE_MS, LEFT_MAX, TELL_MS, Watching
from tests.signaling.phones import gateway, log_in

SEEN = ("d" * 64, "a" * 64)


class Store:
    """What is told, in seconds; `idle`: of whom nothing is needed."""

    def __init__(self):
        self.batches, self.idle, self.busy = [], set(), False

    async def execute(self, command):
        if self.busy:
            raise Overloaded("too many commands are waiting")
        self.batches.append([(s.viewer[0], s.since / 1000, s.until / 1000) for s in command.spans])
        return frozenset((s.viewer, s.room) for s in command.spans if s.viewer[0] in self.idle)

    def told(self):
        found, self.batches = self.batches, []
        return [span for batch in found for span in batch]


def viewer(name):
    return name.ljust(16, "0")


class World:
    def __init__(self):
        self.store, self.now, self.doors = Store(), 0.0, ExitStack()
        self.watching = Watching(self.store, lambda: self.now)

    def comes(self, name, room="north"):
        return self.doors.enter_context(self.watching.present(viewer(name), room, SEEN))

    async def after(self, seconds):
        self.now += seconds
        await self.watching.look()
        return self.store.told()


@pytest.fixture
def world():
    return World()


async def test_time_is_told_every_so_often_and_when_he_leaves(world):
    world.comes("a")
    world.comes("a")  # another window is the same time
    assert await world.after(5) == []
    assert await world.after(TELL_MS / 1000 - 5) == [("a", 0, 15)]
    assert await world.after(7) == []
    world.doors.close()
    assert await world.after(1) == [("a", 15, 22)]
    assert await world.after(100) == []


async def test_who_only_looked_in_did_not_watch(world):
    world.comes("a")
    world.now += 0.9
    world.doors.close()
    assert await world.after(100) == []


async def test_of_whom_nothing_is_needed_is_told_seldom_and_then_all(world):
    world.store.idle.add("b")
    world.comes("a")
    world.comes("b")
    assert await world.after(15) == [("a", 0, 15), ("b", 0, 15)]
    assert await world.after(15) == [("a", 15, 30)]
    world.store.idle.clear()
    assert ("b", 0, 15 + IDLE_MS / 1000) in await world.after(IDLE_MS / 1000 - 15), "nothing of it is lost"
    world.store.idle.add("b")
    await world.after(15)
    world.now += 2
    world.doors.close()
    assert [name for name, *_ in await world.after(1)] == ["a"]


async def test_a_store_that_is_busy_is_told_later(world):
    for name in "abc":
        world.comes(name)
    world.doors.close()
    world.comes("d")
    world.now += 20
    world.doors.close()
    world.comes("e")
    world.store.busy = True
    assert await world.after(15) == []
    world.store.busy = False
    assert await world.after(5) == [("d", 0, 20), ("e", 20, 40)]
    world.store.busy = True
    world.now += 5
    await world.watching.close()
    assert world.store.told() == []


async def test_batches_and_what_waits_are_bounded(world):
    for number in range(LEFT_MAX + 5):
        with world.watching.present(f"{number:016}", "north", SEEN):
            world.now += 1
    assert world.watching.waiting == LEFT_MAX
    await world.watching.look()
    assert {len(batch) for batch in world.store.batches} == {SPANS_MAX}
    assert world.watching.waiting == 0


async def test_a_node_that_stops_tells_what_it_knows(world):
    world.comes("a")
    world.now += 3
    await world.watching.close()
    assert world.store.told() == [("a", 0, 3)]


async def outcomes(shop):
    table = tables.newcomer
    query = select(table.c.outcome).where(table.c.merchant_id == shop.merchant.id).order_by(table.c.at)
    return await shop.node.commerce.ask(lambda reading: list(reading.connection.execute(query).scalars()))


async def test_a_friend_who_watches_and_logs_in_is_an_invite_and_the_sharer_on_another_page_is_not(open_shop):
    async with gateway() as (sent, options):
        shop = await open_shop("--http.trusted_proxies=127.0.0.1", *options)
        writer, watching = shop.node.commerce._writer, shop.node.core.watching
        clock, ahead = writer._clock, [0]
        writer._clock = watching._clock = lambda: clock() + ahead[0]
        await shop.do(SetPlan(shop.merchant.id, Plan((), invite_minor=490, invite_seconds=60)))
        people = [await shop.visitor() for _ in range(3)]
        for at, address in enumerate(("192.0.2.1", "192.0.2.2", "192.0.2.1")):
            people[at].headers = {"X-Forwarded-For": address}
        sharer, friend, himself = people
        _, link = await sharer("POST", "/api/v1/rooms/north/share")
        for person, phone in ((friend, "13800138001"), (himself, "13800138002")):
            assert (await person("GET", f"/s/{link['code']}"))[0] == 302
            socket = await person.socket("north", headers=person.headers)
            await socket.hello()
            await socket.wait_for("snapshot")
            await socket.say("hello")
            await socket.wait_for("chat")  # he is in, and it counts
            ahead[0] += 61
            await watching.look()
            await log_in(person, sent, phone)
        assert await outcomes(shop) == ["qualified", "same_address"]
