"""A shop to test with, on SQLite and on Debian's real PostgreSQL: the same cases run on both.

PostgreSQL runs as a private cluster on a unix socket in a directory of its own, with fsync on.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
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
from commerce.store.engine import FILE_NAME, writer_engine
from commerce.store.ids import public_id
from commerce.store.reading import Reading
from commerce.store.schema import migrate
from commerce.store.tables import metadata
from config.metrics import Metrics
from config.settings import DatabaseSettings, PaymentSettings
from tests.commerce.money import Money

CLUSTER_BYTES_MAX = 1 << 30
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
        engine = writer_engine(self.shared)
        migrate(engine)
        engine.dispose()

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
    engine = writer_engine(f"sqlite:///{file}")
    migrate(engine)
    engine.dispose()
    return file


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


@pytest.fixture
async def open_commerce(tmp_path: Path, clock: Clock) -> AsyncIterator[OpenCommerce]:
    """`open_commerce(url, on_fact=..., batch_max=...)`: a node, closed at the end."""
    opened: list[Commerce] = []

    async def start(
        url: str, on_fact: Callable[[Fact], None] = lambda fact: None, secret: str = "s" * 32, **database: Any
    ) -> Commerce:
        settings = DatabaseSettings(url=url, readers=2, **database)
        metrics = Metrics(CollectorRegistry())
        node = await Commerce.open(
            settings, PaymentSettings(), tmp_path, metrics, secret=secret, clock=clock, on_fact=on_fact
        )
        opened.append(node)
        return node

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


@pytest.fixture
async def shop(url: str, furnish_shop: FurnishShop) -> Shop:
    return await furnish_shop(url)


@pytest.fixture
async def sqlite_shop(sqlite_template: Path, tmp_path: Path, furnish_shop: FurnishShop) -> Shop:
    """For cases with nothing in them that a database could do differently."""
    shutil.copy(sqlite_template, tmp_path / FILE_NAME)
    return await furnish_shop(f"sqlite:///{tmp_path / FILE_NAME}")


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
