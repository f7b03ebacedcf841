"""Ten thousand connections and other rudeness: limits hold, each with a counter, and whoever publishes goes on."""

import asyncio
import contextlib
from typing import Any

import pytest

CONNECTIONS, AT_ONCE = 10_000, 200


@pytest.mark.soak
@pytest.mark.timeout(300)
async def test_ten_thousand_connects(open_studio: Any, script: Any, publish: Any, collect: Any, until: Any) -> None:
    async with open_studio(connections_max=50, newcomers_per_address_max=50) as studio:
        good = await publish(studio, script)
        subscription = studio.broadcast.subscribe("test")
        await collect(subscription, lambda found: len(found) == 2)
        most = 0.0

        async def knock(number: int) -> None:
            nonlocal most
            _, writer = await asyncio.open_connection("127.0.0.1", studio.port)
            with contextlib.suppress(ConnectionError):
                writer.write(script.handshake()[: number % 3000])
                most = max(most, studio.connections())
                await writer.drain()
                await asyncio.sleep(0)
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

        for first in range(0, CONNECTIONS, AT_ONCE):
            await asyncio.gather(*(knock(number) for number in range(first, first + AT_ONCE)))
        await until(lambda: studio.connections() == 1)
        assert most <= 50
        assert studio.refused("over_limit") > 0
        good.say(script.picture(33))
        assert len(await collect(subscription, lambda found: len(found) == 1)) == 1


async def test_an_endless_message_is_cut_off(open_studio: Any, script: Any, publish: Any) -> None:
    async with open_studio(message_bytes_max=65_536) as studio:
        peer = await publish(studio, script)
        with contextlib.suppress(ConnectionError):
            peer.say(b"\x06\0\0\0\xff\xff\xff\x09\1\0\0\0" + bytes(100_000))
        assert b"more than 65536" in await peer.rest()
        assert studio.refused("malformed") == 1


async def test_sixteen_megabytes_of_amf_are_not_awaited(studio: Any, script: Any, connect: Any) -> None:
    peer = await connect(studio, script.handshake() + b"\x03\0\0\0\xff\xff\xff\x14\0\0\0\0")
    await peer.rest()
    assert studio.refused("malformed") == 1
