"""A real node in the test's own process - real SQLite, real ports - with a shop in it, and people who visit."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from prometheus_client import CollectorRegistry

from commerce import commands, views
from commerce.directory.people import hash_password
from config.load import load
from signaling.app import Node, open_node

PASSWORD = "correct horse"
RECEIVE_SECONDS_MAX = 10.0
PORTS = ("--http.host=127.0.0.1", "--http.port=0", "--rtmp.host=127.0.0.1", "--rtmp.port=0", "--webrtc.port=0")


@pytest.fixture(scope="session")
def password_hash() -> str:
    return hash_password(PASSWORD)


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


@pytest.fixture
async def open_shop(tmp_path: Path, password_hash: str) -> AsyncIterator[OpenShop]:
    """`await open_shop("--rooms.gather_ms=5")`, with options of the configuration; once in a test."""
    async with AsyncExitStack() as stack:

        async def visitor(base: str) -> Visitor:
            jar = aiohttp.CookieJar(unsafe=True)  # cookies of an IP address
            return Visitor(await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar)), base)

        async def open_it(*options: str) -> Shop:
            settings = load(None, {}, (*PORTS, f"--data_dir={tmp_path / 'data'}", *options))
            node = await stack.enter_async_context(open_node(settings, CollectorRegistry()))
            return await furnish(node, password_hash, lambda: visitor(f"http://127.0.0.1:{node.ports.http}"))

        yield open_it


@pytest.fixture
async def shop(open_shop: OpenShop) -> Shop:
    return await open_shop()


async def furnish(node: Node, password_hash: str, visitor: Callable[[], Awaitable[Visitor]]) -> Shop:
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
    return Shop(node, merchant, north, south, product, show, visitor)
