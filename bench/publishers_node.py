"""A whole node with one merchant and one live show for each publisher: `python -m bench.publishers_node COUNT FOLDER`.

Prints `{"pid", "urls"}` as JSON. A merchant's studio takes two encoders, so fifty publishers are fifty shows.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys

import uvloop
from prometheus_client import CollectorRegistry

from commerce import commands
from config.load import load
from signaling.app import Node, open_node

PORTS = tuple(f"--{section}.{name}" for section in ("http", "rtmp", "webrtc") for name in ("port=0", "host=127.0.0.1"))

PATIENT = ("--rtmp.handshake_ms_max=60000", "--rtmp.silence_ms_max=60000")  # fifty begin beside the server itself


async def show(node: Node, number: int) -> str:
    """A merchant's live show; where its encoder sends to."""
    execute = node.commerce.execute
    merchant = await execute(commands.CreateMerchant(f"Merchant {number}", room=f"bench-{number}"))
    made = await execute(commands.CreateShow(merchant.id, "Bench"))
    key = await execute(commands.RotateStreamKey(merchant.id, "primary"))
    await execute(commands.UpdateShow(merchant.id, made.show, state="live"))
    return f"rtmp://127.0.0.1:{node.ports.rtmp}/live/{key.stream_key}"


async def main() -> None:
    """The process; it ends with its standard input."""
    count, folder = int(sys.argv[1]), sys.argv[2]
    settings = load(None, {}, (*PORTS, f"--data_dir={folder}", f"--rtmp.newcomers_per_address_max={count}", *PATIENT))
    async with open_node(settings, CollectorRegistry()) as node:
        urls = [await show(node, number) for number in range(count)]
        sys.stdout.write(json.dumps({"pid": os.getpid(), "urls": urls}) + "\n")
        sys.stdout.flush()
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    uvloop.run(main())
