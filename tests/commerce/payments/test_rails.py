"""Rails: the sandbox bank pays a key once, whatever crashes; a sheet goes out and comes back."""

from dataclasses import replace

import pytest

from commerce.commands import earning as e
from commerce.earning.payouts import names_of, sending
from commerce.errors import Invalid
from commerce.payments.rails import COLUMNS, SandboxRail, read_sheet, sheet
from commerce.sheets import BOM
from commerce.store import tables


async def ready(money, orders):
    for _ in range(orders):
        await money.arrived(await money.sold())
        await money.settle()


class Crash(Exception):
    pass


@pytest.mark.parametrize("at", range(6))
async def test_wherever_it_crashes_nobody_is_paid_twice(money, at):
    """The writer or the bank breaks off at its nth call, before or after its deed; then all is done again."""
    await ready(money, 2)
    calls, execute, pay = iter(range(100)), money.execute, money.rail.pay

    async def broken(act, given):
        number = next(calls)
        if number == at:
            raise Crash
        answer = await act(given)
        if number + 1 == at:
            next(calls)
            raise Crash
        return answer

    money.execute, money.rail.pay = (lambda given: broken(execute, given)), (lambda given: broken(pay, given))
    with pytest.raises(Crash):
        await money.pay_out()
    money.execute, money.rail.pay = execute, pay
    await money.pay_out()
    lines = money.rail._file.read_text().splitlines()
    assert len(lines) == 2
    assert {row.state for row in await money.rows(tables.payout)} == {"confirmed"}
    assert await money.balance("clearing") == -2 * 9_900 + 2 * 990


async def test_a_sheet_goes_to_the_bank_and_comes_back(money):
    await ready(money, 1)
    await money.execute(e.BeginPayouts("sandbox"))
    due = await money.ask(sending, "sandbox")
    text = sheet(due, await money.ask(names_of, money.merchant, due), {}).removeprefix(BOM)
    assert text.splitlines()[0] == ",".join(COLUMNS)
    assert text.splitlines()[1].split(",")[1:9] == [money.a, "Store A", "", "", "", "9.90", "CNY", "990"]
    assert read_sheet(text) == ([], [])
    answered = text.replace("990,,", "990,Confirmed ,bank-7")  # as people write
    assert read_sheet(answered) == ([(2, e.RecordPayout(due[0].payout, "confirmed", "bank-7", attempt=1))], [])
    assert read_sheet(BOM + answered) == read_sheet(answered)
    for wrong, column in (
        (answered.replace("Confirmed", "maybe"), "outcome"),
        (answered.replace("-1,", "-one,"), "key"),
        (answered.replace(due[0].key, ""), "key"),
        (answered.replace(due[0].key, "no-one-1"), "key"),
        (answered.replace("bank-7", "x" * 201), "reference"),
    ):
        for also, more in (("", []), (answered.splitlines()[1], read_sheet(answered)[0])):
            found, mistakes = read_sheet(f"{wrong.splitlines()[0]}\n{also}\n{wrong.splitlines()[1]}\n")
            assert (found, [(each.line, each.column) for each in mistakes]) == (more, [(3, column)])
    for wrong in (
        answered.replace("\r\n", "\r"),  # lines as old Macs end them
        answered.replace("bank-7", "x" * 140_000),
        "a,b\n",
    ):
        with pytest.raises(Invalid) as caught:
            read_sheet(wrong)
        assert caught.value.field == "sheet"


async def test_a_key_is_paid_once(money, tmp_path):
    await ready(money, 1)
    await money.execute(e.BeginPayouts("sandbox"))
    (due,) = await money.ask(sending, "sandbox")
    bank = SandboxRail(tmp_path / "bank")
    assert await bank.find(due.key) is None
    assert await bank.pay(due) == await bank.pay(due) == await bank.find(due.key)
    assert len((tmp_path / "bank").read_text().splitlines()) == 1
    with (tmp_path / "bank").open("ab") as file:
        file.write(b'{"key": "cut sh')
    other = SandboxRail(tmp_path / "bank")
    assert await other.find(due.key) == await bank.find(due.key)
    await other.pay(replace(due, key="next"))
    assert await bank.find("next") is not None
    assert len((tmp_path / "bank").read_text().splitlines()) == 2
