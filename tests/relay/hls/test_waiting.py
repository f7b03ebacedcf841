import asyncio

import pytest

from relay.hls.waiting import WAKE_MAX, Waiting

HELD_MAX = 1_000


async def turns(count=5):
    for _ in range(count):
        await asyncio.sleep(0)


async def held(waiting, count, awaited=(1, 0)):
    tasks = [asyncio.create_task(waiting.until(awaited)) for _ in range(count)]
    await turns()
    assert waiting.held == count
    return tasks


async def test_all_who_wait_for_a_part_are_woken():
    waiting = Waiting(60, HELD_MAX)
    tasks = await held(waiting, 100)
    other = asyncio.create_task(waiting.until((2, 0)))
    await turns()
    waiting.wake(lambda awaited: awaited == (1, 0))
    assert await asyncio.gather(*tasks) == [True] * 100
    assert waiting.held == 1 and not other.done()
    waiting.wake(lambda _: True)
    assert await other


async def test_a_thousand_are_woken_in_slices():
    """Between two turns of the loop at most one slice runs: sockets are served in between."""
    waiting = Waiting(60, 1_000)
    ran: list[int] = []
    turn = 0

    async def viewer():
        await waiting.until((1, None))
        ran.append(turn)

    tasks = [asyncio.create_task(viewer()) for _ in range(1_000)]
    await turns()
    assert waiting.held == 1_000
    waiting.wake(lambda _: True)
    while waiting.held:
        turn += 1
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)
    assert len(ran) == 1_000
    assert max(ran.count(number) for number in set(ran)) <= WAKE_MAX


async def test_sixteen_share_one_future():
    waiting = Waiting(60, HELD_MAX)
    tasks = await held(waiting, 33)
    assert [turn.members for turn in waiting._turns[1, 0]] == [16, 16, 1]
    waiting.wake(lambda _: True)
    await asyncio.gather(*tasks)
    assert not waiting._turns


async def test_one_that_is_cancelled_takes_nobody_with_it():
    waiting = Waiting(60, HELD_MAX)
    tasks = await held(waiting, 3)
    tasks[0].cancel()
    await turns()
    assert waiting.held == 3, "he leaves with the others"
    waiting.wake(lambda _: True)
    assert await asyncio.gather(*tasks[1:]) == [True, True]
    with pytest.raises(asyncio.CancelledError):
        await tasks[0]
    assert waiting.held == 0


async def test_it_knows_what_is_waited_for():
    waiting = Waiting(60, HELD_MAX)
    tasks = await held(waiting, 1)
    assert (1, 0) in waiting and (1, 1) not in waiting
    waiting.wake(lambda _: True)
    await asyncio.gather(*tasks)
    assert (1, 0) not in waiting


async def test_time_is_up_for_those_who_waited_too_long():
    waiting = Waiting(0.01, HELD_MAX)
    assert await waiting.until((1, 0)) is False
    assert waiting.held == 0 and not waiting._turns


async def test_more_than_the_limit_are_not_held():
    waiting = Waiting(60, 2)
    tasks = await held(waiting, 2)
    assert await waiting.until((1, 0)) is False
    waiting.wake(lambda _: True)
    await asyncio.gather(*tasks)


async def test_who_comes_while_others_are_woken_waits_for_his_own():
    waiting = Waiting(60, HELD_MAX)
    tasks = await held(waiting, 40)
    waiting.wake(lambda _: True)
    late = asyncio.create_task(waiting.until((1, 1)))
    assert await asyncio.gather(*tasks) == [True] * 40
    await turns()
    assert not late.done()
    waiting.wake(lambda _: True)
    assert await late
