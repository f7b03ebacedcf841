"""MONEY section 9 after every step of random evenings: races, closures, disputes, cases, merged viewers, dead nodes."""

import shutil
from collections import Counter

import pytest

from commerce.store.engine import FILE_NAME
from tests.commerce.conftest import furnish
from tests.commerce.evenings import Evenings
from tests.commerce.money import Money

HISTORIES_IN_ONE = 100


@pytest.fixture
def evenings(sqlite_template, tmp_path, open_commerce, clock):
    """`evenings(seed)`: a new store with two merchants."""

    async def open_node(folder):
        node = await open_commerce(f"sqlite:///{folder / FILE_NAME}")
        await node._scheduler.close()  # a history is decided by its seed, not by what the time is outside
        return node

    async def start(seed):
        folder = tmp_path / f"{seed}" / "disk-0"
        folder.mkdir(parents=True)
        shutil.copy(sqlite_template, folder / FILE_NAME)
        node = await open_node(folder)
        both = [Money(await furnish(node, clock, "", []), tmp_path) for _ in range(2)]
        for money in both:
            await money.plan()
        return Evenings(open_node, folder, both, seed)

    return start


@pytest.mark.parametrize("seed", range(3))
async def test_everything_holds_after_every_step(evenings, seed):
    found = await evenings(seed)
    await found.live(5)
    assert found.deaths


@pytest.mark.soak
@pytest.mark.timeout(7_200)
@pytest.mark.parametrize("seed", range(100))
async def test_a_hundred_evenings(evenings, seed):
    found = await evenings(1_000 + seed)
    await found.live(25)
    done = sum((one.answered for one in found.both), Counter())
    assert {"MoveChannel", "ChangeChannel", "Rebind", "OpenDispute", "AskCase", "LogIn", "RefundOrder"} <= set(done)


@pytest.mark.soak
@pytest.mark.timeout(7_200)
@pytest.mark.parametrize("hundred", range(100))
async def test_ten_thousand_histories_of_two_steps(evenings, tmp_path, hundred):
    """A hundred times a hundred, each in a store of its own."""
    for seed in range(hundred * HISTORIES_IN_ONE, (hundred + 1) * HISTORIES_IN_ONE):
        found = await evenings(100_000 + seed)
        await found.live(2)
        await found.node.close()
        shutil.rmtree(tmp_path / str(100_000 + seed))
