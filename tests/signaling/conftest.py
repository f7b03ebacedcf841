"""A real node in the test's own process - real SQLite, real ports - with a shop in it, and people who visit."""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher
from playwright.async_api import Browser, Page, async_playwright, expect
from prometheus_client import CollectorRegistry

from commerce import commands, events, views
from commerce.directory import people
from commerce.store import engine as store_engine
from config.load import load
from config.metrics import Metrics
from config.settings import WebrtcSettings
from relay.errors import NotAvailable, Refused
from relay.hub import Broadcast, Hub
from relay.media import Codec, Packet, Track
from relay.source import Slot, Source
from relay.webrtc.candidates import candidates
from relay.webrtc.engine import Engine, Stage
from relay.webrtc.port import Port
from signaling import problems, whep, whip
from signaling.app import Node, open_node
from signaling.callers import Callers
from signaling.translations import Translations
from tests.commerce.statements import SharedStatements
from tests.signaling.redis_servers import RedisServer
from tests.signaling.told import Told

PASSWORD = "correct horse"
RECEIVE_SECONDS_MAX = 30.0
PHONE = {"width": 390, "height": 844}
PAGE_MS_MAX = 30_000
PORTS = ("--http.host=127.0.0.1", "--http.port=0", "--rtmp.host=127.0.0.1", "--rtmp.port=0", "--webrtc.port=0")


CHEAP = partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(scope="session", autouse=True)
def statements() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store_engine, "create_engine", SharedStatements())
        yield


@pytest.fixture(autouse=True)
def passwords_are_cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 at its least: what it costs on purpose is for guessers, and stays where it is the thing tested
    (tests/commerce/directory/test_people.py)."""
    monkeypatch.setattr(people, "PasswordHasher", CHEAP)


@pytest.fixture(scope="session")
def password_hash() -> str:
    return CHEAP().hash(PASSWORD)


TOLD = Told()


class Socket:
    """A room's WebSocket, from the member's side."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.ws = ws

    async def send(self, **message: Any) -> None:
        await self.ws.send_json(message)

    async def receive(self) -> dict[str, Any]:
        """The next message; an AssertionError with the close code when there is none."""
        message = await self.ws.receive(RECEIVE_SECONDS_MAX)
        assert message.type is aiohttp.WSMsgType.TEXT, f"closed with {self.ws.close_code}"
        found: dict[str, Any] = json.loads(message.data)
        TOLD.check(found)
        return found

    async def wait_for(self, kind: str) -> dict[str, Any]:
        """The next message of a type, passing over others."""
        while (message := await self.receive())["type"] != kind:
            pass
        return message

    async def closed(self) -> int | None:
        """The close code, once the server has hung up."""
        while (await self.ws.receive(RECEIVE_SECONDS_MAX)).type is aiohttp.WSMsgType.TEXT:
            pass
        return self.ws.close_code

    async def flood(self, **message: Any) -> list[dict[str, Any]]:
        """The errors until the server hangs up. One by one: what reaches a closed socket has its last words lost."""
        errors = []
        while not self.ws.closed:
            await self.send(**message)
            answer = await self.ws.receive(RECEIVE_SECONDS_MAX)
            if answer.type is aiohttp.WSMsgType.TEXT and answer.json()["type"] == "error":
                errors.append(answer.json())
        return errors

    async def hello(self, **since: Any) -> dict[str, Any]:
        """The welcome."""
        await self.send(type="hello", **since)
        return await self.wait_for("welcome")

    async def say(self, text: str, name: str = "1") -> None:
        await self.send(type="chat", id=name, text=text)


class Visitor:
    """Somebody with a browser's cookies."""

    def __init__(self, client: aiohttp.ClientSession, base: str) -> None:
        self.client = client
        self.base = base
        self.headers: dict[str, str] = {}

    async def __call__(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, Any]:
        """Status and answer: JSON where it is JSON, else text."""
        more.setdefault("headers", self.headers)
        if body is not None:
            more["json"] = body
        async with self.client.request(method, self.base + path, allow_redirects=False, **more) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if "json" in answer.content_type else text

    async def socket(self, room: str, **more: Any) -> Socket:
        return Socket(await self.client.ws_connect(f"{self.base}/r/{room}/ws", **more))

    async def enter(self, room: str) -> Socket:
        """Opens the page and its socket, and has been given the snapshot."""
        await self("GET", f"/r/{room}")
        socket = await self.socket(room)
        await socket.hello()
        await socket.wait_for("snapshot")
        return socket

    async def log_in(self, user: str = "boss", password: str = PASSWORD) -> dict[str, Any]:
        status, me = await self("POST", "/api/v1/hq/login", {"user": user, "password": password})
        assert status == 200, me
        self.headers = {"X-CSRF-Token": me["csrf"]}
        return dict(me)


@dataclass
class Shop:
    """A merchant with a show that is on: rooms hq (the house's), north and south; 10 teas at 68.00."""

    node: Node
    merchant: views.Merchant
    north: views.Channel
    south: views.Channel
    product: views.Product
    show: views.Show
    visitor: Callable[[], Awaitable[Visitor]]

    @property
    def sku(self) -> str:
        return self.product.skus[0].sku

    async def do(self, command: commands.Command[Any]) -> Any:
        return await self.node.commerce.execute(command)


OpenShop = Callable[..., Awaitable[Shop]]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, password_hash: str) -> tuple[Path, Shop]:
    """A store with the shop in it, made once: each test opens a copy."""
    folder = tmp_path_factory.mktemp("template") / "data"

    async def make() -> Shop:
        async with open_node(load(None, {}, (*PORTS, f"--data_dir={folder}")), CollectorRegistry()) as node:
            shop = await furnish(node, password_hash)
            told = node.core.facts.take(events.ShelfChanged(shop.merchant.id, shop.show.show))
            assert told is not None
            await told  # and all before it, so that no test's node begins with facts of the shop's making
            return shop

    with ThreadPoolExecutor(1) as thread:  # a loop of its own, away from the tests'
        return folder, thread.submit(asyncio.run, make()).result()


@asynccontextmanager
async def shops(tmp_path: Path, template: tuple[Path, Shop]) -> AsyncIterator[OpenShop]:
    """`await open_it("--rooms.gather_ms=5")`, with options; `furnished`: another node, on the store of the first."""
    async with AsyncExitStack() as stack:

        async def visitor(base: str) -> Visitor:
            jar = aiohttp.CookieJar(unsafe=True)  # cookies of an IP address
            return Visitor(await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar)), base)

        async def open_it(*options: str, furnished: Shop | None = None) -> Shop:
            folder = tmp_path / "data"
            if furnished is None:
                await asyncio.to_thread(shutil.copytree, template[0], folder)
            settings = load(None, {}, (*PORTS, f"--data_dir={folder}", *options))
            node = await stack.enter_async_context(open_node(settings, CollectorRegistry()))
            come = partial(visitor, f"http://127.0.0.1:{node.ports.http}")
            return replace(furnished or template[1], node=node, visitor=come)

        yield open_it


@pytest.fixture
async def open_shop(tmp_path: Path, template: tuple[Path, Shop]) -> AsyncIterator[OpenShop]:
    async with shops(tmp_path, template) as open_it:
        yield open_it


@pytest.fixture
async def shop(open_shop: OpenShop) -> Shop:
    return await open_shop()


# Pages: one browser for all tests that look at them (they run on the session's loop), and a shop of each test's own.


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=flags)
        expect.set_options(timeout=PAGE_MS_MAX)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def seen_shop(tmp_path: Path, template: tuple[Path, Shop]) -> AsyncIterator[Shop]:
    """The shop, on the loop of the browser."""
    async with shops(tmp_path, template) as open_it:
        yield await open_it()


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A new person's, on a phone. What its scripts throw fails the test."""
    context = await browser.new_context(locale="en-GB", viewport=PHONE, reduced_motion="reduce")
    context.set_default_timeout(PAGE_MS_MAX)
    found, thrown = await context.new_page(), list[str]()
    found.on("pageerror", lambda error: thrown.append(str(error)))
    yield found
    await context.close()
    assert not thrown


async def nobody() -> Visitor:
    raise AssertionError("nobody visits the template")


async def furnish(node: Node, password_hash: str) -> Shop:
    do = node.commerce.execute
    merchant = await do(commands.CreateMerchant("Tea House", room="hq", language="en"))
    tea = commands.NewSku("Tin", 6800, stock=10, per_buyer_max=5)
    _, north, south, product, show = await asyncio.gather(
        do(commands.CreateUser(merchant.id, "boss", password_hash)),
        do(commands.CreateChannel(merchant.id, "North", "north", notice="Open late")),
        do(commands.CreateChannel(merchant.id, "South", "south")),
        do(commands.CreateProduct(merchant.id, "Green tea", (tea,))),
        do(commands.CreateShow(merchant.id, "Evening")),
    )
    await do(commands.SetShelf(merchant.id, show.show, (commands.ShelfEntry(product.product),)))
    show = await do(commands.UpdateShow(merchant.id, show.show, state="live"))
    return Shop(node, merchant, north, south, product, show, nobody)


# WHIP and WHEP without a shop: the routes, the engine and its port for real, a broadcast of one key frame.

OFFERS = Path(__file__).parent.parent / "relay" / "webrtc" / "offers"
PLAY = (OFFERS / "chromium_play.sdp").read_bytes().decode()
PUBLISH = (OFFERS / "chromium_publish.sdp").read_bytes().decode()
SDP, FRAGMENT = "application/sdp", "application/trickle-ice-sdpfrag"
SPS, PPS = bytes.fromhex("6742c01e8c8d405017fcb3506060607844235001"), bytes.fromhex("68ce3c80")
TRACK = Track(Codec.H264, 90000, b"\x01\x42\xc0\x1e\xff\xe1\x00\x14" + SPS + b"\x01\x00\x04" + PPS, 640, 360)
KEY = "stream-key"
SESSIONS_MAX = 3
PROXIES = ("127.0.0.0/8",)  # the tests' own: a viewer is whom X-Forwarded-For names


class NoViewers:
    """An egress that nobody gets far enough to reach."""

    viewers = 0

    def __init__(self) -> None:
        self.closed = False

    def add(self, params: object) -> Any:
        raise AssertionError("no media here")

    def close(self) -> None:
        self.closed = True


@dataclass
class SdpWorld:
    client: TestClient[web.Request, web.Application]
    engine: Engine
    port: Port
    broadcast: Broadcast
    egresses: list[NoViewers]
    on: bool = True

    async def post(self, kind: str, text: str | None = None, **headers: str) -> ClientResponse:
        """A POST as a right client makes it; `headers` replace or add."""
        path = "/r/room/whep" if kind == "whep" else "/whip"
        sent = {"Content-Type": SDP} | ({"Authorization": f"Bearer {KEY}"} if kind == "whip" else {})
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        body = (PLAY if kind == "whep" else PUBLISH) if text is None else text
        return await self.client.post(path, data=body.encode(), headers=sent)

    async def session(self, kind: str) -> tuple[str, str, dict[str, str]]:
        """(path, ETag, headers of its owner) of a new session."""
        answer = await self.post(kind)
        assert answer.status == 201
        headers = {"Authorization": f"Bearer {KEY}"} if kind == "whip" else {}
        return answer.headers["Location"], answer.headers["ETag"], headers

    async def patch(self, path: str, body: str, **headers: str) -> ClientResponse:
        sent = {"Content-Type": FRAGMENT} | {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.patch(path, data=body.encode(), headers=sent)


@pytest.fixture
async def sdp_world() -> AsyncIterator[SdpWorld]:
    port = await Port.open("127.0.0.1", 0)
    settings = WebrtcSettings(
        sessions_max=SESSIONS_MAX, newcomers_per_address_max=SESSIONS_MAX, ice_servers=("stun:stun.example.com:3478",)
    )
    metrics, hub, egresses = Metrics(CollectorRegistry()), Hub(), []
    broadcast = hub.open("show", "1")
    broadcast.publish(Packet(TRACK, 0, 0, True, b"\0\0\0\1\x65"))

    def open_stage(broadcast: Broadcast) -> Stage:
        egresses.append(NoViewers())
        return Stage(broadcast, egresses[-1])

    engine = Engine(port, candidates([("127.0.0.1", port.number)]), settings, metrics, open_stage)

    async def on_now(room: str) -> Broadcast:
        if not made.on:
            raise NotAvailable("no show is on")
        return broadcast

    async def authorise(key: str, address: str) -> Source:
        if key != KEY:
            raise Refused("bad_key", "this stream key is not known")
        if not made.on:
            raise Refused("no_show", "no show is on or announced")
        return broadcast.attach(Slot.PRIMARY, address, time.monotonic_ns())

    app = web.Application(middlewares=[problems.middleware(metrics, lambda request: None, Translations())])
    app.add_routes([*whip.routes(engine, authorise, Callers()), *whep.routes(engine, on_now, Callers(PROXIES))])
    client: TestClient[web.Request, web.Application] = TestClient(TestServer(app))
    await client.start_server()
    made = SdpWorld(client, engine, port, broadcast, egresses)
    yield made
    engine.close()
    await client.close()
    await port.close()


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory, wait_until: Callable[..., object]) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start(wait_until)
    yield server
    server.kill()
