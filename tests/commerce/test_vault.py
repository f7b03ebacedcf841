"""Keys: wrapped in the store, the same for every node with the secret, useless without it."""

import pytest
from sqlalchemy import create_engine, select, update

from commerce.errors import Invalid
from commerce.store import tables
from commerce.vault import NAMES, Vault, master_secret

SECRET = b"s" * 32


@pytest.fixture
def connection():
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        tables.wrapped_key.create(connection)
        yield connection
    engine.dispose()


def opened(connection, secret: bytes = SECRET) -> Vault:
    vault = Vault(secret)
    vault.open(connection, 0)
    return vault


def test_every_node_with_the_secret_has_the_same_keys(connection):
    one, other = opened(connection), opened(connection)
    assert {name: one.key(name) for name in NAMES} == {name: other.key(name) for name in NAMES}
    assert len({one.key(name) for name in NAMES}) == len(NAMES)
    assert all(len(one.key(name)) == 32 for name in NAMES)


def test_the_store_holds_no_key(connection):
    vault = opened(connection)
    stored = b"".join(row.wrapped for row in connection.execute(select(tables.wrapped_key)))
    assert not [name for name in NAMES if vault.key(name) in stored]


def test_another_secret_opens_nothing_and_says_so(connection):
    opened(connection)
    with pytest.raises(Invalid, match="not the one this store's keys are wrapped with"):
        opened(connection, b"x" * 32)


def test_a_key_cannot_be_passed_off_as_another(connection):
    opened(connection)
    table = tables.wrapped_key
    cookie = connection.execute(select(table.c.wrapped).where(table.c.name == "cookie")).scalar()
    connection.execute(update(table).where(table.c.name == "jwt").values(wrapped=cookie))
    with pytest.raises(Invalid):
        opened(connection)


def test_the_newest_key_signs_and_the_older_still_verify(connection):
    vault = opened(connection)
    old = vault.kid("jwt")
    vault.rotate(connection, "jwt", now=1)
    assert (vault.kid("jwt") != old, next(iter(vault.keys("jwt")))) == (True, old)
    again = opened(connection)
    assert (again.kid("jwt"), set(again.keys("jwt"))) == (vault.kid("jwt"), {old, vault.kid("jwt")})


def test_the_secret_is_made_once_and_readable_by_its_owner_only(tmp_path):
    first = master_secret("", tmp_path)
    assert len(first) == 64
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
    assert master_secret("", tmp_path) == first
    assert master_secret("y" * 32, tmp_path) == b"y" * 32


def test_a_secret_that_others_can_read_or_guess_is_refused(tmp_path):
    master_secret("", tmp_path)
    (tmp_path / "secret").chmod(0o644)
    with pytest.raises(Invalid, match="chmod 600"):
        master_secret("", tmp_path)
    with pytest.raises(Invalid, match="at least 32"):
        master_secret("short", tmp_path)


def test_a_sealed_secret_opens_for_its_purpose_and_secret_alone(connection):
    one = opened(connection)
    sealed = one.seal("restream/1", b"rtmp://key")
    assert b"rtmp" not in sealed
    assert opened(connection).unseal("restream/1", sealed) == b"rtmp://key"
    for vault, purpose in ((one, "restream/2"), (Vault(b"x" * 32), "restream/1")):
        with pytest.raises(Invalid):
            vault.unseal(purpose, sealed)


def test_a_new_key_is_the_newest_although_the_clock_stands_or_goes_back(connection):
    vault = Vault(SECRET)
    vault.open(connection, 1_000)
    for now in (1_000, 500, 500):
        vault.rotate(connection, "log", now)
    assert list(opened(connection).keys("log")) == list(vault.keys("log"))
    assert opened(connection).kid("log") == vault.kid("log")


def test_a_key_signs_once_it_is_learnt_and_not_when_it_is_made(connection):
    vault = opened(connection)
    old = vault.kid("log")
    kid, key = vault.make(connection, "log", 5)
    assert (vault.kid("log"), list(vault.stored(connection, "log"))) == (old, [old, kid])
    vault.learn("log", kid, key)
    assert vault.key("log") == opened(connection).key("log") == key
