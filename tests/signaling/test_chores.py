import asyncio

from signaling.chores import Chores


async def test_acts_are_repeated_and_a_failing_one_goes_on(caplog):
    chores, done = Chores(), asyncio.Event()
    calls = []

    def act():
        calls.append(1)
        if len(calls) == 3:
            done.set()
        raise ValueError("again")

    chores.every(0.001, "the act", act)
    await asyncio.wait_for(done.wait(), 30)
    await chores.close()
    assert "the act failed" in caplog.text


async def test_acts_may_be_asynchronous_and_close_ends_everything():
    chores, ran = Chores(), asyncio.Event()

    async def act():
        ran.set()

    async def for_ever():
        await asyncio.Event().wait()

    chores.every(0.001, "an act", act)
    chores.start("for ever", for_ever())
    await asyncio.wait_for(ran.wait(), 30)
    await chores.close()
    assert {task.get_name() for task in asyncio.all_tasks()} & {"an act", "for ever"} == set()


async def test_an_act_that_swallows_its_end_is_told_again():
    """As `wait_for` does when what it waits for is done at the same moment: close waited for ever."""
    chores, ran, swallowed = Chores(), asyncio.Event(), []

    async def act():
        ran.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if swallowed:
                raise
            swallowed.append(1)

    chores.every(0.001, "an act", act)
    await asyncio.wait_for(ran.wait(), 30)
    async with asyncio.timeout(30):
        await chores.close()
    assert swallowed


async def test_what_ends_by_an_error_is_written_down(caplog):
    chores, ended = Chores(), asyncio.Event()

    async def broken():
        try:
            raise ValueError("out of order")
        finally:
            ended.set()

    chores.start("the facts", broken())
    await ended.wait()
    await chores.close()
    assert "the facts has ended" in caplog.text
