"""GET /hq/ws: HQ's screens, told of orders at once and of the whole evening at most once a second."""

from __future__ import annotations

import asyncio
import logging
from typing import cast
from urllib.parse import urlsplit

from aiohttp import WSMsgType, web

from commerce import events, questions
from commerce.errors import BadCredentials
from signaling import frames, permissions
from signaling.api import models_hq, shapes
from signaling.api.hq_orders import HqOrders
from signaling.api.hq_session import COOKIE, HqSession
from signaling.directory import Directory
from signaling.errors import CLOSE_LOGGED_OUT, NotAllowed, TooMany
from signaling.member import Member
from signaling.messages import OrderPush, OverviewPush, Speaker

log = logging.getLogger(__name__)

SCREENS_MAX = 100  # of one merchant
SESSION_SECONDS = 10.0  # between two looks whether the sessions of open screens still hold
HEARTBEAT_SECONDS = 25.0
FRAME_BYTES_MAX = 4096
UNREAD_BYTES_MAX = 1024 * 1024
ORDERS_WAITING_MAX = 500  # the overview has the latest ones in any case


class HqSocket:
    """All screens of this node, by merchant."""

    def __init__(self, session: HqSession, directory: Directory, overviews: HqOrders) -> None:
        self._session = session
        self._directory = directory
        self._overviews = overviews
        self._screens: dict[int, dict[Member, str]] = {}  # with the session each was opened with
        self._told: dict[int, bytes] = {}
        self._orders: asyncio.Queue[tuple[int, str]] = asyncio.Queue(ORDERS_WAITING_MAX)

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        me = await self._session.who(request)
        permissions.check(me.role, permissions.SEE_ORDERS)
        check_origin(request)
        if len(self._screens.get(me.merchant.id, ())) >= SCREENS_MAX:
            raise TooMany("too many screens are open", retry_after=10.0)
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS, max_msg_size=FRAME_BYTES_MAX, compress=False)
        await socket.prepare(request)
        transport = cast("asyncio.Transport", request.transport)  # uvloop's is one in all but name
        screen = Member("", me.user, Speaker(id=me.user, name=me.user), transport, UNREAD_BYTES_MAX)
        screens = self._screens.setdefault(me.merchant.id, {})
        screens[screen] = request.cookies[COOKIE]
        try:
            screen.write(await self._overview(me.merchant.id))
            while (await socket.receive()).type in (WSMsgType.TEXT, WSMsgType.BINARY):
                pass  # a screen has nothing to say
        finally:
            screen.leave()
            del screens[screen]
            if not screens:
                self._screens.pop(me.merchant.id, None)
                self._told.pop(me.merchant.id, None)
        return socket

    def watch(self, fact: events.Fact) -> None:
        """Every fact of commerce's."""
        if fact.merchant not in self._screens:
            return
        if isinstance(fact, events.OrderPlaced | events.OrderChanged) and not self._orders.full():
            self._orders.put_nowait((fact.merchant, fact.order))

    async def run(self) -> None:
        """Pushes orders as they come, for ever."""
        while True:
            merchant, name = await self._orders.get()
            try:
                order = shapes.order(await self._directory.commerce.ask(questions.order, merchant, name))
            except Exception:
                log.exception("order %s not shown", name)
                continue
            self._write(merchant, frames.text(OrderPush(order=order).encode()))

    async def tick(self) -> None:
        """Once a second: the overview, where something in it has changed."""
        for merchant in list(self._screens):
            overview = await self._overview(merchant)
            if self._told.get(merchant) != overview and merchant in self._screens:
                self._told[merchant] = overview
                self._write(merchant, overview)

    async def check_sessions(self) -> None:
        """Whoever logged out, was given another password or stayed too long sees no more orders."""
        for screens in list(self._screens.values()):
            for screen, token in list(screens.items()):
                try:
                    await self._directory.commerce.ask(questions.me, token)
                except BadCredentials:
                    screen.close(CLOSE_LOGGED_OUT, "log in again")

    async def _overview(self, merchant: int) -> bytes:
        overview: models_hq.Overview = await self._overviews.of(merchant)
        return frames.text(OverviewPush(**dict(overview)).encode())

    def _write(self, merchant: int, data: bytes) -> None:
        for screen in self._screens.get(merchant, ()):
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
