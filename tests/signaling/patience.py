"""Waiting for what tells nobody that it happened."""

import asyncio
import inspect

SECONDS_MAX = 40


async def until(condition):
    """Lets the loop run until the condition holds, which may be awaited; answers what it said."""
    async with asyncio.timeout(SECONDS_MAX):
        while True:
            answer = condition()
            if inspect.isawaitable(answer):
                answer = await answer
            if answer:
                return answer
            await asyncio.sleep(0.01)
