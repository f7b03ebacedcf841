"""A room's WebSocket: reads what a member says. What he is told goes out by `lane` and `member`."""

from __future__ import annotations

import asyncio
import logging
import socket
from contextlib import AbstractContextManager, nullcontext
from typing import cast

from aiohttp import WSCloseCode, WSMsgType, web

from commerce.errors import CommerceError
from signaling.bus import BusDown
from signaling.callers import Callers
from signaling.catchup import Catchup
from signaling.dispatch import Dispatch, decode
from signaling.doubts import is_doubtful
from signaling.entrance import Entrance
from signaling.errors import CLOSE_ABUSE, CLOSE_FULL, CLOSE_LOGGED_OUT, CLOSE_RENEWED, BadMessage, TooMany
from signaling.limits import Bucket
from signaling.member import Member
from signaling.messages import Chat, ErrorMessage, Hello
from signaling.rooms import Room, Rooms
from signaling.traces import Seen, Traces
from signaling.translations import Translations
from signaling.viewers import Viewers
from signaling.watching import Watching

FRAME_BYTES_MAX = 128 * 1024  # beyond it aiohttp closes with 1009; below, an error message names the fault
CLOSE_WAIT_SECONDS = 2.0
BROKEN = "something broke here"
AWAY = "the rooms cannot be reached now"
SIGNS_PER_SECOND, SIGNS_BURST = 10.0, 60.0  # likes and pings of one connection; chat has limits of its own

log = logging.getLogger(__name__)


class RoomSocket:
    """GET /r/<room>/ws."""

    def __init__(
        self,
        rooms: Rooms,
        catchup: Catchup,
        dispatch: Dispatch,
        entrance: Entrance,
        viewers: Viewers,
        *,
        callers: Callers,
        traces: Traces,
        watching: Watching,
        translations: Translations,
    ) -> None:
        self._rooms = rooms
        self._catchup = catchup
        self._dispatch = dispatch
        self._entrance = entrance
        self._viewers = viewers
        self._callers = callers
        self._traces = traces
        self._watching = watching
        self._translations = translations
        self._of_address: dict[str, int] = {}

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        address = self._callers.household(request)
        self._count(address)
        try:
            conversation = await self._open(request)
            try:
                await conversation.run()
            except Exception:  # the upgrade is done: an answer of HTTP's would be garbage
                log.exception("a socket in room %s broke off", conversation.member.room)
                conversation.member.close(WSCloseCode.INTERNAL_ERROR, BROKEN)
            finally:
                conversation.member.leave()
        finally:
            self._discount(address)
        return conversation.ws

    def _count(self, address: str) -> None:
        """Raises `TooMany`: before the upgrade, so whoever only knocks counts as well."""
        open_ones = self._of_address.get(address, 0)
        if open_ones >= self._rooms.settings.members_per_address_max:
            raise TooMany("too many sockets are open at this address", retry_after=10.0)
        self._of_address[address] = open_ones + 1

    def _discount(self, address: str) -> None:
        self._of_address[address] -= 1
        if not self._of_address[address]:
            del self._of_address[address]

    async def _open(self, request: web.Request) -> _Conversation:
        name = request.match_info["room"]
        viewer = self._viewers.of(request)
        merchant, speaker = await self._entrance.arrival(viewer, name)  # an unknown room is a 404, before any socket
        ws = web.WebSocketResponse(
            heartbeat=self._rooms.settings.heartbeat_ms / 1000,
            max_msg_size=FRAME_BYTES_MAX,
            compress=False,
            timeout=CLOSE_WAIT_SECONDS,
        )
        await ws.prepare(request)
        transport = cast("asyncio.Transport", request.transport)
        bound_kernel_buffer(transport, self._slow_bytes_max)
        catalogue = self._translations.of(request)
        member = Member(name, viewer, speaker, transport, self._slow_bytes_max, merchant=merchant, catalogue=catalogue)
        seen = None if is_doubtful(request, name) else self._traces.of(request)
        return _Conversation(self, ws, member, seen)

    @property
    def _slow_bytes_max(self) -> int:
        return self._rooms.settings.slow_bytes_max


def bound_kernel_buffer(transport: asyncio.Transport, octets: int) -> None:
    """Otherwise the kernel takes megabytes for somebody who does not read before we hear of it."""
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, octets)


class _Conversation:
    """One socket from hello to close. A node holds thousands, each in the midst of `run`: what a frame of it keeps, and
    each frame more, is memory of all of them."""

    __slots__ = ("_abuse", "_parts", "_seen", "_settings", "_signs", "member", "ws")

    def __init__(self, parts: RoomSocket, ws: web.WebSocketResponse, member: Member, seen: Seen | None) -> None:
        self._parts = parts
        self.ws = ws
        self.member = member
        self._seen = seen  # where; None: by a token that does not hold, and then nothing counts
        settings = parts._rooms.settings
        self._settings = settings
        now = asyncio.get_running_loop().time()
        self._abuse = Bucket(settings.abuse_max / 60, settings.abuse_max, now)
        self._signs = Bucket(SIGNS_PER_SECOND, SIGNS_BURST, now)

    async def run(self) -> None:
        room = await self._enter()
        if room is None:
            return
        try:
            with self._present(room):
                await self._listen(room)
        except (BusDown, CommerceError):  # no longer a problem of HTTP's: the upgrade is done
            self.member.close(CLOSE_FULL, AWAY)
        finally:
            self._parts._rooms.leave(room, self.member)

    async def _enter(self) -> Room | None:
        """From hello until he is in and counts; None: he has left, or was shown out."""
        hello = await self._hello()
        if hello is None:
            return None
        try:
            room = await self._parts._rooms.enter(self.member.room, self.member)
        except (TooMany, BusDown, CommerceError) as error:
            self.member.close(CLOSE_FULL, str(error))
            return None
        try:
            if self._may_stay(room):
                await self._parts._catchup.greet(room, self.member, hello)
                if self._seen is not None:
                    await self._parts._entrance.by_socket(self.member.viewer, room.name)
                return room
        except (BusDown, CommerceError):
            self.member.close(CLOSE_FULL, AWAY)
        except BaseException:
            self._parts._rooms.leave(room, self.member)
            raise
        self._parts._rooms.leave(room, self.member)
        return None

    def _may_stay(self, room: Room) -> bool:
        """Otherwise he is told why and shown out."""
        if self._parts._viewers.is_renewing(self.member.viewer):  # since the handshake, as below
            self.member.close(CLOSE_RENEWED, "logged in")
            return False
        if self._parts._viewers.has_ended(self.member.viewer):
            self.member.close(CLOSE_LOGGED_OUT, "logged out")
            return False
        return room.standing(self.member).banned is None or self._parts._rooms.admit(room, self.member)

    def _present(self, room: Room) -> AbstractContextManager[object]:
        """From now on his time counts."""
        if self._seen is None:
            return nullcontext()
        return self._parts._watching.present(self.member.viewer, room.name, self._seen)

    async def _hello(self) -> Hello | None:
        """The first message that is one; None when the member left before, or did not say it in time."""
        try:
            async with asyncio.timeout(self._settings.hello_ms_max / 1000):
                while (text := await self._next()) is not None:
                    try:
                        message = decode(text, self._settings.message_bytes_max)
                        if isinstance(message, Hello):
                            return message
                        raise BadMessage("hello comes first", "type")
                    except BadMessage as error:
                        self._complain(error)
        except TimeoutError:
            self.member.close(CLOSE_ABUSE, "no hello")
        return None

    async def _listen(self, room: Room) -> None:
        while (text := await self._next()) is not None:
            await self._take(room, text)

    async def _take(self, room: Room, text: str) -> None:
        try:
            message = decode(text, self._settings.message_bytes_max)
            if not isinstance(message, Chat):
                self._count_sign()
            await self._parts._dispatch.handle(room, self.member, message)
        except (BadMessage, TooMany) as error:
            self._complain(error)

    def _count_sign(self) -> None:
        wait = self._signs.take(asyncio.get_running_loop().time())
        if wait:
            raise TooMany("slower, please", retry_after=round(wait, 2), field="type")

    async def _next(self) -> str | None:
        """The next text message; None when the socket is closed."""
        while not self.member.gone:
            message = await self.ws.receive()
            if message.type is WSMsgType.TEXT:
                return str(message.data)
            if message.type is not WSMsgType.BINARY:
                return None
            self._complain(BadMessage("binary messages mean nothing here"))
        return None

    def _complain(self, error: BadMessage | TooMany) -> None:
        """Says what was wrong; who keeps doing it is shown the door."""
        if self._abuse.take(asyncio.get_running_loop().time()):
            self.member.close(CLOSE_ABUSE, "too many bad messages")
        else:
            retry_after = error.retry_after if isinstance(error, TooMany) else None
            self.member.refuse(ErrorMessage(field=error.field, detail=error.detail, retry_after=retry_after))
