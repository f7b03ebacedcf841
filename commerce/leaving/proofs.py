"""The proofs of an export: the last signed head of every log, and a statement of every party that has anything in it.

Under a given head a statement says the same whenever it is made, but for what was erased since. So a large log's are
made in a process of their own, beside the tables: they are most of what an export does after reading rows, and one
process has one interpreter's lock.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from sqlalchemy import func, select

from commerce.leaving.files import file_digest
from commerce.proof.ends import Ends
from commerce.proof.entry import Head
from commerce.proof.heads import last_head, signed_logs
from commerce.proof.kept_ends import read_ends
from commerce.proof.statement import Under, wholes
from commerce.store import tables
from commerce.store.engine import reader_engine
from commerce.store.reading import Reading

BESIDE_LEAVES = 100_000  # from so many on another process is worth the second that its start costs
PARTIES_AT_ONCE = 256  # read together, since a query each is most of what few leaves cost
Signed = tuple[Head, bytes, Ends]
Digests = dict[Path, str]


@contextmanager
def proving(reading: Reading, merchant: int, folder: Path) -> Iterator[Callable[[], Digests]]:
    """Inside, the proofs are made beside if there are many. What it gives is called once: it answers when all are
    written, with the digests of the files.
    """
    heads = [
        (*last_head(reading, merchant, log), read_ends(reading, (merchant, log)))
        for log in signed_logs(reading, merchant)
    ]
    if sum(head.size for head, _, _ in heads) < BESIDE_LEAVES:
        yield lambda: write_proofs(reading, merchant, folder, heads)
        return
    url = reading.connection.engine.url.render_as_string(hide_password=False)
    with ProcessPoolExecutor(1, get_context("spawn")) as beside:
        yield beside.submit(_prove, url, reading.now, merchant, folder, heads).result


def _prove(url: str, now: int, merchant: int, folder: Path, heads: list[Signed]) -> Digests:
    """`write_proofs` on a connection of its own."""
    engine = reader_engine(url, 1)
    try:
        with engine.connect() as connection:
            return write_proofs(Reading(connection, now), merchant, folder, heads)
    finally:
        engine.dispose()


def write_proofs(reading: Reading, merchant: int, folder: Path, heads: list[Signed]) -> Digests:
    """The newest log's into the folder; those of logs from before the merchant came here into folders of their own
    (log-1). Answers the digests of the files.
    """
    folder.mkdir(parents=True)
    files: list[Path] = []
    for number, (head, signature, ends) in enumerate(heads):
        place = folder if number == 0 else folder / f"log-{head.log}"
        files += _write_log(Under(reading, merchant, head, signature, ends), place)
    return {file: file_digest(file) for file in files}


def _write_log(under: Under, folder: Path) -> Iterator[Path]:
    folder.mkdir(exist_ok=True)
    file = folder / "head.json"
    file.write_text(json.dumps(under.common["head"], indent=1) + "\n", "utf-8")
    yield file
    names = iter(_parties(under))
    while some := list(islice(names, PARTIES_AT_ONCE)):
        for party, pieces in wholes(under, some):
            file = folder / f"{party.replace(':', '-')}.json"
            write_pieces(file, pieces)
            yield file


def write_pieces(file: Path, pieces: Iterable[bytes]) -> None:
    """A statement of any size, a piece in memory at a time."""
    with file.open("wb") as out:
        out.writelines(pieces)


def _parties(under: Under) -> list[str]:
    """Who has a sequence in the log, as far as it is signed; in the order of their last leaves in it."""
    leaf, (merchant, log) = tables.log_leaf, under.log
    mine = (leaf.c.merchant_id == merchant, leaf.c.log == log, leaf.c.position < under.head.size)
    query = select(leaf.c.party).where(*mine).group_by(leaf.c.party).order_by(func.max(leaf.c.position))
    return list(under.reading.connection.execute(query).scalars())
