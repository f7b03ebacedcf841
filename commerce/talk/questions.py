"""What can be asked about talk: read-only, for `Commerce.ask`."""

from __future__ import annotations

from sqlalchemy import Table, func, select

from commerce.directory.channels import find_channel
from commerce.paging import Paging
from commerce.store import tables
from commerce.store.reading import Reading
from commerce.talk import views
from commerce.talk.acts import find_acts
from commerce.talk.appeals import find_appeals
from commerce.talk.asked import find_asked
from commerce.talk.held import find_held
from commerce.talk.restrictions import find_restrictions
from commerce.talk.rules import find_rules
from commerce.talk.words import find_words


def rooms(reading: Reading, merchant: int) -> tuple[str, ...]:
    """All rooms there are to talk in."""
    query = select(tables.room.c.slug).where(tables.room.c.merchant_id == merchant)
    return tuple(reading.connection.execute(query).scalars())


def words(reading: Reading, merchant: int) -> tuple[views.Word, ...]:
    """The merchant's list."""
    return find_words(reading, merchant)


def rules(reading: Reading, merchant: int) -> tuple[views.Rule, ...]:
    """Rules of rooms, and of all rooms."""
    return find_rules(reading, merchant)


def restrictions(
    reading: Reading,
    merchant: int,
    viewer: str | None = None,
    page: Paging | None = None,
    within: str | None = None,
) -> tuple[views.Restriction, ...]:
    """Those that hold now: of one viewer, or of all; in one room; a page of them when one is asked for."""
    return find_restrictions(reading, merchant, viewer, page, within)


def queues(reading: Reading, merchant: int) -> views.Queues:
    """All that waits for somebody at HQ."""
    return views.Queues(find_held(reading, merchant), find_asked(reading, merchant), find_appeals(reading, merchant))


def queues_of_room(reading: Reading, merchant: int, room: str) -> views.Queues:
    """Lines and questions of one room. Appeals are HQ's: another look is not for whoever was the first to look."""
    return views.Queues(find_held(reading, merchant, room), find_asked(reading, merchant, room), ())


def room_of_channel(reading: Reading, merchant: int, channel: str) -> str:
    """The slug of the room of the merchant's channel. NotFound."""
    return find_channel(reading, merchant, channel).room


def waiting(reading: Reading, merchant: int) -> views.Waiting:
    """How much waits, and a mark that changes with it."""
    held, newest_held = _count(reading, merchant, tables.held_line, "waiting")
    asked, newest_asked = _count(reading, merchant, tables.question, "open")
    appeals, newest_appeal = _count(reading, merchant, tables.appeal, "open")
    return views.Waiting(held, asked, appeals, f"{newest_held}-{newest_asked}-{newest_appeal}")


def _count(reading: Reading, merchant: int, table: Table, state: str) -> tuple[int, int]:
    """How many rows are in the state, and the key of the newest."""
    query = select(func.count(), func.coalesce(func.max(table.c.id), 0))
    row = reading.connection.execute(query.where(table.c.merchant_id == merchant, table.c.state == state)).one()
    return int(row[0]), int(row[1])


def acts(reading: Reading, merchant: int, page: Paging | None = None, within: str | None = None) -> views.Acts:
    """A page of the log, or of one room's part of it, newest first."""
    return find_acts(reading, merchant, page or Paging(), within)
