"""What the demo shows: a merchant with three shops, four goods on the shelf of a show that is on, somebody at HQ."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass

from prometheus_client import CollectorRegistry

from commerce import commands, questions, views
from commerce.commands.offering import IMAGE_BYTES_MAX
from commerce.directory.people import hash_password
from commerce.service import Commerce
from config.metrics import Metrics
from config.settings import Settings
from signaling import demo_wares, image_file

HQ_USER = "hq"
PICTURES = "/assets/demo"  # web/public/assets/demo: the shops' signs


@dataclass(frozen=True, slots=True)
class Shop:
    """A channel of the demo."""

    room: str
    name: str
    accent: str
    notice: str
    welcome: str


@dataclass(frozen=True, slots=True)
class Goods:
    """A product of the demo, with one SKU for each size: (name, price in fen, stock)."""

    picture: str
    name: str
    description: str
    sizes: tuple[tuple[str, int, int], ...]
    per_buyer_max: int | None = None


SHOPS = (
    Shop("north", "North Peak", "#1d5fa8", "Free delivery in the old town", "Welcome to North Peak!"),
    Shop("harbour", "Harbour Corner", "#0b7a75", "Open until ten tonight", "Good evening from the harbour!"),
    Shop("garden", "Garden Lane", "#8e44ad", "Members get a flower with each order", "Come in, sit down!"),
)
GOODS = (
    Goods("tea", "Spring green tea", "Picked in April, 100 g", (("Tin", 6800, 500), ("Two tins", 12800, 200))),
    Goods("bowl", "Noodle bowl", "Glazed by hand", (("Red", 4900, 300),)),
    Goods("lamp", "Evening lamp", "Warm light, dims by touch", (("Blue", 15900, 80),), per_buyer_max=2),
    Goods("scarf", "Wool scarf", "Knitted, 180 cm", (("Red", 9900, 120), ("Grey", 9900, 0))),
)


@dataclass(frozen=True, slots=True)
class Room:
    """A room of the demo with a short link that leads into it."""

    room: str
    channel: str
    link_code: str


@dataclass(frozen=True, slots=True)
class Furnished:
    """What was made, with the secrets that are seen only now."""

    merchant: int
    show: str
    rooms: tuple[Room, ...]
    skus: tuple[str, ...]
    user: str
    password: str
    stream_keys: dict[str, str]


async def furnish(settings: Settings) -> Furnished:
    """Makes it all in the store the settings name, which is to be an empty one; the store is closed again."""
    commerce = await Commerce.open(
        settings.database, settings.payments, settings.data_dir, Metrics(CollectorRegistry()), secret=settings.secret
    )
    try:
        return await _furnish(commerce)
    finally:
        await commerce.close()


async def _furnish(commerce: Commerce) -> Furnished:
    merchant = await commerce.execute(commands.CreateMerchant("Fenbo Demo", room="hq", language="en"))
    password = secrets.token_urlsafe(9)
    password_hash = await asyncio.to_thread(hash_password, password)
    await commerce.execute(commands.CreateUser(merchant.id, HQ_USER, password_hash))
    channels = await _open_shops(commerce, merchant.id)
    products = [await _put_out(commerce, merchant.id, goods) for goods in GOODS]
    show = await _start_show(commerce, merchant.id, products)
    keys = [await commerce.execute(commands.RotateStreamKey(merchant.id, slot)) for slot in commands.studio.SLOTS]
    return Furnished(
        merchant=merchant.id,
        show=show.show,
        rooms=tuple([await _room(commerce, merchant.id, channel) for channel in channels]),
        skus=tuple(sku.sku for product in products for sku in product.skus),
        user=HQ_USER,
        password=password,
        stream_keys={key.slot: key.stream_key for key in keys},
    )


async def _open_shops(commerce: Commerce, merchant: int) -> list[views.Channel]:
    """The three shops, then the house."""
    for shop in SHOPS:
        logo = f"{PICTURES}/{shop.room}.svg"
        await commerce.execute(
            commands.CreateChannel(
                merchant,
                shop.name,
                shop.room,
                logo_url=logo,
                notice=shop.notice,
                welcome=shop.welcome,
                accent=shop.accent,
            )
        )
    channels = await commerce.ask(questions.channels, merchant)
    house = next(channel for channel in channels if channel.house)
    await commerce.execute(commands.UpdateRoom(merchant, house.channel, logo_url=f"{PICTURES}/hq.svg"))
    return sorted(channels, key=lambda channel: channel.house)


async def _put_out(commerce: Commerce, merchant: int, goods: Goods) -> views.Product:
    """With its picture, as if somebody had uploaded it."""
    skus = tuple(commands.NewSku(name, price, stock, goods.per_buyer_max) for name, price, stock in goods.sizes)
    product = await commerce.execute(commands.CreateProduct(merchant, goods.name, skus, goods.description))
    sizes = await asyncio.to_thread(_drawn, goods.picture)
    return await commerce.execute(commands.PutImage(merchant, product.product, sizes))


def _drawn(picture: str) -> tuple[bytes, ...]:
    return image_file.from_picture(demo_wares.draw(picture), IMAGE_BYTES_MAX)


async def _start_show(commerce: Commerce, merchant: int, products: list[views.Product]) -> views.Show:
    """On the air, all goods on its shelf, the first one pinned."""
    show = await commerce.execute(commands.CreateShow(merchant, "Evening by the sea"))
    entries = tuple(commands.ShelfEntry(product.product, pinned=n == 0) for n, product in enumerate(products))
    await commerce.execute(commands.SetShelf(merchant, show.show, entries))
    return await commerce.execute(commands.UpdateShow(merchant, show.show, state="live"))


async def _room(commerce: Commerce, merchant: int, channel: views.Channel) -> Room:
    link = await commerce.execute(commands.CreateLink(merchant, channel.channel))
    return Room(channel.room, channel.name, link.code)
