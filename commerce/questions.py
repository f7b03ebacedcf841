"""What commerce can be asked: `await commerce.ask(questions.room, "nanjing-01")`.

Each takes a Reading first (a read-only connection and the time), runs on a reader thread and never writes. `merchant` is
the tenant's surrogate key. What does not exist, or is another's, raises errors.NotFound naming the argument.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from commerce import views

if TYPE_CHECKING:
    from commerce.store.reading import Reading


def merchant(reading: Reading, merchant: int) -> views.Merchant:
    """A tenant by its key."""
    raise NotImplementedError


def merchants(reading: Reading) -> tuple[views.Merchant, ...]:
    """All tenants, the oldest first."""
    raise NotImplementedError


def room(reading: Reading, room: str) -> views.Room:
    """A room by its slug, with the show that is on (else next, else last) and its shelf."""
    raise NotImplementedError


def link(reading: Reading, code: str) -> views.Link:
    """A short link; NotFound when it is unknown or revoked."""
    raise NotImplementedError


def me(reading: Reading, token: str) -> views.Me:
    """Who a session belongs to; BadCredentials when it is unknown or over."""
    raise NotImplementedError


def studio(reading: Reading, stream_key: str) -> views.Studio:
    """What a stream key opens, with the show it publishes into; NotFound("stream_key") for a wrong one."""
    raise NotImplementedError


def stream_keys(reading: Reading, merchant: int) -> tuple[views.StreamKey, ...]:
    """The keys of the merchant's studio, primary first, without the keys."""
    raise NotImplementedError


def shows(reading: Reading, merchant: int) -> tuple[views.Show, ...]:
    """The merchant's shows, newest first, at most 200."""
    raise NotImplementedError


def show(reading: Reading, merchant: int, show: str) -> views.Show:
    """One show."""
    raise NotImplementedError


def current_show(reading: Reading, merchant: int) -> views.Show | None:
    """The show that is on, else the next one announced, else the last one ended."""
    raise NotImplementedError


def shelf(reading: Reading, merchant: int, show: str) -> tuple[views.ShelfItem, ...]:
    """A show's shelf in its order."""
    raise NotImplementedError


def channels(reading: Reading, merchant: int) -> tuple[views.Channel, ...]:
    """All channels with their rooms, house first."""
    raise NotImplementedError


def channel(reading: Reading, merchant: int, channel: str) -> views.Channel:
    """One channel with its room."""
    raise NotImplementedError


def links(reading: Reading, merchant: int, channel: str) -> tuple[views.Link, ...]:
    """A channel's links, newest first, at most 200."""
    raise NotImplementedError


def products(reading: Reading, merchant: int) -> tuple[views.Product, ...]:
    """The catalogue, oldest first."""
    raise NotImplementedError


def cart(reading: Reading, viewer: str, room: str) -> views.Cart:
    """A viewer's cart in a room; empty when he has none."""
    raise NotImplementedError


def viewer_name(reading: Reading, viewer: str, room: str) -> str | None:
    """The name the viewer chats under with this merchant, if he gave one."""
    raise NotImplementedError


def viewer_orders(reading: Reading, viewer: str, room: str) -> tuple[views.Order, ...]:
    """What a viewer ordered in a room, newest first, at most 100."""
    raise NotImplementedError


def viewer_order(reading: Reading, viewer: str, order: str) -> views.Order:
    """A viewer's own order; another's is NotFound."""
    raise NotImplementedError


def viewer_payment(reading: Reading, viewer: str, payment: str) -> views.Order:
    """The viewer's own order that a payment belongs to."""
    raise NotImplementedError


def orders(
    reading: Reading,
    merchant: int,
    channel: str | None = None,
    state: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> views.Orders:
    """The merchant's orders, newest first; `channel` is the owner's. `limit` is 1 to 200."""
    raise NotImplementedError


def order(reading: Reading, merchant: int, order: str) -> views.Order:
    """One order of the merchant."""
    raise NotImplementedError


def overview(reading: Reading, merchant: int) -> views.Overview:
    """Show, sales per channel since its start (of all time without one), the 20 latest orders."""
    raise NotImplementedError
