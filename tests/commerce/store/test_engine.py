"""Durable by the settings of the live connection, on both databases."""

from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from commerce.errors import Conflict, Invalid
from commerce.store.engine import assert_durable, connect, reader_engine, store_url, writer_engine


def test_the_writers_connection_is_durable(url):
    engine = writer_engine(url)
    with engine.connect() as connection:
        assert_durable(connection)
        if connection.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
            assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 10_000
    engine.dispose()


def test_one_that_is_not_is_noticed(url):
    engine = writer_engine(url)
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.rollback()
            connection.connection.dbapi_connection.execute("PRAGMA synchronous=OFF")
        else:
            connection.exec_driver_sql("SET synchronous_commit=off")
        with pytest.raises(AssertionError):
            assert_durable(connection)
    engine.dispose()


def test_a_savepoint_of_sqlite_is_rolled_back_alone(tmp_path):
    engine = writer_engine(f"sqlite:///{tmp_path / 'x'}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (n)"))
        connection.execute(text("INSERT INTO t VALUES (1)"))
        nested = connection.begin_nested()
        connection.execute(text("INSERT INTO t VALUES (2)"))
        nested.rollback()
    with engine.connect() as connection:
        assert connection.execute(text("SELECT n FROM t")).scalars().all() == [1]
    engine.dispose()


def test_readers_do_not_wait_for_the_writer(url):
    writer, reader = writer_engine(url), reader_engine(url, 1)
    with writer.begin() as writing, reader.connect() as reading:
        before = reading.execute(text("SELECT count(*) FROM id_block")).scalar()
        writing.execute(text("INSERT INTO id_block VALUES ('held', 1)"))
        assert reading.execute(text("SELECT count(*) FROM id_block")).scalar() == before
        writing.rollback()
    writer.dispose()
    reader.dispose()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("", "sqlite:////data/fenbo.sqlite3"),
        ("sqlite:////x/y", "sqlite:////x/y"),
        ("postgresql://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        ("postgresql+psycopg://h/d", "postgresql+psycopg://h/d"),
    ],
)
def test_the_url_of_the_store(given, expected):
    assert store_url(given, Path("/data")) == expected


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("mysql://fenbo:secret@db/fenbo", "not with mysql://"),
        ("postgresql+asyncpg://db/fenbo", "not with postgresql.asyncpg://"),
        ("postgresql://db:port/fenbo", "is no URL"),
        ("fenbo", "is no URL"),
    ],
)
def test_a_url_that_is_none_of_ours_is_said(given, said):
    with pytest.raises(Invalid, match=said) as error:
        store_url(given, Path("/data"))
    assert "secret" not in str(error.value)


@pytest.mark.parametrize("made", [writer_engine, partial(reader_engine, connections=1)])
def test_a_store_that_cannot_be_opened_says_why_in_a_line(made, tmp_path):
    (tmp_path / "notes").write_text("no database\n" * 1_000)
    nowhere = f"postgresql+psycopg://fenbo:secret@/fenbo?host={tmp_path}"
    urls = {
        f"sqlite:///{tmp_path}/notes": "not a database",
        f"sqlite:///{tmp_path}": "unable to open",
        nowhere: "failed",
    }
    for url, said in urls.items():
        with pytest.raises(Conflict, match=said) as error, connect(made(url)):
            pass
        assert "\n" not in str(error.value)
        assert "secret" not in str(error.value)


def test_no_error_names_what_a_statement_was_given(url):
    writer, reader = writer_engine(url), reader_engine(url, 1)
    for engine in (writer, reader):
        with engine.connect() as connection, pytest.raises(DBAPIError) as caught:
            connection.execute(text("SELECT * FROM nowhere WHERE phone = :phone"), {"phone": "13800138000"})
        assert "nowhere" in str(caught.value)
        assert "13800138000" not in str(caught.value)
        engine.dispose()
