"""Legal holds stop the erasure of a person, by his order as well."""

import pytest

from commerce.commands.earning import EraseViewer
from commerce.commands.guarding import LiftLegalHold, SetLegalHold
from commerce.errors import Conflict, NotFound
from commerce.privacy.legal import legal_holds
from commerce.store import tables
from commerce.store.ids import public_id


@pytest.mark.parametrize("what", ["viewer", "order"])
async def test_nothing_is_erased_until_it_is_lifted(money_anywhere, what):
    money, viewer = money_anywhere, public_id()
    order = await money.sold(viewer)
    await money.arrived(order)
    given = {"viewer": viewer} if what == "viewer" else {"order": order.order}
    hold = await money.execute(SetLegalHold(money.merchant, "boss", "case 12", **given))
    with pytest.raises(Conflict, match="case 12"):
        await money.execute(EraseViewer(money.merchant, viewer))
    (found,) = await money.ask(legal_holds, money.merchant)
    assert (found["viewer"], found["order"], found["lifted_at"]) == (viewer, given.get("order"), None)
    for _ in range(2):
        await money.execute(LiftLegalHold(money.merchant, "boss", hold))
    assert await money.execute(EraseViewer(money.merchant, viewer)) == 1
    kinds = [row.kind for row in await money.rows(tables.access)]
    assert kinds == ["held", "lifted", "erased"]


async def test_of_what_is_not_there_nothing_can_be_held(money):
    for given in ({"viewer": "0" * 16}, {"order": "0" * 16}):
        with pytest.raises(NotFound):
            await money.execute(SetLegalHold(money.merchant, "boss", "case 12", **given))
    with pytest.raises(NotFound):
        await money.execute(LiftLegalHold(money.merchant, "boss", "0" * 16))
