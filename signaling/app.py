"""The composition root: every part of a node is made here, and handed what it needs. Nothing else knows them all."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from aiohttp import web
from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector

from commerce.payments.payer import Payer
from commerce.payments.rails import SandboxRail
from commerce.payments.till import Till
from commerce.service import Commerce
from config.metrics import Metrics
from config.settings import Settings
from relay.gop import GopLimits
from relay.hls import replay
from relay.hls.edge import EdgePass
from relay.hls.http import routes as hls_routes
from relay.hls.origin import Origin
from relay.hls.recording import Recordings
from relay.hls.store import Store
from relay.hub import Hub
from relay.ladder import Ladders
from relay.rtmp.server import Server as RtmpServer
from relay.source import SourcePolicy
from relay.webrtc.engine import Engine
from signaling import hooks, problems, webrtc
from signaling.api.async_describe import AsyncApi
from signaling.api.cases import CaseApi
from signaling.api.customers import CustomerApi
from signaling.api.describe import OpenApi
from signaling.api.desk import DeskApi
from signaling.api.desk_partners import DeskPartners
from signaling.api.joining import JoiningApi
from signaling.api.links import LinkApi
from signaling.api.once import ViewersOnce
from signaling.api.payees import PayeeApi
from signaling.api.payments import PaymentsApi, SandboxApi
from signaling.api.proofs import ProofApi
from signaling.api.rooms import RoomApi
from signaling.api.sharers import SharerApi
from signaling.bus import Bus, Keep, MemoryBus
from signaling.callers import Callers
from signaling.catchup import SWEEP_SECONDS, Catchup
from signaling.chat import ChatRules
from signaling.chores import Chores
from signaling.crowds import Crowds
from signaling.directory import Directory
from signaling.dispatch import Dispatch
from signaling.doubts import Doubts
from signaling.ears import Ears
from signaling.entrance import Entrance
from signaling.erasures import Erasures
from signaling.errors import CLOSE_GOING_AWAY
from signaling.facts import Facts
from signaling.headquarters import headquarters
from signaling.houses import Houses
from signaling.hq_ws import SESSION_SECONDS
from signaling.images import Images
from signaling.listening import Urls, find_urls, listen, open_site, open_tls
from signaling.logouts import LOOK_SECONDS as LOGOUT_SECONDS
from signaling.logouts import Logouts
from signaling.on_air import OnAir
from signaling.ops import Ops, listens, writes
from signaling.pages import Pages, assets_for_ever
from signaling.poster import Fonts
from signaling.posters import Posters
from signaling.replays import SWEEP_SECONDS as REPLAY_SWEEP_SECONDS
from signaling.replays import Replays
from signaling.restreams import Restreams
from signaling.rooms import TICK_SECONDS, Rooms
from signaling.routes import Handlers, routes
from signaling.sms import open_gateway
from signaling.studio import Studio
from signaling.tokens import LinkTokens, ViewerTokens
from signaling.traces import Traces
from signaling.translations import Translations
from signaling.viewers import Viewers
from signaling.visits import Visits
from signaling.watching import LOOK_SECONDS as WATCHED_SECONDS
from signaling.watching import Watching
from signaling.ws import RoomSocket

WEB_DIST = Path(__file__).parent.parent / "web" / "dist"
LOOK_SECONDS = 0.2  # between two looks whether a broadcast has become playable
EXPIRE_SECONDS = 2.0  # between two looks at the validity of the stream keys in use
PAYOUTS_SECONDS = 1.0  # between two looks at what is approved to be paid out
SANDBOX_BANK = "sandbox-bank.jsonl"  # in the data directory
PAYMENTS_SECONDS = 1.0  # between two looks at what payment providers are to be asked and told
FILL_SECONDS = 0.04  # between two looks whether a slate's next picture is due
BUS_SWEEP_SECONDS = 30.0
GOING_DOWN = "the server is going down"


@dataclass(frozen=True, slots=True)
class Ports:
    """Where this node listens; `ops` None: on the HTTP port."""

    http: int
    rtmp: int
    webrtc: int
    ops: int | None
    rtmps: int | None = None


class OnDisk(NamedTuple):
    """What is read from disk before anybody comes."""

    fonts: Fonts
    translations: Translations

    @classmethod
    def read(cls, settings: Settings) -> OnDisk:
        return cls(Fonts(settings.rooms.poster_font), Translations.open())


class Core:
    """Everything that is there without a port: media, rooms, and what joins them to commerce."""

    def __init__(self, settings: Settings, metrics: Metrics, commerce: Commerce, found: OnDisk) -> None:
        self.settings, self.metrics, self.commerce = settings, metrics, commerce
        self.gop = GopLimits(settings.media.gop_ms_max / 1000, settings.media.gop_bytes_max)
        self.hub = Hub(self.gop, SourcePolicy(takeover_ms=settings.media.takeover_ms), metrics)
        hls = settings.hls
        self.recordings = _recordings(settings, metrics) if hls.record else None
        self.ladders = Ladders(settings.media.steps, self.gop, metrics)
        idle_seconds = settings.media.ladder_idle_ms / 1000
        self.origin = Origin(hls, metrics, recordings=self.recordings, ladders=self.ladders, idle_seconds=idle_seconds)
        room = settings.rooms
        self.bus = _bus(settings)
        self.callers = Callers(settings.http.trusted_proxies)
        self.watching = Watching(commerce)
        self.logouts = Logouts(commerce, self.bus)
        self.directory = Directory(commerce, self.origin.url, webrtc=settings.webrtc.viewers)
        self.replays = Replays(self.directory, self.recordings, hls)
        self.houses = Houses(commerce, self.bus)
        self.crowds = Crowds(self.bus)
        self.fonts, self.translations, self.images = found.fonts, found.translations, Images(commerce)
        self.rooms = Rooms(room, self.bus, self.houses, self.crowds, self.directory.room, metrics=metrics)
        self.logouts.on_end, self.logouts.on_renewal = self.rooms.end, self.rooms.renew
        self.catchup = Catchup(self.rooms)
        self.erasures = Erasures(commerce, self.bus)
        self.facts = Facts(self.directory, self.bus, self.erasures.take)
        self.studio = Studio(commerce, self.hub, self.origin, self.facts.media_changed)
        self.restreams = Restreams(commerce, metrics, private_targets=settings.rtmp.private_targets)
        self.on_air = OnAir(commerce, self.studio.open, self.restreams.follow)
        self.sms = open_gateway(settings.sms)
        keys = commerce.keys("jwt")
        self.link_tokens = LinkTokens(keys, next(reversed(keys)))


@dataclass(frozen=True, slots=True)
class Node:
    """A running node."""

    core: Core
    ports: Ports
    urls: Urls

    @property
    def commerce(self) -> Commerce:
        return self.core.commerce


@asynccontextmanager
async def open_node(settings: Settings, registry: CollectorRegistry | None = None) -> AsyncIterator[Node]:
    """A node, listening until the context ends: then members are told, requests finish, and commerce closes last."""
    async with AsyncExitStack() as stack:
        metrics, ears = Metrics(registry or _registry()), Ears()
        commerce = await _commerce(stack, settings, metrics, ears)
        core = Core(settings, metrics, commerce, await asyncio.to_thread(OnDisk.read, settings))
        stack.push_async_callback(core.bus.close)
        stack.push_async_callback(core.watching.close)
        chores = Chores()
        stack.push_async_callback(chores.close)

        rtmp_port, rtmps_port = await _open_rtmp(stack, core)
        engine, webrtc_port = await webrtc.open_engine(stack, settings.webrtc, core.gop, metrics, core.ladders)
        core.studio.on_end(engine.end)
        listener = stack.enter_context(listen(settings.http.host, settings.http.port))
        http_port = int(listener.getsockname()[1])
        urls = find_urls(settings.http, http_port, rtmp_port, rtmps_port)

        handlers = _handlers(core, urls, await asyncio.to_thread(Pages.read, WEB_DIST))
        ops = Ops(metrics, {"database": writes(commerce), "rtmp": listens(settings.rtmp.host, rtmp_port)})
        app = await _app(core, handlers, ops, engine)
        ops_port = await _open_ops(stack, settings, ops)
        await open_site(stack, app, listener, open_tls(settings.http))
        stack.push_async_callback(core.origin.close_all)  # whoever waits for a part is answered
        stack.callback(core.rooms.close_all, CLOSE_GOING_AWAY, GOING_DOWN)
        stack.callback(handlers.hq_socket.close_all, CLOSE_GOING_AWAY, GOING_DOWN)

        ears.open(core.facts.take, handlers.hq_socket.watch, core.studio.watch, core.replays.watch, core.on_air.watch)
        _start(stack, chores, core, handlers)
        yield Node(core, Ports(http_port, rtmp_port, webrtc_port, ops_port, rtmps_port), urls)


def _deliver_webhooks(stack: AsyncExitStack, chores: Chores, core: Core) -> None:
    deliverer = hooks.Deliverer(core.commerce, core.settings.hooks, core.metrics)
    stack.push_async_callback(deliverer.close)
    chores.every(hooks.LOOK_SECONDS, "webhooks", deliverer.look)


async def _commerce(stack: AsyncExitStack, settings: Settings, metrics: Metrics, ears: Ears) -> Commerce:
    commerce = await Commerce.open(
        settings.database, settings.payments, settings.data_dir, metrics, secret=settings.secret, on_fact=ears.tell
    )
    stack.push_async_callback(commerce.close)
    return commerce


async def _open_rtmp(stack: AsyncExitStack, core: Core) -> tuple[int, int | None]:
    """The ports of RTMP and, where there is a certificate, of RTMPS."""
    settings, tls = core.settings.rtmp, open_tls(core.settings.http)
    stack.push_async_callback(core.restreams.close)
    rtmp = RtmpServer(settings, core.studio.authorise, core.metrics)
    stack.push_async_callback(rtmp.close)
    port = await rtmp.listen(settings.host, settings.port)
    return port, None if tls is None else await rtmp.listen(settings.host, settings.tls_port, tls)


def _handlers(core: Core, urls: Urls, pages: Pages) -> Handlers:
    """Whoever answers requests."""
    commerce, rooms, settings = core.commerce, core.rooms, core.settings
    secure = urls.http.startswith("https:")
    viewers = Viewers(ViewerTokens(*commerce.keys("cookie").values()), core.logouts, secure=secure)
    till, sandbox = Till(commerce, settings.payments, urls.http, time.time), settings.payments.sandbox
    edge = EdgePass(settings.hls.edge_secret, secure=secure)
    entrance = Entrance(commerce, core.link_tokens, core.metrics)
    return Handlers(
        viewers=viewers,
        once=ViewersOnce(commerce, viewers),
        pages=pages,
        visits=Visits(core.directory, entrance, viewers, pages, urls.http, edge=edge, doubts=Doubts(secure=secure)),
        rooms=RoomApi(commerce, rooms, viewers),
        cases=CaseApi(commerce, viewers),
        sandbox=SandboxApi(commerce, viewers, sandbox=sandbox),
        payments=PaymentsApi(commerce, till, viewers, sandbox=sandbox),
        desk=DeskApi(commerce, rooms, urls.http),
        desk_partners=DeskPartners(commerce),
        payees=PayeeApi(commerce, viewers),
        sharers=SharerApi(commerce, viewers, urls.http),
        links=LinkApi(commerce, viewers, urls.http),
        joining=JoiningApi(commerce, core.callers, pages, settings.sms.country),
        proofs=ProofApi(commerce),
        describe=OpenApi(),
        describe_sockets=AsyncApi(),
        **_seen(core, urls, viewers, entrance),
        **headquarters(core, urls, till),
    )


def _seen(core: Core, urls: Urls, viewers: Viewers, entrance: Entrance) -> dict[str, Any]:
    """Whoever takes down on which device and at which address a viewer is, by the names of Handlers."""
    commerce, callers, settings = core.commerce, core.callers, core.settings
    traces = Traces(commerce, viewers, callers)
    dispatch = Dispatch(core.rooms, ChatRules(settings.rooms), commerce, core.metrics)
    parts = (core.rooms, core.catchup, dispatch, entrance, viewers)
    assets = WEB_DIST / "assets"
    return {
        "socket": RoomSocket(
            *parts, callers=callers, traces=traces, watching=core.watching, translations=core.translations
        ),
        "customers": CustomerApi(commerce, viewers, traces, callers, settings.sms, gateway=core.sms),
        "posters": Posters(commerce, viewers, traces, core.fonts, urls.http, assets=assets, images=core.images),
    }


async def _app(core: Core, handlers: Handlers, ops: Ops, engine: Engine) -> web.Application:
    http = core.settings.http
    guard = problems.middleware(core.metrics, handlers.viewers.check, core.translations)
    app = web.Application(middlewares=[guard], client_max_size=http.body_bytes_max)
    media = [
        *hls_routes(core.origin),
        *replay.routes(core.origin, core.replays.may),
        *webrtc.routes(engine, core.studio, core.callers),
    ]
    app.add_routes([*routes(handlers), *media])
    await asyncio.to_thread(app.add_routes, handlers.pages.assets)  # it looks at the folder
    if core.settings.metrics.port is None:
        app.add_routes(ops.routes())
    await core.logouts.open()  # before anybody is let in
    app.on_response_prepare.extend((handlers.viewers.on_prepare, assets_for_ever))
    return app


def _start(stack: AsyncExitStack, chores: Chores, core: Core, handlers: Handlers) -> None:
    """What goes on by itself."""
    if core.sms is not None:
        stack.push_async_callback(core.sms.close)
    hq, till = handlers.hq_socket, handlers.payments.till
    stack.push_async_callback(till.close)
    chores.every(PAYMENTS_SECONDS, "payments", till.look)
    if core.settings.payments.sandbox:
        rails = [SandboxRail(core.settings.data_dir / SANDBOX_BANK)]
        chores.every(PAYOUTS_SECONDS, "payouts", Payer(core.commerce, rails).look)
    _deliver_webhooks(stack, chores, core)
    chores.start("facts", core.facts.run())
    chores.start("erasures", core.erasures.run())
    chores.start("houses", core.houses.run())
    chores.start("hq orders", hq.run())
    chores.start("hq news", hq.tell())
    chores.every(TICK_SECONDS, "presence", core.rooms.tick)
    chores.every(WATCHED_SECONDS, "watch time", core.watching.look)
    chores.every(TICK_SECONDS, "crowds", core.crowds.tick)
    chores.every(TICK_SECONDS, "hq overview", hq.tick)
    chores.every(LOGOUT_SECONDS, "logouts", core.logouts.look)
    chores.every(SESSION_SECONDS, "hq sessions", hq.check_sessions)
    chores.every(SWEEP_SECONDS, "catching up", core.catchup.sweep)
    chores.every(REPLAY_SWEEP_SECONDS, "recordings", core.replays.sweep)
    chores.every(LOOK_SECONDS, "playable", core.studio.look)
    chores.every(LOOK_SECONDS, "shows on air", core.on_air.settle)
    chores.every(EXPIRE_SECONDS, "stream keys", core.studio.expire)
    chores.every(FILL_SECONDS, "slates", core.hub.fill)
    if isinstance(core.bus, MemoryBus):
        chores.every(BUS_SWEEP_SECONDS, "bus", core.bus.sweep)


async def _open_ops(stack: AsyncExitStack, settings: Settings, ops: Ops) -> int | None:
    """The separate port for operations, when there is to be one."""
    if settings.metrics.port is None:
        return None
    app = web.Application()
    app.add_routes(ops.routes())
    listener = stack.enter_context(listen(settings.metrics.host, settings.metrics.port))
    await open_site(stack, app, listener, None)
    return int(listener.getsockname()[1])


def _registry() -> CollectorRegistry:
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    return registry


def _bus(settings: Settings) -> Bus:
    room = settings.rooms
    keep = Keep(room.resume_lines_max, room.resume_seconds_max, room.history_seconds)
    if not settings.redis.url:
        return MemoryBus(keep, time.monotonic)
    from signaling.bus_redis import RedisBus  # noqa: PLC0415  # the extra `cluster` brings redis along

    return RedisBus.open(settings.redis.url, keep, cluster=settings.redis.cluster)


def _recordings(settings: Settings, metrics: Metrics) -> Recordings:
    bucket: Store | None = None
    if settings.bucket.name:
        from relay.hls.bucket import Bucket  # noqa: PLC0415  # the extra `s3` brings obstore along

        bucket = Bucket(settings.bucket)
    return Recordings(settings.data_dir / "recordings", metrics, bucket)
