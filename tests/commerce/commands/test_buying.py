"""A malformed command cannot be made, and the error names the field."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce import commands as c
from commerce import views
from commerce.errors import Invalid

ID = "a" * 16
CONTACT = views.Contact("Li Lei", "138", "Nanjing")
ORDER = c.PlaceOrder(ID, "room", "order-0001", CONTACT, (c.Wanted(ID, 1),))
PAYMENT = c.RecordPayment("sandbox", "n1", ID, "paid", 100, "CNY")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"viewer": "no id"}, "viewer"),
        ({"client_order_id": "short"}, "client_order_id"),
        ({"client_order_id": "x" * 65}, "client_order_id"),
        ({"client_order_id": 12345678}, "client_order_id"),
        ({"contact": views.Contact("", "1", "x")}, "contact.name"),
        ({"contact": views.Contact("x", "1" * 41, "x")}, "contact.phone"),
        ({"contact": views.Contact("x", "1", None)}, "contact.address"),
        ({"note": "x" * 501}, "note"),
        ({"lines": ()}, "lines"),
        ({"lines": [c.Wanted(ID, 1)]}, "lines"),
        ({"lines": (c.Wanted(ID, 1),) * 2}, "lines"),
        ({"lines": tuple(c.Wanted(f"{n:016d}", 1) for n in range(51))}, "lines"),
        ({"lines": (c.Wanted(ID, 0),)}, "lines[0].quantity"),
        ({"lines": (c.Wanted(ID, -5),)}, "lines[0].quantity"),
        ({"lines": (c.Wanted("b" * 16, 1), c.Wanted(ID, 10**30))}, "lines[1].quantity"),
        ({"lines": (c.Wanted(ID, 1.5),)}, "lines[0].quantity"),
        ({"lines": (c.Wanted(ID, True),)}, "lines[0].quantity"),
        ({"lines": (c.Wanted("'; drop", 1),)}, "lines[0].sku"),
    ],
)
def test_an_order_is_checked_field_by_field(change, field):
    with pytest.raises(Invalid) as caught:
        replace(ORDER, **change)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"outcome": "stolen"}, "outcome"),
        ({"amount_minor": -1}, "amount"),
        ({"payment": 5}, "payment"),
        ({"notice": ""}, "notice"),
    ],
)
def test_a_notice_is_checked_field_by_field(change, field):
    with pytest.raises(Invalid) as caught:
        replace(PAYMENT, **change)
    assert caught.value.field == field


def test_the_rest_is_checked_too():
    for make, field in [
        (lambda: c.SetCartLine(ID, "room", ID, -1), "quantity"),
        (lambda: c.SetCartLine(ID, "room", "?", 1), "sku"),
        (lambda: c.NoteTouch(None, "room"), "viewer"),
        (lambda: c.CountTouch(ID, "No Room"), "room"),
        (lambda: c.NameViewer(ID, "room", ""), "name"),
        (lambda: c.CreateLink(1, "??", None), "channel"),
        (lambda: c.CreateLink(1, ID, "??"), "sharer"),
        (lambda: c.CancelOrder(1, ID, "x" * 201), "reason"),
        (lambda: c.ShipOrder(1, "?"), "order"),
        (lambda: c.ReceiveOrder(1, "?"), "order"),
        (lambda: c.RefundOrder(1, ID, "key", 0), "amount"),
        (lambda: c.RefundOrder(1, ID, ""), "refund"),
        (lambda: c.RefundOrder(1, ID, "key", lines=()), "lines"),
        (lambda: c.RefundOrder(1, ID, "key", lines=(c.GivenBack(ID, 0),)), "lines[0].quantity"),
        (lambda: c.RefundOrder(1, ID, "key", lines=(c.GivenBack("?", 1),)), "lines[0].sku"),
        (lambda: c.RefundOrder(1, ID, "key", lines=(c.GivenBack(ID, 1), c.GivenBack(ID, 2))), "lines"),
        (lambda: c.RefundOrder(1, ID, "key", restock=True, lines=(c.GivenBack(ID, 1),)), "restock"),
    ]:
        with pytest.raises(Invalid) as caught:
            make()
        assert caught.value.field == field


anything = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.lists(st.integers())


@given(st.sampled_from([field.name for field in fields(c.RecordPayment)]), anything)
def test_whatever_json_holds_only_invalid_is_raised(field, value):
    try:
        replace(PAYMENT, **{field: value})
    except Invalid as error:
        assert error.field
