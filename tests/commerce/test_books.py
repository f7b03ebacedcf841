"""The ledger in the store: linked, idempotent, append only, added up the same way by everybody."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from commerce.books import balances, post, replayed, transfers
from commerce.errors import Conflict
from commerce.ledger import Transfer
from commerce.store.engine import writer_engine
from commerce.store.ids import IdBlocks
from commerce.store.unit import Unit


@pytest.fixture
def unit(money_anywhere):
    engine = writer_engine(money_anywhere.shop.url)
    with engine.connect() as connection:
        yield Unit(connection, IdBlocks(), 1, 1)
        connection.rollback()
    engine.dispose()


def sale(amount=100, **given):
    return Transfer("sale:1", "clearing", "sales", amount, "CNY", "sale", **given)


def test_the_same_again_is_no_news_and_another_body_has_a_name(money_anywhere, unit):
    merchant = money_anywhere.merchant
    post(unit, merchant, [sale()])
    post(unit, merchant, [sale(), Transfer("x", "sales", "channel:a", 40, "CNY", "commission")])
    assert balances(unit, merchant) == {("clearing", "CNY"): -100, ("sales", "CNY"): 60, ("channel:a", "CNY"): 40}
    assert replayed(transfers(unit, merchant)) == balances(unit, merchant)
    with pytest.raises(Conflict, match="exists_with_different_amount"):
        post(unit, merchant, [Transfer("y", "sales", "channel:a", 1, "CNY", "commission"), sale(amount=99)])
    assert len(list(transfers(unit, merchant))) == 2


def test_what_is_pending_stands_on_no_balance_until_it_is_posted(money_anywhere, unit):
    merchant = money_anywhere.merchant
    post(unit, merchant, [Transfer("p", "channel:a", "payout", 40, "CNY", "payout", pending=True)])
    assert balances(unit, merchant) == {}
    post(unit, merchant, [Transfer("q", "channel:a", "payout", 40, "CNY", "payout", resolves="p")])
    assert balances(unit, merchant) == {("channel:a", "CNY"): -40, ("payout", "CNY"): 40}


@pytest.mark.parametrize("statement", ["UPDATE transfer SET amount_minor = 1", "DELETE FROM transfer"])
def test_the_database_itself_refuses_to_change_it(money_anywhere, unit, statement):
    post(unit, money_anywhere.merchant, [sale()])
    with pytest.raises(DBAPIError, match="append only"):
        unit.connection.execute(text(statement))
