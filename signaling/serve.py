"""Runs a node until it is told to stop."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvloop

from config.logs import Logs
from config.settings import Settings
from signaling import addresses
from signaling.app import Node, open_node

log = logging.getLogger(__name__)

COLLECT_AFTER = 10_000  # objects more than were dropped: a batch of orders makes some thousands of them
Work = Callable[[Node, asyncio.Event], Awaitable[None]]


def serve(settings: Settings, addresses_path: Path | None) -> int:
    """The process's exit code."""

    async def work(node: Node, stop: asyncio.Event) -> None:
        found = await addresses.of(node)
        if addresses_path is not None:
            await asyncio.to_thread(addresses.write, addresses_path, found)
        log.info("listening: %s and %s", node.urls.http, node.urls.rtmp)
        await stop.wait()

    return run(settings, work)


def run(settings: Settings, work: Work) -> int:
    """A node with logs, uvloop and signals around `work`, which is given an event that says when to stop."""
    logs = Logs(settings.log, sys.stderr)
    logs.open()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_until_stopped(settings, work))
    except OSError as error:
        log.error("cannot start: %s", error)
        return 1
    finally:
        logs.close()
    return 0


async def _until_stopped(settings: Settings, work: Work) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with open_node(settings) as node:
        _collect_seldom()
        await work(node, stop)
        log.info("stopping")


def _collect_seldom() -> None:
    """What is there by now stays for ever, so the collector of cycles need not look at it again, nor look so often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 20)
