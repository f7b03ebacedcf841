"""A bill beside the books: agreement to the fen, and each way of differing."""

import pytest

from commerce.money import Money
from commerce.payments.reconcile import Booking, Difference, differences, read_bill, report

HEAD = "payment,kind,amount,currency,fee\n"


def cny(minor):
    return Money(minor, "CNY")


def test_several_refunds_are_compared_by_their_sum():
    billed = [Booking("p1", "paid", cny(500)), Booking("p1", "refund", cny(300))]
    booked = [Booking("p1", "refund", cny(100)), Booking("p1", "refund", cny(200)), Booking("p1", "paid", cny(500))]
    assert differences(billed, booked) == []


def test_each_way_of_differing():
    billed = [Booking("a", "paid", cny(1)), Booking("b", "paid", cny(2)), Booking("d", "paid", Money(4, "USD"))]
    booked = [Booking("b", "paid", cny(3)), Booking("c", "refund", cny(4)), Booking("d", "paid", cny(4))]
    found = differences(billed, booked)
    assert found == [
        Difference("a", "paid", "not_booked", cny(1), None),
        Difference("b", "paid", "amount", cny(2), cny(3)),
        Difference("c", "refund", "not_billed", None, cny(4)),
        Difference("d", "paid", "not_billed", None, cny(4)),
        Difference("d", "paid", "not_booked", Money(4, "USD"), None),
    ]
    assert report(found).splitlines()[1:3] == ["a,paid,not_booked,0.01,,CNY", "b,paid,amount,0.02,0.03,CNY"]


def test_a_bill_is_read():
    text = HEAD + "p1,paid,12.30,CNY,0.07\np2,refund,5,JPY,\n"
    assert read_bill(text) == ([Booking("p1", "paid", cny(1230)), Booking("p2", "refund", Money(5, "JPY"))], [])


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (",paid,1,CNY,", "payment"),
        ("p,gift,1,CNY,", "kind"),
        ("p,paid,-1,CNY,", "amount"),
        ("p,paid,1.234,CNY,", "amount"),
        ("p,paid,1,yuan,", "currency"),
        ("p,paid", "currency"),
    ],
)
def test_what_is_wrong_is_named(row, column):
    found, (mistake,) = read_bill(f"{HEAD}p1,paid,1,CNY,\n{row}\n")
    assert (len(found), mistake.line, mistake.column) == (1, 3, column)


def test_a_bill_without_its_columns():
    assert read_bill("payment,amount\n")[1][0].column == "kind"
    assert read_bill("")[1][0].line == 1
