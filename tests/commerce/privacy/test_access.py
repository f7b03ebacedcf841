"""The access log."""

from commerce.commands.guarding import LogAccess
from commerce.privacy.access import ROWS_MAX, accesses


async def test_it_says_who_saw_which_rows_and_when_the_latest_first(money):
    for by, rows in (("host", ("a",)), ("boss", tuple(f"r{number}" for number in range(ROWS_MAX + 5)))):
        money.shop.clock.advance(1)
        await money.execute(LogAccess(money.merchant, by, "saw", "orders", rows))
    latest, first = await money.ask(accesses, money.merchant)
    assert (latest["by"], latest["count"], len(latest["rows"])) == ("boss", ROWS_MAX + 5, ROWS_MAX)
    assert (first["by"], first["rows"], first["at"]) == ("host", ("a",), int(money.shop.clock.now * 1000) - 1_000)
    assert [row["by"] for row in await money.ask(accesses, money.merchant, latest["id"])] == ["host"]
