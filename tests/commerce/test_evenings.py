"""MONEY section 9 after every step of random evenings: races, closures, disputes, cases, merged viewers, dead nodes."""

import asyncio
import shutil
from collections import Counter

import pytest

from commerce.commands import earning as e
from commerce.errors import Unavailable
from commerce.store import tables
from commerce.store.engine import FILE_NAME
from tests.commerce.conftest import furnish
from tests.commerce.dying import MOMENTS, Death
from tests.commerce.earning.test_check import tamper
from tests.commerce.evenings import Evenings
from tests.commerce.money import Money
from tests.commerce.truths import wrong_of

PAYOUTS_MIN = 5  # of each of a hundred evenings, after which something was regretted so often
RECEIVABLES_MIN = 5


@pytest.fixture
def evenings(sqlite_template, tmp_path, open_commerce, clock):
    """`evenings(seed)`: a new store with two merchants."""

    async def open_node(folder):
        return await open_commerce(f"sqlite:///{folder / FILE_NAME}")

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
    await found.live(1)
    await found.die()
    assert sum(len(one.orders) for one in found.both)


@pytest.mark.parametrize("moment", MOMENTS)
async def test_what_a_node_leaves_when_it_dies(evenings, moment):
    """All of a batch that was committed, nothing of one that was not; either way nobody is told that it happened."""
    found = await evenings(0)
    money, to = found.both[0].money, found.folder.parent / "disk-1"
    Death(found.node, found.folder, to, moment, after=3)
    with pytest.raises(Unavailable):
        await money.shop.place()
    with pytest.raises(Unavailable):
        await money.shop.place()
    money.ask = (await found.open_node(to)).ask
    assert len(await money.rows(tables.orders)) == (moment == "after commit")


@pytest.mark.parametrize(
    ("statement", "wrong"),
    [
        ("UPDATE commission_line SET clawed_minor = clawed_minor + 1", "was told"),
        ("UPDATE orders SET refunded_minor = total_minor - 1", "go to others"),
        ("UPDATE log_leaf SET body = replace(body, '990', '991')", "says was changed"),
        ("UPDATE log_leaf SET at = at + 1", "not in the signed log"),
    ],
)
async def test_what_does_not_hold_is_named(money, statement, wrong):
    await money.sold()
    await money.execute(e.SignHeads())
    assert await money.ask(wrong_of, money.merchant) == []
    await asyncio.to_thread(tamper, money.shop.url, statement)
    found = await money.ask(wrong_of, money.merchant)
    assert [each for each in found if wrong in each], found


@pytest.mark.soak
@pytest.mark.timeout(7_200)
@pytest.mark.parametrize("seed", range(100))
async def test_a_hundred_evenings(evenings, seed):
    found = await evenings(1_000 + seed)
    await found.live(25)
    done = sum((one.answered for one in found.both), Counter())
    paid = await found.paid_out()
    assert paid["payouts"] >= PAYOUTS_MIN, paid
    assert paid["receivables"] >= RECEIVABLES_MIN, paid
    # not every evening has somebody who asks for his money back while he may, nor one whom HQ moves by hand
    assert {"MoveChannel", "ChangeChannel", "OpenDispute", "LogIn", "RefundOrder"} <= set(done)
