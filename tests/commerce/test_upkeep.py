"""Backups of a store in use, from either database into either, and what refuses to be done."""

import asyncio
import sqlite3

import pytest

from commerce import upkeep
from commerce.audit import Finding
from commerce.errors import Conflict, NotFound
from commerce.questions import orders
from commerce.store.engine import sqlite_file, writer_engine
from commerce.store.schema import migrate

NOW = 1_800_000_000_000


async def sold(shop):
    return await shop.commerce.ask(orders, shop.merchant.id)


async def fresh_url(postgres, kind, folder):
    folder.mkdir()
    return await asyncio.to_thread(postgres.fresh) if kind == "postgresql" else f"sqlite:///{folder / 'restored'}"


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize("origin", ["sqlite", "postgresql"])
async def test_a_store_in_use_comes_back_in_either_database(
    origin, kind, postgres, open_commerce, furnish_shop, tmp_path
):
    source = await fresh_url(postgres, origin, tmp_path / "source")
    shop = await furnish_shop(source)
    order = await shop.place()
    await shop.pay(order)
    file, target = tmp_path / "backup", await fresh_url(postgres, kind, tmp_path / "target")
    buying = [asyncio.create_task(shop.place()) for _ in range(5)]
    assert await asyncio.to_thread(upkeep.back_up, source, tmp_path, file, NOW) == []
    await asyncio.gather(*buying)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("backup")] == ["backup"]
    assert await asyncio.to_thread(upkeep.restore, file, target, tmp_path / "target", NOW) == []
    again = await open_commerce(target)
    found = await again.ask(orders, shop.merchant.id)
    assert order.order in [each.order for each in found.orders]
    assert (await again.execute(shop.order())).state == "created"  # its keys do not collide with what was restored


async def test_moving_to_postgresql(postgres, open_commerce, sqlite_shop, tmp_path):
    await sqlite_shop.pay(await sqlite_shop.place())
    before = await sold(sqlite_shop)
    target = await asyncio.to_thread(postgres.fresh)
    moved = await asyncio.to_thread(upkeep.move_store, sqlite_file(sqlite_shop.url), target)
    assert moved["orders"].rows == 1
    node = await open_commerce(target)
    assert await node.ask(orders, sqlite_shop.merchant.id) == before
    with pytest.raises(Conflict, match="not empty"):
        await asyncio.to_thread(upkeep.move_store, sqlite_file(sqlite_shop.url), target)


async def test_what_a_backup_refuses(sqlite_shop, tmp_path):
    taken, url = tmp_path / "taken", sqlite_shop.url

    def refusals() -> None:
        taken.write_text("mine")
        with pytest.raises(Conflict, match="nothing is overwritten"):
            upkeep.back_up(url, tmp_path, taken, NOW)
        assert taken.read_text() == "mine"
        with pytest.raises(NotFound, match="no folder"):
            upkeep.back_up(url, tmp_path, tmp_path / "none" / "x", NOW)
        with pytest.raises(NotFound, match="there is no"):
            upkeep.back_up(f"sqlite:///{tmp_path / 'none'}", tmp_path, tmp_path / "x", NOW)
        with pytest.raises(NotFound, match="there is no"):
            upkeep.restore(tmp_path / "none", "", tmp_path / "new", NOW)
        with pytest.raises(Conflict, match="nothing is overwritten"):
            upkeep.restore(taken, url, tmp_path, NOW)
        with pytest.raises(Conflict, match="no SQLite file"):
            upkeep.restore(taken, f"sqlite:///{tmp_path / 'new2'}", tmp_path, NOW)
        with pytest.raises(Conflict, match="postgresql"):
            upkeep.move_store(taken, f"sqlite:///{tmp_path / 'new3'}")
        assert not (tmp_path / "new2").exists()

    await asyncio.to_thread(refusals)


def test_an_older_store_is_not_looked_into_but_an_older_backup_comes_back(tmp_path):
    old, new = tmp_path / "old", f"sqlite:///{tmp_path / 'new'}"
    engine = writer_engine(f"sqlite:///{old}")
    migrate(engine, "0004")
    engine.dispose()
    with pytest.raises(Conflict, match="revision 0004"):
        upkeep.audit_store(f"sqlite:///{old}", tmp_path, NOW)
    assert upkeep.restore(old, new, tmp_path, NOW) == []
    assert upkeep.audit_store(new, tmp_path, NOW) == []


async def test_the_audit_of_a_store_in_use_says_what_is_wrong(sqlite_shop, tmp_path):
    await sqlite_shop.place()

    def tamper_and_look() -> list[Finding]:
        with sqlite3.connect(sqlite_file(sqlite_shop.url)) as connection:
            connection.execute("UPDATE payment SET amount_minor = 1")
        connection.close()
        return upkeep.audit_store(sqlite_shop.url, tmp_path, NOW)

    (found,) = await asyncio.to_thread(tamper_and_look)
    assert (found.check, found.table) == ("payment", "orders")
