"""Leaving and arriving as the command line does it: on a store, in use or not. Everything here blocks.

An export reads on a connection of its own, in one moment of the store, and keeps nobody from writing meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine, func, or_, select

from commerce.commands.earning import RotateLogKey, SignHeads
from commerce.customers.portable import LEFT_OUT, closed, opened
from commerce.errors import Conflict, NotFound
from commerce.leaving.arrive import import_merchant
from commerce.leaving.export import Progress, export_channel, export_merchant, silent
from commerce.leaving.farewell import farewell
from commerce.leaving.files import Row
from commerce.proof.heads import all_is_signed, rotate_log_key, sign_heads
from commerce.proof.signing import Signer, publish_keys
from commerce.proof.statement import public_key
from commerce.store import tables
from commerce.store.engine import reader_engine, store_url, writer_engine
from commerce.store.ids import IdBlocks
from commerce.store.reading import Reading
from commerce.store.schema import migrate
from commerce.store.unit import Unit
from commerce.vault import Vault, master_secret

SIGNINGS_MAX = 100  # before a moment; one is enough but for what is written in the blink between it and the moment


@dataclass(frozen=True, slots=True)
class Station:
    """A store that is open: where it is, what writes to it, who signs, and the time (ms)."""

    url: str
    engine: Engine
    signer: Signer
    vault: Vault
    now: int

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """One moment of the store, in which heads speak of all that is written: what is not signed when it leaves can
        be signed nowhere else.
        """
        engine = reader_engine(self.url, 1)
        try:
            with engine.connect() as connection:
                reading = Reading(connection, self.now)
                self._begin_signed(reading)
                yield reading
        finally:
            engine.dispose()

    def _begin_signed(self, reading: Reading) -> None:
        """Signs, and looks at once; what a node wrote in between, if anything, is signed in turn."""
        for _ in range(SIGNINGS_MAX):
            with self.engine.begin() as connection:
                sign_heads(Unit(connection, IdBlocks(), self.now, 0), SignHeads(), self.signer)
            if all_is_signed(reading):  # the moment begins with this query
                return
            reading.connection.rollback()
        raise Conflict("store", "so much is written to it that no moment is signed whole: try again when there is less")


@contextmanager
def station(url: str, data_dir: Path, secret: str, now: int) -> Iterator[Station]:
    """Opens the configured store; its schema and keys are made when they are missing."""
    data_dir.mkdir(parents=True, exist_ok=True)
    found = store_url(url, data_dir)
    engine = writer_engine(found)
    try:
        migrate(engine)
        vault = Vault(master_secret(secret, data_dir))
        with engine.begin() as connection:
            vault.open(connection, now)
            publish_keys(connection, vault, now)
        yield Station(found, engine, Signer(vault), vault, now)
    finally:
        engine.dispose()


def leave(at: Station, merchant: str, channel: str | None, folder: Path, progress: Progress = silent) -> Row:
    """The export of a merchant (name or id), or of one of its channels (id, or its room); answers the manifest."""
    table = tables.merchant
    with at.reading() as reading:
        where = or_(table.c.public_id == merchant, table.c.name == merchant)
        keys = reading.connection.execute(select(table.c.id).where(where)).scalars().all()
        if len(keys) != 1:
            raise NotFound("merchant", f"{len(keys)} merchants are called {merchant}")
        if channel is not None:
            public = _find_channel(reading, keys[0], channel)
            return export_channel(reading, keys[0], public, folder, at.signer.sign)
        return export_merchant(reading, keys[0], folder, at.signer.sign, progress, open_row=partial(opened, at.vault))


def _find_channel(reading: Reading, merchant: int, named: str) -> str:
    """The public id of the channel that is called so, or whose room is; an id comes first."""
    channel, room = tables.channel, tables.room
    query = select(channel.c.public_id).join(room, room.c.channel_id == channel.c.id)
    query = query.where(channel.c.merchant_id == merchant, or_(channel.c.public_id == named, room.c.slug == named))
    found = reading.connection.execute(query).scalars().all()
    if not found:
        raise NotFound("channel", f"no channel of this merchant has the id or the room {named}")
    return named if named in found else str(found[0])


class Arrived(NamedTuple):
    """A merchant's name, and what he has to do again: webhooks that need another secret, things that are off."""

    name: str
    unhanded: int
    off: int


def arrive(at: Station, folder: Path, progress: Progress = silent) -> Arrived:
    """An export becomes this installation's first merchant."""
    with at.engine.begin() as connection:
        name = import_merchant(connection, folder, at.now, progress, partial(closed, at.vault))
        hook = tables.hook
        count = select(func.count())
        unhanded = count.select_from(hook).where(hook.c.removed_at.is_(None), hook.c.handed.is_(False))
        off = [count.select_from(tables.metadata.tables[name]) for name in LEFT_OUT]
        found = [int(connection.execute(query).scalar_one()) for query in (unhanded, *off)]
    return Arrived(name, found[0], sum(found[1:]))


def say_farewell(at: Station, folder: Path, progress: Progress = silent) -> Row:
    """Everything for everybody; answers the manifest."""
    with at.reading() as reading:
        return farewell(reading, folder, at.signer.sign, progress, open_row=partial(opened, at.vault))


def log_key(at: Station, *, rotate: bool) -> str:
    """The public key of the log, hex; after making a new one when asked to."""
    if rotate:
        with at.engine.begin() as connection:
            unit = Unit(connection, IdBlocks(), at.now, 0)
            rotate_log_key(unit, RotateLogKey(), at.signer)
        unit.committed()
    with at.engine.connect() as connection:
        return public_key(Reading(connection, at.now))
