"""What a store of a million orders over thirty thousand channels costs its keeper; the same made small, and checked."""

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from pathlib import Path

import numpy
import psutil
import pytest
from sqlalchemy import func, select

from bench.million import Maker, folder_bytes
from bench.report import RESULTS, Row, save
from commerce.audit import audit
from commerce.books import replayed, transfers
from commerce.commands.earning import SignHeads
from commerce.leaving import station
from commerce.leaving.files import read_manifest
from commerce.proof.entry import channel_party
from commerce.proof.heads import sign_heads
from commerce.proof.statement import public_key, statement
from commerce.proof.verify import verify_statement
from commerce.store import tables
from commerce.store.ids import IdBlocks
from commerce.store.unit import Unit

CHANNELS, ORDERS = 30_000, 1_000_000
SECRET = "s" * 32


def open_store(folder: Path):
    return station.station("", folder, SECRET, int(time.time() * 1000))


def made(folder: Path, channels: int, orders: int):
    with open_store(folder) as at:
        return Maker(at.engine).fill(channels, orders)


def largest(reading, merchant: int) -> str:
    """The channel with the most entries in the log."""
    table = tables.log_party
    query = select(table.c.party).where(table.c.merchant_id == merchant).order_by(table.c.size.desc()).limit(1)
    return reading.connection.execute(query).scalar_one()


def test_what_is_made_passes_the_audit_and_every_proof_holds(tmp_path):
    brand = made(tmp_path / "data", 20, 4_100)
    with open_store(tmp_path / "data") as at, at.reading() as reading:
        assert audit(reading) == []
        count = select(func.count()).select_from(tables.orders).where(tables.orders.c.state == "paid")
        assert reading.connection.execute(count).scalar() == 4_100
        public, party = bytes.fromhex(public_key(reading)), largest(reading, brand.merchant)
        merchant = reading.connection.execute(select(tables.merchant.c.public_id)).scalar_one()
        assert verify_statement(statement(reading, brand.merchant, party), public).wrong == []
        station.leave(at, merchant, None, tmp_path / "out")
    assert read_manifest(tmp_path / "out")["rows"]["orders"] == 4_100
    proofs = [file for file in (tmp_path / "out" / "proofs").iterdir() if file.name.startswith("channel-")]
    assert len(proofs) == 20 + 1  # the plan was told to the house
    for file in proofs:
        assert verify_statement(json.loads(file.read_text()), public).wrong == [], file


def cpu_seconds():
    """Of this process, and of those it started that have ended."""
    return sum(os.times()[:4])


class Measured:
    """Seconds and CPU seconds of what is done inside, as rows."""

    def __init__(self) -> None:
        self.rows = []

    def __call__(self, what, unit, scale, run, how=""):
        began, cpu = time.perf_counter(), cpu_seconds()
        found = run()
        spent, cpu = time.perf_counter() - began, cpu_seconds() - cpu
        self.rows.append(Row(what, unit, spent * scale, how=how, more={"cpu": round(cpu * scale, 3)}))
        return found


class Memory:
    """The size of the process and of those it started, while something runs: its slope over the second half, in bytes
    a second.
    """

    def __init__(self) -> None:
        self.seen = []

    def see(self):
        mine = psutil.Process()
        size = mine.memory_info().rss
        for child in mine.children():
            with suppress(psutil.NoSuchProcess):
                size += child.memory_info().rss
        self.seen.append((time.monotonic(), size))

    def slope(self) -> float:
        late = self.seen[len(self.seen) // 2 :]
        return float(numpy.polyfit([at for at, _ in late], [size for _, size in late], 1)[0])


def watched(run):
    """`run` on a thread, its memory looked at every second."""
    memory = Memory()
    with ThreadPoolExecutor(1) as pool:
        work = pool.submit(run)
        while not work.done():
            memory.see()
            wait([work], timeout=1)
    work.result()
    return memory


def sign(at, brand):
    with at.engine.begin() as connection:
        unit = Unit(connection, IdBlocks(), int(time.time() * 1000), 0)
        return sign_heads(unit, SignHeads(brand.merchant), at.signer)


def measure(folder: Path, brand, out: Path, measured: Measured) -> None:
    with open_store(folder) as at:
        assert measured("signing a head", "ms", 1_000, lambda: sign(at, brand)) == 1
        with at.reading() as reading:
            party = largest(reading, brand.merchant)
            found = measured("the largest channel's statement", "s", 1, lambda: told(reading, brand, party))
            measured.rows[-1].more["lines"] = len(found["entries"])
            assert verify_statement(found, bytes.fromhex(public_key(reading))).wrong == []
            assert party == channel_party(party.partition(":")[2])
            measured("balances replayed", "s", 1, lambda: replayed(transfers(reading, brand.merchant)))
            assert measured("audit", "s", 1, lambda: audit(reading)) == []
            merchant = reading.connection.execute(select(tables.merchant.c.public_id)).scalar_one()
        began, cpu = time.perf_counter(), cpu_seconds()
        memory = watched(lambda: station.leave(at, merchant, None, out))
        more = {"cpu": round(cpu_seconds() - cpu, 1), "megabytes": folder_bytes(out) // 1_000_000}
        more |= {"memory_slope_bytes_a_second": round(memory.slope())}
        more |= {"peak_megabytes": max(size for _, size in memory.seen) // 1_000_000}
        measured.rows.append(Row("export", "s", time.perf_counter() - began, more=more))


def told(reading, brand, party):
    found = statement(reading, brand.merchant, party)
    json.dumps(found)
    return found


@pytest.mark.soak
@pytest.mark.timeout(7_200)
def test_a_million_orders(tmp_path):
    measured, folder = Measured(), tmp_path / "data"
    how = f"{ORDERS} orders over {CHANNELS} channels, SQLite"
    brand = measured("made, placed and paid", "s", 1, lambda: made(folder, CHANNELS, ORDERS), how)
    measure(folder, brand, tmp_path / "out", measured)
    measured.rows[0].more["megabytes"] = folder_bytes(folder) // 1_000_000
    save("million_orders", measured.rows, RESULTS / "soak")
