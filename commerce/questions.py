"""What commerce can be asked: `await commerce.ask(questions.room, "nanjing-01")`.

Each takes a Reading first (a read-only connection and the time), runs on a reader thread and never writes. `merchant`
is the tenant's surrogate key. What does not exist, or is another's, raises errors.NotFound naming the argument.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, case, func, select

from commerce import cart as carts
from commerce import checks, versions, views
from commerce import links as short_links
from commerce import restreams as all_restreams
from commerce import shelf as shelves
from commerce import show as all_shows
from commerce import slates as all_slates
from commerce import studio as studios
from commerce.catalog import find_product, find_products
from commerce.customers import book
from commerce.customers import views as customers
from commerce.directory.channels import channel_key, channel_view, find_channel, select_channels
from commerce.directory.merchants import find_merchant, merchant_view
from commerce.directory.people import find_me
from commerce.errors import NotFound
from commerce.hiding import hidden_names
from commerce.money import Money
from commerce.order.record import find_orders, page_of_orders
from commerce.order.states import PAID, STATES
from commerce.paging import Paging
from commerce.programs import views as shown
from commerce.programs.hooks import find_deliveries, find_hooks
from commerce.programs.keys import find_client, find_keys
from commerce.sale import find_sales
from commerce.store import tables
from commerce.store.reading import Reading
from commerce.visits import Arrival, find_arrival, find_place, find_viewer

LATEST = 20


def merchant(reading: Reading, merchant: int) -> views.Merchant:
    """A tenant by its key."""
    return find_merchant(reading, merchant)


def merchants(reading: Reading) -> tuple[views.Merchant, ...]:
    """All tenants, the oldest first."""
    rows = reading.connection.execute(select(tables.merchant).order_by(tables.merchant.c.id))
    return tuple(merchant_view(row) for row in rows)


def room(reading: Reading, room: str) -> views.Room:
    """A room by its slug, with the show that is on (else next, else last) and its shelf."""
    row = reading.connection.execute(_select_room(), {"room": room}).first()
    if row is None:
        raise NotFound("room", "no such room")
    merchant = find_merchant(reading, row.merchant_id)
    show = all_shows.current_show_row(reading, merchant.id)
    hidden = hidden_names(reading, row.channel_id)
    return views.Room(
        room=row.slug,
        name=row.name,
        logo_url=row.logo_url,
        cover_url=row.cover_url,
        notice=row.notice,
        welcome=row.welcome,
        accent=row.accent,
        channel=views.ChannelRef(row.public_id, row.channel_name),
        channel_state=row.state,
        merchant=merchant,
        show=None if show is None else all_shows.show_view(show),
        shelf=() if show is None else shelves.shown(shelves.find_shelf(reading, merchant.id, show.id), hidden),
        hidden=hidden,
    )


@cache
def _select_room() -> Select[*tuple[Any, ...]]:
    table, channel = tables.room, tables.channel
    query = select(table, channel.c.public_id, channel.c.name.label("channel_name"), channel.c.state)
    return query.join(channel, channel.c.id == table.c.channel_id).where(table.c.slug == bindparam("room"))


def link(reading: Reading, code: str) -> views.Link:
    """A short link, which may be revoked; NotFound when it is unknown."""
    return short_links.find_link(reading, code)


def me(reading: Reading, token: str) -> views.Me:
    """Who a session belongs to; BadCredentials when it is unknown or over."""
    return find_me(reading, token)


def studio(reading: Reading, stream_key: str) -> views.Studio:
    """What a stream key opens, with the show it publishes into; NotFound("stream_key") for a wrong one."""
    return studios.find_studio(reading, stream_key)


def stream_keys(reading: Reading, merchant: int) -> tuple[views.StreamKey, ...]:
    """The keys of the merchant's studio, primary first, without the keys."""
    return studios.stream_keys(reading, merchant)


def studio_settings(reading: Reading, merchant: int) -> views.StudioSettings:
    """How the merchant's studio switches."""
    return studios.studio_settings(reading, merchant)


def slates(reading: Reading, merchant: int) -> tuple[views.Slate, ...]:
    """The merchant's own slates, with their bytes."""
    return all_slates.slates(reading, merchant)


def slate_causes(reading: Reading, merchant: int) -> tuple[str, ...]:
    """For which causes the merchant has slates of his own."""
    return all_slates.slate_causes(reading, merchant)


def restreams(reading: Reading, merchant: int) -> tuple[views.Restream, ...]:
    """Where the merchant's broadcast goes as well."""
    return all_restreams.restreams(reading, merchant)


def shows_on(reading: Reading) -> tuple[tuple[int, views.Show], ...]:
    """All tenants' shows that are live or paused: (merchant, show)."""
    table = tables.show
    rows = reading.connection.execute(select(table).where(table.c.state.in_(all_shows.ON)).order_by(table.c.id))
    return tuple((row.merchant_id, all_shows.show_view(row)) for row in rows)


def shows(reading: Reading, merchant: int, page: Paging | None = None) -> tuple[views.Show, ...]:
    """A page of the merchant's shows, newest first."""
    page, table = page or Paging(), tables.show
    query = select(table).where(table.c.merchant_id == merchant, *page.after(table.c.id))
    rows = reading.connection.execute(query.order_by(table.c.id.desc()).limit(page.rows)).all()
    return tuple(all_shows.show_view(row) for row in page.take(rows, lambda row: (row.id,)))


def show(reading: Reading, merchant: int, show: str) -> views.Show:
    """One show."""
    return all_shows.find_show(reading, merchant, show)


def current_show(reading: Reading, merchant: int) -> views.Show | None:
    """The show that is on, else the next one announced, else the last one ended."""
    row = all_shows.current_show_row(reading, merchant)
    return None if row is None else all_shows.show_view(row)


def shelf(reading: Reading, merchant: int, show: str) -> tuple[views.ShelfItem, ...]:
    """A show's shelf in its order."""
    return shelves.find_shelf(reading, merchant, all_shows.show_row(reading, merchant, show).id)


def sales(reading: Reading, merchant: int, page: Paging | None = None) -> tuple[views.Sale, ...]:
    """A page of the merchant's flash sales, the latest window first."""
    return find_sales(reading, merchant, page or Paging())


def client(reading: Reading, secret: str) -> views.Me:
    """Which program an API key is; BadCredentials when it opens nothing."""
    return find_client(reading, secret)


def api_keys(reading: Reading, merchant: int, page: Paging | None = None) -> tuple[shown.ApiKey, ...]:
    """A page of the keys of programs, the newest first, revoked ones too."""
    return find_keys(reading, merchant, page or Paging())


def hooks(reading: Reading, merchant: int, page: Paging | None = None) -> tuple[shown.Hook, ...]:
    """A page of the webhooks, the newest first."""
    return find_hooks(reading, merchant, page or Paging())


def deliveries(reading: Reading, merchant: int, page: Paging | None = None) -> tuple[shown.Delivery, ...]:
    """A page of the deliveries to webhooks, the latest first."""
    return find_deliveries(reading, merchant, page or Paging())


def deliveries_due(reading: Reading) -> bool:
    """Whether a delivery is due; a look at an index that is mostly empty."""
    due = tables.delivery.c.next_at <= reading.now
    return reading.connection.execute(select(tables.delivery.c.id).where(due).limit(1)).first() is not None


def channels(reading: Reading, merchant: int, page: Paging | None = None) -> tuple[views.Channel, ...]:
    """Channels with their rooms, house first; all of them, or a page."""
    if page is None:
        return tuple(channel_view(row, reading.now) for row in reading.connection.execute(select_channels(merchant)))
    table = tables.channel
    place = case((table.c.house, 0), else_=1)
    query = select_channels(merchant).add_columns(table.c.id).where(*page.after(place, table.c.id, newest_first=False))
    rows = reading.connection.execute(query.limit(page.rows)).all()
    found = page.take(rows, lambda row: (0 if row.house else 1, row.id))
    return tuple(channel_view(row, reading.now) for row in found)


def channel(reading: Reading, merchant: int, channel: str) -> views.Channel:
    """One channel with its room."""
    return find_channel(reading, merchant, channel)


def products(reading: Reading, merchant: int, page: Paging | None = None) -> tuple[views.Product, ...]:
    """The catalogue, oldest first; all of it, or a page."""
    return find_products(reading, merchant, page=page)


def product(reading: Reading, merchant: int, product: str) -> views.Product:
    """One product."""
    return find_product(reading, merchant, product)


def version(reading: Reading, merchant: int, resource: str) -> int:
    """The version of a resource (`commerce.versions` names them); to be asked before the resource itself."""
    return versions.version(reading, merchant, resource)


def cart(reading: Reading, viewer: str, room: str) -> views.Cart:
    """A viewer's cart in a room; empty when he has none."""
    return carts.find_cart(reading, viewer, room)


def customer(reading: Reading, viewer: str, room: str) -> customers.Customer | None:
    """Who a viewer is to the room's merchant, once he has logged in."""
    return book.find_customer(reading, viewer, room)


def customer_address(reading: Reading, viewer: str, room: str, address: str) -> customers.Address:
    """One address of the viewer's own book; another's is NotFound."""
    return book.find_address(reading, viewer, room, address)


def arrival(reading: Reading, viewer: str, room: str) -> Arrival:
    """Who stands at the door of a room, known to its merchant or not."""
    return find_arrival(reading, viewer, room)


def viewer_orders(reading: Reading, viewer: str, room: str, page: Paging | None = None) -> tuple[views.Order, ...]:
    """A page of what a viewer ordered in a room, newest first."""
    place = find_place(reading, room)
    key = find_viewer(reading, place.tenant.id, viewer)
    if key is None:
        return ()
    table = tables.orders
    return page_of_orders(reading, page or Paging(), table.c.viewer_id == key, table.c.room_id == place.room)


def viewer_order(reading: Reading, viewer: str, order: str) -> views.Order:
    """A viewer's own order; another's is NotFound."""
    return _own(reading, viewer, tables.orders.c.public_id == order, "order")


def viewer_payment(reading: Reading, viewer: str, payment: str) -> views.Order:
    """The viewer's own order that a payment belongs to."""
    table = tables.payment
    mine = select(table.c.order_id).where(table.c.public_id == payment).scalar_subquery()
    return _own(reading, viewer, tables.orders.c.id == mine, "payment")


def _own(reading: Reading, viewer: str, which: ColumnElement[bool], field: str) -> views.Order:
    found = find_orders(reading, which, limit=1)
    if not found or find_viewer(reading, found[0][0].merchant_id, viewer) != found[0][0].viewer_id:
        raise NotFound(field, f"no such {field}")
    return found[0][1]


def orders(
    reading: Reading,
    merchant: int,
    *,
    channel: str | None = None,
    room: str | None = None,
    state: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> views.Orders:
    """The merchant's orders, newest first; `channel` is the owner's, `room` where they were placed."""
    page, table = Paging(cursor, limit), tables.orders
    where: list[ColumnElement[bool]] = [table.c.merchant_id == merchant]
    if channel is not None:
        where.append(table.c.owner_channel_id == channel_key(reading, merchant, channel))
    if room is not None:
        where.append(table.c.room_id == _room_key(reading, merchant, room))
    if state is not None:
        where.append(table.c.state == checks.choice("state", state, STATES))
    return views.Orders(page_of_orders(reading, page, *where), page.next)


def _room_key(reading: Reading, merchant: int, room: str) -> int:
    place = find_place(reading, room)
    if place.tenant.id != merchant:
        raise NotFound("room", "no such room")
    return place.room


def order(reading: Reading, merchant: int, order: str) -> views.Order:
    """One order of the merchant."""
    table = tables.orders
    found = find_orders(reading, table.c.merchant_id == merchant, table.c.public_id == order, limit=1)
    if not found:
        raise NotFound("order", "no such order")
    return found[0][1]


def overview(reading: Reading, merchant: int) -> views.Overview:
    """Show, sales per owning channel since it began (of all time before), the 20 latest orders."""
    tenant = find_merchant(reading, merchant)
    row = all_shows.current_show_row(reading, merchant)
    since = 0 if row is None or row.began_at is None else row.began_at
    sales = _sales(reading, merchant, since)
    latest = find_orders(reading, tables.orders.c.merchant_id == merchant, limit=LATEST)
    return views.Overview(
        show=None if row is None else all_shows.show_view(row),
        channels=tuple(
            views.ChannelSales(
                found.channel,
                found.name,
                found.room,
                sales.get(found.channel, (0, 0))[0],
                Money(sales.get(found.channel, (0, 0))[1], tenant.currency),
            )
            for found in channels(reading, merchant)
        ),
        latest_orders=tuple(order for _, order in latest),
    )


def _sales(reading: Reading, merchant: int, since: int) -> dict[str, tuple[int, int]]:
    """Orders placed and money paid (less refunds) since then, by owning channel."""
    order, channel = tables.orders, tables.channel
    paid = func.sum(order.c.total_minor - order.c.refunded_minor).filter(order.c.state.in_(PAID))
    query = (
        select(channel.c.public_id, func.count(order.c.id), func.coalesce(paid, 0))
        .join(channel, channel.c.id == order.c.owner_channel_id)
        .where(order.c.merchant_id == merchant, order.c.created_at >= since)
        .group_by(channel.c.public_id)
    )
    return {public: (count, int(minor)) for public, count, minor in reading.connection.execute(query)}
