"""Puts WebRTC together: the port, the fan-out behind it, the engine, and its addresses over HTTP."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack

from aiohttp import web

from config.metrics import Metrics
from config.settings import WebrtcSettings
from relay.gop import GopLimits
from relay.hub import Broadcast
from relay.ladder import Ladders
from relay.webrtc.candidates import Candidate, offered
from relay.webrtc.egress import Egress
from relay.webrtc.engine import Engine, Stage
from relay.webrtc.lanes import open_fanout
from relay.webrtc.port import Port
from relay.webrtc.selftest import examine
from signaling import whep, whip
from signaling.callers import Callers
from signaling.studio import Studio

log = logging.getLogger(__name__)


async def open_engine(
    stack: AsyncExitStack, settings: WebrtcSettings, limits: GopLimits, metrics: Metrics, ladders: Ladders
) -> tuple[Engine, int]:
    """The engine and its port's number. Closed the other way round: goodbyes are said while the port is open."""
    port = await Port.open(settings.host, settings.port)
    stack.push_async_callback(port.close)
    compiled = {"auto": None, "compiled": True, "python": False}[settings.fanout]
    fanout = open_fanout(port.udp, threads=settings.fanout_threads, compiled=compiled)
    stack.callback(fanout.close)
    candidates = await offered(settings.advertised_hosts, settings.host, port.number, port.udp.family)
    testing = asyncio.create_task(_test(port, candidates))
    stack.callback(testing.cancel)

    def open_stage(broadcast: Broadcast) -> Stage:
        rung, ladder = broadcast.webrtc_rung(), ladders.of(broadcast) if ladders.steps else None
        return Stage(rung, Egress(rung, fanout, settings, metrics, limits=limits, ladder=ladder))

    engine = Engine(port, candidates, settings, metrics, open_stage)
    stack.callback(engine.close)
    return engine, port.number


async def _test(port: Port, candidates: list[Candidate]) -> None:
    """Say which advertised candidate cannot be reached, and why; the node serves meanwhile."""
    for finding in await examine(port, candidates):
        log.log(logging.WARNING if finding.problem else logging.INFO, "candidate %s", finding)


def routes(engine: Engine, studio: Studio, callers: Callers) -> list[web.RouteDef]:
    """WHIP and WHEP."""
    return [*whip.routes(engine, studio.authorise, callers), *whep.routes(engine, studio.on_now, callers)]
