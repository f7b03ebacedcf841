"""HQ's commands are checked as strictly as a viewer's."""

from datetime import datetime

import pytest

from commerce import commands as c
from commerce.errors import Invalid

ID = "a" * 16


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: c.CreateMerchant("", "hq"), "name"),
        (lambda: c.CreateMerchant("Brand", "H Q"), "room"),
        (lambda: c.CreateMerchant("Brand", "hq", currency="yuan"), "currency"),
        (lambda: c.CreateMerchant("Brand", "hq", language="xx"), "language"),
        (lambda: c.CreateUser(1, "a b", "hash"), "user"),
        (lambda: c.CreateUser(1, "hq", "hash", role="king"), "role"),
        (lambda: c.CreateChannel(1, "", "room"), "name"),
        (lambda: c.CreateChannel(1, "Store", "room", logo_url="javascript:x"), "logo_url"),
        (lambda: c.CreateChannel(1, "Store", "room", accent="red"), "accent"),
        (lambda: c.UpdateRoom(1, ID, name=""), "name"),
        (lambda: c.UpdateRoom(1, ID, notice="x" * 501), "notice"),
        (lambda: c.CreateShow(1, ""), "title"),
        (lambda: c.CreateShow(1, "Friday", datetime(2026, 1, 1)), "starts_at"),
        (lambda: c.UpdateShow(1, ID, state="burning"), "state"),
        (lambda: c.UpdateShow(1, ID, starts_at="soon"), "starts_at"),
        (lambda: c.CreateProduct(1, "Tea", ()), "skus"),
        (lambda: c.CreateProduct(1, "Tea", (c.NewSku("x", -1),)), "skus[0].price"),
        (lambda: c.CreateProduct(1, "Tea", (c.NewSku("x", 9.9),)), "skus[0].price"),
        (lambda: c.CreateProduct(1, "Tea", (c.NewSku("x", 1, stock=-1),)), "skus[0].stock"),
        (lambda: c.CreateProduct(1, "Tea", (c.NewSku("x", 1), c.NewSku("", 1))), "skus[1].name"),
        (lambda: c.CreateProduct(1, "Tea", (c.NewSku("x", 1, per_buyer_max=0),)), "skus[0].per_buyer_max"),
        (lambda: c.ReceiveStock(1, ID, 10**9), "received"),
        (lambda: c.SetShelf(1, ID, tuple(c.ShelfEntry(ID) for _ in range(201))), "items"),
        (lambda: c.SetShelf(1, ID, (c.ShelfEntry("?"),)), "items[0].product"),
    ],
)
def test_bad_values_name_their_field(make, field):
    with pytest.raises(Invalid) as caught:
        make()
    assert caught.value.field == field
