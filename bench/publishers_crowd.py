"""Publishers in a process of their own: `python -m bench.publishers_crowd`, RTMP URLs on standard input, a line each.

Prints `ready` when all publish, and sends until its standard input closes. Nobody encodes: the clip is replayed.
"""

from __future__ import annotations

import asyncio
import secrets
import sys
import time

import uvloop

from bench.publishers_clip import LOOP_MS, Tag, tags
from relay.rtmp import handshake
from relay.rtmp.push import Push, State, parse_target

TICK_S = 0.02


async def publisher(url: str) -> asyncio.StreamWriter:
    """A connection that may send."""
    target = parse_target(url)
    core = Push(target, secrets.token_bytes(handshake.RANDOM_BYTES))
    reader, writer = await asyncio.open_connection(target.host, target.port)
    while core.state is not State.SENDING:
        writer.write(core.data_to_send())
        data = await reader.read(65536)
        assert data, "the server has closed the connection"
        core.receive_data(data)
    return writer


async def send(writer: asyncio.StreamWriter, clip: list[Tag], late_s: float) -> None:
    """The clip round and round, at its own pace; `late_s` so that not all key frames come at once."""
    begin, number, round_ = time.monotonic() + late_s, 0, 0
    while True:
        due: list[bytes] = []
        now_ms = (time.monotonic() - begin) * 1000
        while clip[number].milliseconds + round_ * LOOP_MS <= now_ms:
            if not (clip[number].header and round_):
                due.append(clip[number].at(round_))
            number += 1
            if number == len(clip):
                number, round_ = 0, round_ + 1
        if due:
            writer.write(b"".join(due))
        await asyncio.sleep(TICK_S)


async def main() -> None:
    """The process."""
    loop = asyncio.get_running_loop()
    urls = []
    while line := (await loop.run_in_executor(None, sys.stdin.readline)).strip():
        urls.append(line)
    clip = await asyncio.to_thread(tags)
    sending = []
    for number, url in enumerate(urls):  # each sends at once: who waits for the others would be taken for silent
        sending.append(asyncio.create_task(send(await publisher(url), clip, number * 2 / len(urls))))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)
    assert not any(task.done() for task in sending), "a publisher was cut off"
    for task in sending:
        task.cancel()


if __name__ == "__main__":
    uvloop.run(main())
