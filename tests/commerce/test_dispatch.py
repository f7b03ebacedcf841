"""The table of commands is complete, and one command's failure is its own."""

import importlib
import pkgutil

import pytest
from sqlalchemy import create_engine, insert, select
from sqlalchemy.exc import IntegrityError, OperationalError

from commerce import commands as c
from commerce.dispatch import Dispatch, _alone
from commerce.errors import Conflict, Invalid
from commerce.events import RoomChanged
from commerce.proof.signing import Signer
from commerce.store.ids import IdBlocks
from commerce.store.tables import id_block
from commerce.store.unit import Unit
from commerce.vault import Vault


def test_every_command_has_its_function():
    modules = [importlib.import_module(f"commerce.commands.{each.name}") for each in pkgutil.iter_modules(c.__path__)]
    named = [kind for module in modules for kind in vars(module).values() if isinstance(kind, type)]
    dispatch = Dispatch(0, Signer(Vault(b"s" * 32)))
    assert {*dispatch._one, *dispatch._many} == {kind for kind in named if issubclass(kind, c.Command)} - {c.Command}


@pytest.fixture
def unit():
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        connection.connection.dbapi_connection.isolation_level = None
        connection.exec_driver_sql("BEGIN")
        id_block.create(connection)
        yield Unit(connection, IdBlocks(), 0, 0)
    engine.dispose()


def write(unit, name):
    unit.connection.execute(insert(id_block).values(name=name, next=1))
    unit.tell(RoomChanged(1, name))
    return name


def names(unit):
    return list(unit.connection.execute(select(id_block.c.name).order_by(id_block.c.name)).scalars())


def test_a_command_that_fails_takes_its_rows_and_facts_with_it(unit):
    def fails(unit, name):
        write(unit, name)
        raise Invalid("field", "no")

    assert _alone(unit, write, "a") == "a"
    assert isinstance(_alone(unit, fails, "b"), Invalid)
    assert (names(unit), [fact.room for fact in unit.facts]) == (["a"], ["a"])


def test_losing_a_race_for_a_unique_index_is_tried_again_and_then_a_conflict(unit):
    seen = []

    def second_time_lucky(unit, name):
        seen.append(name)
        if len(seen) == 1:
            raise IntegrityError("insert", {}, Exception())
        return write(unit, name)

    assert _alone(unit, second_time_lucky, "a") == "a"
    assert isinstance(_alone(unit, write, "a"), Conflict)


def test_a_database_in_trouble_is_no_answer_but_an_error_for_the_batch(unit):
    def trouble(unit, command):
        raise OperationalError("select", {}, Exception())

    with pytest.raises(OperationalError):
        _alone(unit, trouble, None)


def test_commands_done_together_fall_back_to_one_by_one(unit):
    def all_at_once(unit, commands):
        if len(commands) > 1 and "bad" in commands:
            raise IntegrityError("insert", {}, Exception())
        return [Conflict("", "bad") if name == "bad" else write(unit, name) for name in commands]

    dispatch = Dispatch(0, Signer(Vault(b"s" * 32)))
    dispatch._many = {str: all_at_once}
    answers = dispatch.run(unit, ["a", "bad", "b"])
    assert (answers[0], type(answers[1]), answers[2]) == ("a", Conflict, "b")
    assert names(unit) == ["a", "b"]
