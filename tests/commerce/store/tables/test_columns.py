"""What tables have in common."""

from sqlalchemy.dialects import postgresql, sqlite

from commerce.store.tables.columns import key, metadata, moment, ref, words


def test_a_key_is_a_rowid_on_sqlite_and_64_bits_on_postgresql():
    assert key().type.compile(sqlite.dialect()) == "INTEGER"
    assert key().type.compile(postgresql.dialect()) == "BIGINT"


def test_times_and_money_are_64_bits_and_nothing_is_a_float():
    assert moment("at").type.compile(postgresql.dialect()) == "BIGINT"
    columns = [column for table in metadata.tables.values() for column in table.columns]
    money = [column for column in columns if column.name.endswith("_minor")]
    assert {column.type.compile(postgresql.dialect()) for column in money} == {"BIGINT"}
    assert not {column.type.compile(postgresql.dialect()) for column in columns} & {
        "FLOAT",
        "REAL",
        "NUMERIC",
        "DOUBLE",
    }


def test_nothing_is_null_unless_it_says_so():
    assert not words("x").nullable
    assert not ref("x", "merchant").nullable
    assert ref("x", "merchant", nullable=True).nullable
