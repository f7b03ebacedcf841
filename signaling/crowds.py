"""The crowds of the merchants that have members or screens on this node: nodes tell each other through the bus."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Mapping

from signaling.bus import Bus, BusDown
from signaling.crowd import Crowd, Said


def crowd_topic(merchant: int) -> str:
    """The bus's name for who is in a merchant's rooms."""
    return f"crowd:{merchant}"


class Crowds:
    """`open` and `close` come in pairs. What is to be told waits for `tick`."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._node = secrets.token_hex(8)
        self._open: dict[int, tuple[Crowd, int]] = {}
        self._saying: dict[int, Said] = {}

    async def open(self, merchant: int) -> Crowd:
        """While the bus is down, only this node's own members are in it."""
        crowd, users = self._open.get(merchant, (None, 0))
        if crowd is None:
            crowd = Crowd(self._node)
            self._open[merchant] = crowd, 1
            self._saying[merchant] = Said(node=self._node, ask=True)
            await self._bus.listen(crowd_topic(merchant), lambda body: self._hear(merchant, body))
        else:
            self._open[merchant] = crowd, users + 1
        return crowd

    def close(self, merchant: int) -> None:
        crowd, users = self._open[merchant]
        if users > 1:
            self._open[merchant] = crowd, users - 1
            return
        del self._open[merchant]
        self._bus.unlisten(crowd_topic(merchant))
        self._saying[merchant] = Said(node=self._node, whole=True)  # nobody is left here

    def get(self, merchant: int) -> Crowd | None:
        """The crowd, if anyone here has opened it."""
        crowd, _ = self._open.get(merchant, (None, 0))
        return crowd

    def say(self, merchant: int, rooms: Mapping[str, int], likes: Mapping[str, int]) -> None:
        """This node's own members and hearts, once a tick."""
        crowd = self.get(merchant)
        said = None if crowd is None else crowd.say(rooms, likes, asyncio.get_running_loop().time())
        if said is not None:
            before = self._saying.get(merchant)
            self._saying[merchant] = said.model_copy(update={"ask": before is not None and before.ask})

    async def tick(self) -> None:
        """Tells what waits. What cannot be told now is told in whole a few seconds later."""
        saying, self._saying = self._saying, {}
        for merchant, said in saying.items():
            with contextlib.suppress(BusDown):
                await self._bus.tell(crowd_topic(merchant), said.model_dump_json().encode())

    def _hear(self, merchant: int, body: bytes) -> None:
        crowd = self.get(merchant)
        if crowd is not None:
            crowd.hear(Said.model_validate_json(body), asyncio.get_running_loop().time())
