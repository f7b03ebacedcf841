"""kill -9 under order load: what was acknowledged is there after the restart, nothing is there twice, stock adds up."""

import asyncio
import contextlib
import random
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from config.settings import Settings
from signaling.demo_goods import Furnished, furnish

BUYERS = 200  # each with a request in flight all the time
ANSWERS_MAX = 120  # acknowledged before the kill, drawn anew for each
JITTER_SECONDS_MAX = 0.02  # after that answer: a commit or two further
ROOM = "north"
STOCK = 1_000_000
CONTACT = {"name": "Li Wei", "phone": "13800000000", "address": "1 Harbour Street"}


@dataclass
class Purchase:
    """One checkout, known by the id that the client gave it; `order` once the server has acknowledged it."""

    cookie: str
    client_order_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    order: str | None = None


class Shop:
    """A server that is killed and started again, and all that was bought there."""

    def __init__(self, server, furnished: Furnished) -> None:
        self.server = server
        self.furnished = furnished
        self.sku = furnished.skus[0]
        self.cookies: list[str] = []
        self.purchases: list[Purchase] = []
        self._answers = 0
        self._enough = (0, asyncio.Event())

    async def open(self, session: aiohttp.ClientSession) -> int:
        """Brings viewers in and goods; answers how many of the SKU are free."""
        self.cookies = await asyncio.gather(*(self._viewer(session) for _ in range(BUYERS)))
        login = {"user": self.furnished.user, "password": self.furnished.password}
        async with session.post(f"{self.server.http}/api/v1/hq/login", json=login) as answer:
            headers = {"X-CSRF-Token": (await answer.json())["csrf"], "Cookie": _cookie(answer)}
        stock = f"{self.server.http}/api/v1/hq/skus/{self.sku}/stock"
        async with session.post(stock, json={"received": STOCK}, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
        return await self.free(session)

    async def _viewer(self, session: aiohttp.ClientSession) -> str:
        async with session.get(f"{self.server.http}/api/v1/rooms/{ROOM}") as answer:
            return _cookie(answer)

    async def free(self, session: aiohttp.ClientSession) -> int:
        async with session.get(f"{self.server.http}/api/v1/rooms/{ROOM}") as answer:
            shelf = (await answer.json())["shelf"]
        return next(sku["free"] for item in shelf for sku in item["skus"] if sku["sku"] == self.sku)

    async def buy(self, session: aiohttp.ClientSession, purchase: Purchase) -> int:
        """The status; the order's id is noted. Raises aiohttp.ClientError when the server is gone."""
        order = {
            "client_order_id": purchase.client_order_id,
            "contact": CONTACT,
            "lines": [{"sku": self.sku, "quantity": 1}],
        }
        url = f"{self.server.http}/api/v1/rooms/{ROOM}/orders"
        async with session.post(url, json=order, headers={"Cookie": purchase.cookie}) as answer:
            found = await answer.json()
            assert answer.status in (200, 201), found
            assert purchase.order in (None, found["order"]), "the same checkout became another order"
            purchase.order = found["order"]
            self._answers += 1
            if self._answers >= self._enough[0]:
                self._enough[1].set()
            return answer.status

    async def _keep_buying(self, session: aiohttp.ClientSession, cookie: str) -> None:
        with contextlib.suppress(aiohttp.ClientError):
            while True:
                self.purchases.append(Purchase(cookie))
                await self.buy(session, self.purchases[-1])

    async def rush_and_kill(self, session: aiohttp.ClientSession, rng: random.Random) -> tuple[int, int]:
        """Everybody buys; at an instant drawn by chance the process is gone. How many had their answer, how many not.

        The instant is so many answers after the start and a little later: requests are then being received, committed
        and answered at once, on a fast machine as on a busy one.
        """
        since = len(self.purchases)
        self._enough = (self._answers + rng.randrange(ANSWERS_MAX), asyncio.Event())
        buyers = [asyncio.create_task(self._keep_buying(session, cookie)) for cookie in self.cookies]
        await self._enough[1].wait()
        await asyncio.sleep(rng.uniform(0, JITTER_SECONDS_MAX))
        self.server.kill()
        await asyncio.gather(*buyers)
        answered = sum(purchase.order is not None for purchase in self.purchases[since:])
        return answered, len(self.purchases) - since - answered

    async def audit(self, session: aiohttp.ClientSession, since: int) -> None:
        """Asks for every purchase again: the acknowledged ones must be known, the others may be new."""

        async def again(purchase: Purchase) -> None:
            acknowledged = purchase.order is not None
            status = await self.buy(session, purchase)
            assert status == 200 or not acknowledged, f"an acknowledged order was lost: {purchase}"

        await asyncio.gather(*(again(purchase) for purchase in self.purchases[since:]))


def _cookie(answer: aiohttp.ClientResponse) -> str:
    return "; ".join(f"{name}={morsel.value}" for name, morsel in answer.cookies.items())


async def kill_again_and_again(start_server, folder: Path, kills: int, seed: int) -> None:
    rng = random.Random(seed)
    furnished = await furnish(Settings(data_dir=folder / "data"))
    shop = Shop(await asyncio.to_thread(start_server, "serve", prepared=folder), furnished)
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
        free = await shop.open(session)
        for _ in range(kills):
            since = len(shop.purchases)
            answered, unanswered = await shop.rush_and_kill(session, rng)
            assert answered > 0
            assert unanswered >= BUYERS // 2, "hundreds of requests were to be in flight"
            await asyncio.to_thread(shop.server.start)
            await shop.audit(session, since)
            assert await shop.free(session) == free - len(shop.purchases)
        orders = [purchase.order for purchase in shop.purchases]
        assert None not in orders
        assert len(set(orders)) == len(orders)
    await asyncio.to_thread(shop.server.stop)


@pytest.mark.timeout(120)  # three starts of a server and some thousand requests: seconds, and more on a busy machine
@pytest.mark.parametrize("seed", range(2))
async def test_two_kills_lose_nothing_and_double_nothing(start_server, tmp_path, seed):
    await kill_again_and_again(start_server, tmp_path, kills=2, seed=seed)


@pytest.mark.soak
@pytest.mark.parametrize("seed", [100, 101])
async def test_fifty_more_kills(start_server, tmp_path, seed):
    await kill_again_and_again(start_server, tmp_path, kills=25, seed=seed)
