"""GET /hq/ws: HQ's screens, told of orders at once and of the whole evening at most once a second.

Orders are told by whichever node took them to whichever nodes have screens; what is lost on the way is in the next
overview, which every node reads from the store.
"""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

from aiohttp import WSCloseCode, WSMsgType, web

from commerce import events, questions, views
from commerce.errors import BadCredentials
from commerce.talk import questions as talk
from signaling import frames, permissions
from signaling.api import models_hq, shapes
from signaling.api.hq_orders import HqOrders
from signaling.api.hq_session import COOKIE, HqSession
from signaling.bus import Bus, BusDown
from signaling.crowds import Crowds
from signaling.directory import Directory
from signaling.errors import CLOSE_LOGGED_OUT, NotAllowed, TooMany
from signaling.member import Member
from signaling.messages import Speaker
from signaling.messages_hq import OrderPush, OverviewPush, QueuePush

log = logging.getLogger(__name__)

SCREENS_MAX = 100  # of one merchant
SESSION_SECONDS = 10.0  # between two looks whether the sessions of open screens still hold
HEARTBEAT_SECONDS = 25.0
FRAME_BYTES_MAX = 4096
UNREAD_BYTES_MAX = 1024 * 1024
ORDERS_WAITING_MAX = 500  # the overview has the latest ones in any case
TOLD_MAX = 100  # orders told to other nodes in one message


def orders_topic(merchant: int) -> str:
    """The bus's name for a merchant's orders as they come."""
    return f"orders:{merchant}"


@dataclass(frozen=True, slots=True)
class Screen:
    """What an open screen may see, and the session it was opened with."""

    token: str
    sees_orders: bool
    sees_talk: bool


class HqSocket:
    """All screens of this node, by merchant."""

    def __init__(self, session: HqSession, directory: Directory, overviews: HqOrders, bus: Bus, crowds: Crowds) -> None:
        self._session = session
        self._directory = directory
        self._overviews = overviews
        self._bus = bus
        self._crowds = crowds
        self._screens: dict[int, dict[Member, Screen]] = {}
        self._told: dict[int, tuple[bytes, bytes]] = {}
        self._news: asyncio.Queue[tuple[int, str]] = asyncio.Queue(ORDERS_WAITING_MAX)
        self._orders: asyncio.Queue[tuple[int, str]] = asyncio.Queue(ORDERS_WAITING_MAX)

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        me = await self._session.who(request)
        rights = self._rights(me, request.cookies[COOKIE])
        check_origin(request)
        merchant = me.merchant.id
        if len(self._screens.get(merchant, ())) >= SCREENS_MAX:
            raise TooMany("too many screens are open", retry_after=10.0)
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS, max_msg_size=FRAME_BYTES_MAX, compress=False)
        await socket.prepare(request)
        transport = cast("asyncio.Transport", request.transport)  # uvloop's is one in all but name
        screen = Member(
            "", me.user, Speaker(id=me.user, name=me.user), transport, UNREAD_BYTES_MAX, merchant=me.merchant.id
        )
        await self._enter(merchant, screen, rights)
        try:  # the upgrade is done: whatever goes wrong from now on, an answer of HTTP's would be garbage
            self._show(screen, rights, *await self._evening(merchant))
            while (await socket.receive()).type in (WSMsgType.TEXT, WSMsgType.BINARY):
                pass  # a screen has nothing to say
        except Exception:
            log.exception("a screen broke off")
            screen.close(WSCloseCode.INTERNAL_ERROR, "something broke here")
        finally:
            self._leave(merchant, screen)
        return socket

    def _rights(self, me: views.Me, token: str) -> Screen:
        """Raises `NotAllowed` when there is nothing on the screen for this role."""
        sees_talk = permissions.allows(me.role, permissions.SEE_TALK)
        sees_orders = permissions.allows(me.role, permissions.SEE_ORDERS)
        if not sees_talk:
            permissions.check(me.role, permissions.SEE_ORDERS)
        return Screen(token, sees_orders, sees_talk)

    async def _enter(self, merchant: int, screen: Member, rights: Screen) -> None:
        """The first screen of a merchant begins to listen to what other nodes tell."""
        screens = self._screens.setdefault(merchant, {})
        screens[screen] = rights
        if len(screens) == 1:
            await self._crowds.open(merchant)
            await self._bus.listen(orders_topic(merchant), lambda body: self._hear(merchant, body))

    def _leave(self, merchant: int, screen: Member) -> None:
        screen.leave()
        screens = self._screens[merchant]
        del screens[screen]
        if not screens:
            del self._screens[merchant]
            self._told.pop(merchant, None)
            self._crowds.close(merchant)
            self._bus.unlisten(orders_topic(merchant))

    def watch(self, fact: events.Fact) -> None:
        """Every fact of commerce's on this node."""
        if isinstance(fact, events.OrderPlaced | events.OrderChanged | events.CaseChanged) and not self._news.full():
            self._news.put_nowait((fact.merchant, fact.order))

    async def tell(self) -> None:
        """Tells all nodes of this node's orders as they come, for ever."""
        while True:
            news = [await self._news.get()]
            while not self._news.empty() and len(news) < TOLD_MAX:
                news.append(self._news.get_nowait())
            for merchant in dict.fromkeys(merchant for merchant, _ in news):
                body = json.dumps([order for owner, order in news if owner == merchant]).encode()
                try:
                    await self._bus.tell(orders_topic(merchant), body)
                except BusDown:
                    self._hear(merchant, body)  # at least here

    def _hear(self, merchant: int, body: bytes) -> None:
        for order in json.loads(body):
            if merchant in self._screens and not self._orders.full():
                self._orders.put_nowait((merchant, str(order)))

    async def run(self) -> None:
        """Pushes orders as they come, for ever."""
        while True:
            merchant, name = await self._orders.get()
            try:
                order = shapes.order(await self._directory.commerce.ask(questions.order, merchant, name))
            except Exception:
                log.exception("order %s not shown", name)
                continue
            push = frames.text(OrderPush(order=order).encode())
            for screen, rights in self._screens.get(merchant, {}).items():
                self._show(screen, rights, push, b"")

    async def tick(self) -> None:
        """Once a second: the overview, and how much waits, where something in it has changed."""
        for merchant in list(self._screens):
            overview, queue = await self._evening(merchant)
            told = self._told.get(merchant, (b"", b""))
            self._told[merchant] = overview, queue
            news = (overview if overview != told[0] else b"", queue if queue != told[1] else b"")
            for screen, rights in self._screens.get(merchant, {}).items():
                self._show(screen, rights, *news)

    async def check_sessions(self) -> None:
        """Whoever logged out, was given another password or stayed too long sees no more orders."""
        for screens in list(self._screens.values()):
            for screen, rights in list(screens.items()):
                try:
                    await self._directory.commerce.ask(questions.me, rights.token)
                except BadCredentials:
                    screen.close(CLOSE_LOGGED_OUT, "log in again")

    async def _evening(self, merchant: int) -> tuple[bytes, bytes]:
        """The overview, and how much waits in the rooms."""
        overview: models_hq.Overview = await self._overviews.of(merchant)
        waiting = await self._directory.commerce.ask(talk.waiting, merchant)
        queue = QueuePush(held=waiting.held, asked=waiting.asked, appeals=waiting.appeals, mark=waiting.mark)
        return frames.text(OverviewPush(**dict(overview)).encode()), frames.text(queue.encode())

    def _show(self, screen: Member, rights: Screen, orders: bytes, queue: bytes) -> None:
        data = (orders if rights.sees_orders else b"") + (queue if rights.sees_talk else b"")
        if data:
            screen.write(data)

    def close_all(self, code: int, reason: str) -> None:
        """Hangs up on everyone."""
        for screens in list(self._screens.values()):
            for screen in list(screens):
                screen.close(code, reason)


def check_origin(request: web.Request) -> None:
    """A page of somebody else's may not open our socket with our cookie; programs send no Origin."""
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise NotAllowed("this socket is for our own pages", "Origin")
