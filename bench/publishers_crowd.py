"""Publishers in a process of their own: `python -m bench.publishers_crowd`, RTMP URLs on standard input, a line each.

Prints `ready` when all publish, and sends until its standard input closes; then the kb/s that each of them got rid of,
on average. Nobody encodes: the clip is replayed.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
import sys
import time

import uvloop

from bench.publishers_clip import LOOP_MS, Tag, tags
from relay.rtmp import handshake
from relay.rtmp.push import Push, State, parse_target

TICK_S = 0.02
BYTES_ACKED = 120  # where tcpi_bytes_acked stands in Linux's tcp_info


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


def gone(writer: asyncio.StreamWriter) -> int:
    """Bytes that the other end has acknowledged (tcp(7), TCP_INFO: tcpi_bytes_acked)."""
    info = writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 192)
    return int.from_bytes(info[BYTES_ACKED : BYTES_ACKED + 8], sys.byteorder)


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
    sending: list[asyncio.Task[None]] = []
    writers: list[asyncio.StreamWriter] = []
    for number, url in enumerate(urls):  # each sends at once: who waits for the others would be taken for silent
        writers.append(await publisher(url))
        sending.append(asyncio.create_task(send(writers[-1], clip, number * 2 / len(urls))))
    began, before = time.monotonic(), sum(map(gone, writers))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)
    assert not any(task.done() for task in sending), "a publisher was cut off"
    kilobits = (sum(map(gone, writers)) - before) * 8 / 1000 / (time.monotonic() - began) / len(urls)
    for task in sending:
        task.cancel()
    sys.stdout.write(f"{kilobits:.0f}\n")


if __name__ == "__main__":
    uvloop.run(main())
