"""Replays: whether the recording of a show is for everybody, how long it is wanted, and what was shown when in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select, update

from commerce import views
from commerce.commands import SetReplay
from commerce.errors import NotFound
from commerce.events import ShowChanged
from commerce.show import ON, current_show_row, find_show, show_row, show_view
from commerce.store import tables
from commerce.store.reading import AnyRow, Connected, Reading
from commerce.store.unit import Unit
from commerce.times import aware

PIN_EVENTS_MAX = 2_000  # read of one show
CLAIMS_MAX = 500  # shows asked for at once


@dataclass(frozen=True, slots=True)
class Claim:
    """Whose a recorded show is, and for how many days HQ wants its recording; None: as long as can be."""

    show: str
    merchant: str
    days: int | None


def set_replay(unit: Unit, command: SetReplay) -> views.Show:
    """Publish, withdraw, and how long to keep. A show that is not over yet is published when it ends."""
    show = show_row(unit, command.merchant, command.show)
    since = (show.replay_since or unit.now) if command.published else None
    changes = {"replay_since": since, "replay_days": command.days}
    unit.connection.execute(update(tables.show).where(tables.show.c.id == show.id).values(changes))
    unit.places.clear()
    unit.tell(ShowChanged(command.merchant, command.show, show.state))
    return find_show(unit, command.merchant, command.show)


def pinned(connected: Connected, show: int) -> set[int]:
    """The products (by their keys) that are pinned on a show's shelf now."""
    table = tables.shelf
    return set(connected.connection.scalars(select(table.c.product_id).where(table.c.show_id == show, table.c.pinned)))


def note_pins(unit: Unit, show: AnyRow, before: set[int], after: set[int]) -> None:
    """What changed, with its time; nothing any more when the show is over."""
    changed = sorted(before ^ after) if show.state != "ended" else []
    rows = [
        {
            "id": unit.new_id(),
            "merchant_id": show.merchant_id,
            "show_id": show.id,
            "product_id": product,
            "pinned": product in after,
            "at": unit.now,
        }
        for product in changed
    ]
    if rows:
        unit.connection.execute(insert(tables.pin_event), rows)


def of_room(reading: Reading, room: str) -> views.Replay:
    """What a room replays: its merchant's last show, when that is over and published; else NotFound."""
    merchant = reading.connection.scalar(select(tables.room.c.merchant_id).where(tables.room.c.slug == room))
    show = None if merchant is None else current_show_row(reading, merchant)
    if show is None or show.state != "ended" or show.replay_since is None:
        raise NotFound("room", "there is nothing to replay")
    product, event = tables.product, tables.pin_event
    query = (
        select(product.c.public_id, product.c.name, product.c.image_url, event.c.pinned, event.c.at)
        .join(product, product.c.id == event.c.product_id)
        .where(event.c.show_id == show.id, event.c.merchant_id == show.merchant_id)
        .order_by(event.c.id)
        .limit(PIN_EVENTS_MAX)
    )
    rows = reading.connection.execute(query).all()
    return views.Replay(show_view(show), tuple(_markers(rows, show.began_at or show.created_at)))


def _markers(rows: Iterable[AnyRow], began_at: int) -> list[views.Marker]:
    """Each pinning; of those before the beginning the ones that still held then."""
    early = {row.public_id: row for row in rows if row.at <= began_at}
    shown = [row for row in early.values() if row.pinned]
    shown += [row for row in rows if row.at > began_at and row.pinned]
    return [views.Marker(row.public_id, row.name, row.image_url, aware(max(row.at, began_at))) for row in shown]


def may_watch(reading: Reading, show: str) -> bool:
    """Whether the recording of a show is for everybody: while it is on as the show itself is, later when published."""
    table = tables.show
    row = reading.connection.execute(
        select(table.c.state, table.c.replay_since).where(table.c.public_id == show)
    ).first()
    return row is not None and (row.state in ON or (row.state == "ended" and row.replay_since is not None))


def claims(reading: Reading, shows: Sequence[str]) -> tuple[Claim, ...]:
    """Whose these shows are; unknown ones are left out. At most CLAIMS_MAX at once."""
    assert len(shows) <= CLAIMS_MAX, "ask for fewer"
    show, merchant = tables.show, tables.merchant
    query = select(show.c.public_id, merchant.c.public_id.label("merchant"), show.c.replay_days)
    query = query.join(merchant, merchant.c.id == show.c.merchant_id).where(show.c.public_id.in_(shows))
    return tuple(Claim(row.public_id, row.merchant, row.replay_days) for row in reading.connection.execute(query))
