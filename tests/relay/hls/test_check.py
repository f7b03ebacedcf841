"""The bench's checker of other servers, tried on our own: what it asks for is what we answer."""

import asyncio

from bench import hls_check

SEGMENTS = 9  # some of them lie before the skip boundary
STEP_SECONDS = 0.05  # between the parts of the broadcast, which goes ten times as fast as others


async def test_the_origin_passes_every_row(live, clip):
    long_enough = asyncio.Event()

    async def broadcast():
        for round_ in range(100):
            packets = clip.again(10 * round_)
            first = packets.packets[0].seconds
            await live.feed(packets, until=first)
            for part in range(1, 21):
                await live.feed(until=first + part / 2)
                if len(live.window.segments) >= SEGMENTS:
                    long_enough.set()
                await asyncio.sleep(STEP_SECONDS)

    going = asyncio.create_task(broadcast())
    http = f"http://127.0.0.1:{live.client.port}"
    await long_enough.wait()
    verdicts = await hls_check.check(http, live.base + "media.m3u8")
    going.cancel()
    assert len(verdicts) == 14 and all(verdicts.values()), verdicts
