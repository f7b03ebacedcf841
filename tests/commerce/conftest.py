"""A shop to test with, on SQLite and on Debian's real PostgreSQL: the same cases run on both.

PostgreSQL runs as a private cluster on a unix socket in a directory of its own, with fsync on.
"""

import asyncio
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import select

from commerce import commands as c
from commerce import views
from commerce.events import Fact
from commerce.questions import products
from commerce.service import Commerce
from commerce.store import engine as store_engine
from commerce.store.engine import FILE_NAME, writer_engine
from commerce.store.ids import public_id
from commerce.store.reading import Reading
from commerce.store.schema import migrate
from commerce.store.tables import metadata
from config.metrics import Metrics
from config.settings import DatabaseSettings, PaymentSettings
from tests.commerce.money import Money
from tests.commerce.statements import SharedStatements

CLUSTER_BYTES_MAX = 1 << 30
SECRET = "s" * 32
CONTACT = views.Contact("Li Lei", "13800138000", "1 Zhongshan Road, Nanjing")


class Postgres:
    """A private cluster. All cases share one database and keep apart by their merchants; `fresh()` makes another."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._user = {"user": "postgres"} if os.geteuid() == 0 else {}
        self._made = 0

    def run(self, *command: str) -> None:
        subprocess.run(command, check=True, capture_output=True, cwd=self.folder, **self._user)

    def start(self) -> None:
        binaries = max(Path("/usr/lib/postgresql").glob("*/bin"))
        self._pg_ctl = str(binaries / "pg_ctl")
        self.run(str(binaries / "initdb"), "-D", "data", "-U", "fenbo", "-A", "trust", "--no-sync", "-E", "UTF8")
        options = f"-c listen_addresses='' -c unix_socket_directories={self.folder}"
        self.run(self._pg_ctl, "-D", "data", "-w", "-l", "log", "-o", options, "start")
        self._execute("CREATE ROLE app LOGIN")  # no superuser: those see every row whatever the policies say
        self.shared = self.fresh()
        made = writer_engine(self.shared)
        migrate(made)
        made.dispose()

    def stop(self) -> None:
        self.run(self._pg_ctl, "-D", "data", "-m", "fast", "stop")

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://app@/{database}?host={self.folder}"

    def _execute(self, statement: str) -> None:
        with psycopg.connect(f"host={self.folder} user=fenbo dbname=postgres", autocommit=True) as connection:
            connection.execute(statement)

    def fresh(self) -> str:
        self._made += 1
        name = f"case_{self._made}"
        self._execute(f"CREATE DATABASE {name} OWNER app")
        return self.url(name)


def roomy_memory() -> str | None:
    """Shared memory when there is enough of it: an fsync costs nothing there, and a cluster needs a few hundred MB."""
    shared = Path("/dev/shm")
    return str(shared) if shared.is_dir() and shutil.disk_usage(shared).free > CLUSTER_BYTES_MAX else None


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    folder = Path(tempfile.mkdtemp(prefix="fenbo-pg-", dir=roomy_memory() or "/var/tmp"))
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    cluster = Postgres(folder)
    cluster.start()
    yield cluster
    cluster.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / FILE_NAME
    made = writer_engine(f"sqlite:///{file}")
    migrate(made)
    made.dispose()
    return file


@pytest.fixture(scope="session", autouse=True)
def statements() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store_engine, "create_engine", SharedStatements())
        yield


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a store of each kind."""
    if request.param == "postgresql":
        return request.getfixturevalue("postgres").shared
    shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / FILE_NAME)
    return f"sqlite:///{tmp_path / FILE_NAME}"


@dataclass
class Clock:
    """Seconds since 1970, standing still until told."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


OpenCommerce = Callable[..., Awaitable[Commerce]]
OnFact = Callable[[Fact], None]


async def open_node(url: str, folder: Path, clock: Clock, secret: str, on_fact: OnFact, **database: Any) -> Commerce:
    """It looks for what is due when a test says so only: it would do it between two steps of the test's own."""
    settings, metrics = DatabaseSettings(url=url, readers=2, **database), Metrics(CollectorRegistry())
    node = await Commerce.open(
        settings, PaymentSettings(), folder, metrics, secret=secret, clock=clock, on_fact=on_fact
    )
    await node._scheduler.close()
    return node


@pytest.fixture
async def open_commerce(tmp_path: Path, clock: Clock) -> AsyncIterator[OpenCommerce]:
    """`open_commerce(url, on_fact=..., batch_max=...)`: a node, closed at the end."""
    opened: list[Commerce] = []

    async def start(url: str, on_fact: OnFact = lambda fact: None, secret: str = SECRET, **database: Any) -> Commerce:
        opened.append(await open_node(url, tmp_path, clock, secret, on_fact, **database))
        return opened[-1]

    yield start
    for node in opened:
        await node.close()


@dataclass
class Shop:
    """A merchant with two stores, one product of ten on the shelf of the show that is live."""

    commerce: Commerce
    clock: Clock
    url: str
    merchant: views.Merchant
    store_a: views.Channel
    store_b: views.Channel
    product: views.Product
    show: views.Show
    facts: list[Fact] = field(default_factory=list)

    @property
    def sku(self) -> str:
        return self.product.skus[0].sku

    @property
    def room_a(self) -> str:
        return self.store_a.room

    @property
    def room_b(self) -> str:
        return self.store_b.room

    def order(self, viewer: str | None = None, room: str = "", quantity: int = 1, **given: Any) -> c.PlaceOrder:
        given = {"client_order_id": "order-" + public_id(), "contact": CONTACT} | given
        given.setdefault("lines", (c.Wanted(self.sku, quantity),))
        return c.PlaceOrder(viewer or public_id(), room or self.room_a, **given)

    async def place(self, viewer: str | None = None, room: str = "", quantity: int = 1, **given: Any) -> views.Order:
        return await self.commerce.execute(self.order(viewer, room, quantity, **given))

    async def enter(self, viewer: str, room: str = "", code: str | None = None) -> views.Entry:
        room = room or self.room_a
        await self.commerce.execute(c.NoteTouch(viewer, room, code))
        return await self.commerce.execute(c.CountTouch(viewer, room))

    def notice(self, order: views.Order, outcome: str = "pay") -> c.RecordPayment:
        headers, body = self.commerce.sandbox.webhook(order.payment, outcome, self.clock())
        return self.commerce.sandbox.read_webhook(headers, body, self.clock())

    async def pay(self, order: views.Order, outcome: str = "pay") -> views.Order:
        return await self.commerce.execute(self.notice(order, outcome))

    async def next_show(self, title: str = "Saturday") -> views.Show:
        """The show is over, and another one is on, with the same shelf."""
        await self.commerce.execute(c.UpdateShow(self.merchant.id, self.show.show, state="ended"))
        made = await self.commerce.execute(c.CreateShow(self.merchant.id, title))
        await self.commerce.execute(c.SetShelf(self.merchant.id, made.show, (c.ShelfEntry(self.product.product),)))
        self.show = await self.commerce.execute(c.UpdateShow(self.merchant.id, made.show, state="live"))
        return self.show

    async def books(self) -> tuple[int, int, int, int]:
        """(received, free, reserved, sold) of the SKU."""
        sku = (await self.commerce.ask(_product, self.merchant.id)).skus[0]
        return sku.received, sku.free, sku.reserved, sku.sold

    async def dump(self) -> dict[str, list[Any]]:
        """Every row of every table, apart from the outbox, the key blocks and what the clock signs."""
        return await self.commerce.ask(dump)


def _product(reading: Reading, merchant: int) -> views.Product:
    return products(reading, merchant)[0]


def dump(reading: Reading) -> dict[str, list[Any]]:
    tables = [table for name, table in metadata.tables.items() if name not in ("outbox", "id_block", "log_head")]
    return {table.name: sorted(map(str, reading.connection.execute(select(table)))) for table in tables}


async def furnish(commerce: Commerce, clock: Clock, url: str, facts: list[Fact]) -> Shop:
    execute = commerce.execute
    own = public_id()
    merchant = await execute(c.CreateMerchant("Brand", f"hq-{own}", language="en"))
    store_a = await execute(c.CreateChannel(merchant.id, "Store A", f"a-{own}"))
    store_b = await execute(c.CreateChannel(merchant.id, "Store B", f"b-{own}"))
    product = await execute(c.CreateProduct(merchant.id, "Tea", (c.NewSku("100 g", 9_900, stock=10),)))
    show = await execute(c.CreateShow(merchant.id, "Friday"))
    await execute(c.SetShelf(merchant.id, show.show, (c.ShelfEntry(product.product),)))
    show = await execute(c.UpdateShow(merchant.id, show.show, state="live"))
    facts.clear()
    return Shop(commerce, clock, url, merchant, store_a, store_b, product, show, facts)


FurnishShop = Callable[[str], Awaitable[Shop]]


@pytest.fixture
def furnish_shop(open_commerce: OpenCommerce, clock: Clock) -> FurnishShop:
    """`furnish_shop(url)`: a node on a store, and a shop in it."""

    async def open_shop(url: str) -> Shop:
        facts: list[Fact] = []
        return await furnish(await open_commerce(url, facts.append), clock, url, facts)

    return open_shop


@pytest.fixture(scope="session")
def sqlite_furnished(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> tuple[Path, Shop]:
    """A file with the shop in it, made once: each test opens a copy."""
    file = tmp_path_factory.mktemp("furnished") / FILE_NAME
    shutil.copy(sqlite_template, file)

    async def make() -> Shop:
        clock, url = Clock(), f"sqlite:///{file}"
        node = await open_node(url, file.parent, clock, SECRET, lambda fact: None)
        made = await furnish(node, clock, url, [])
        await node.close()
        return made

    with ThreadPoolExecutor(1) as thread:  # a loop of its own, away from the tests'
        return file, thread.submit(asyncio.run, make()).result()


@pytest.fixture
def copy_shop(
    sqlite_furnished: tuple[Path, Shop], tmp_path: Path, open_commerce: OpenCommerce, clock: Clock
) -> Callable[[], Awaitable[Shop]]:
    """`copy_shop()`: a node on a copy of the furnished file."""

    async def open_shop() -> Shop:
        file, made = sqlite_furnished
        await asyncio.to_thread(shutil.copy, file, tmp_path / FILE_NAME)
        url, facts = f"sqlite:///{tmp_path / FILE_NAME}", list[Fact]()
        return replace(made, commerce=await open_commerce(url, facts.append), clock=clock, url=url, facts=facts)

    return open_shop


@pytest.fixture
async def shop(url: str, furnish_shop: FurnishShop, copy_shop: Callable[[], Awaitable[Shop]]) -> Shop:
    return await (copy_shop() if url.startswith("sqlite") else furnish_shop(url))


@pytest.fixture
async def sqlite_shop(copy_shop: Callable[[], Awaitable[Shop]]) -> Shop:
    """For cases with nothing in them that a database could do differently."""
    return await copy_shop()


@pytest.fixture
async def money(sqlite_shop: Shop, tmp_path: Path) -> Money:
    """The shop with a plan: 10 % for the store, 2 % above it, 5 % for whoever shared."""
    found = Money(sqlite_shop, tmp_path)
    await found.plan()
    return found


@pytest.fixture
async def money_anywhere(shop: Shop, tmp_path: Path) -> Money:
    """The same on each kind of database."""
    found = Money(shop, tmp_path)
    await found.plan()
    return found


@pytest.fixture
async def money_tree(money: Money) -> tuple[Money, views.Channel]:
    """A store under store A, so that two levels earn."""
    shop = money.shop
    below = c.CreateChannel(shop.merchant.id, "Store C", f"c-{public_id()}", shop.store_a.channel)
    return money, await shop.commerce.execute(below)
