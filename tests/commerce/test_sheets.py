"""Sheets: what is exported can be imported; what is wrong is named by line and column; no cell is a formula."""

import csv
import io
from datetime import UTC, datetime

import pytest

from commerce import sheets
from commerce.commands import NewSku
from commerce.money import Money
from commerce.views import ChannelRef, Contact, Order, OrderLine, Payment, Product, Sku

CNY = "CNY"
HEAD = "product,description,image_url,sku,price,stock,per_buyer_max\n"  # without the column that may be absent
CONTACT = Contact("王小明", "13800138000", "南京市鼓楼区中山路1号")


def order(note=""):
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    total, channel = Money(1998, CNY), ChannelRef("c", "North, the shop")
    lines = (OrderLine("s1", "Tin", "Tea", 2, Money(999, CNY), total, refunded=1),)
    payment = Payment("p1", "sandbox", "paid", total, moment)
    return Order(
        *("o1", "north", "v1", channel, channel, "paid", moment, lines, total, Money(0, CNY)), payment, CONTACT, note
    )


def read(text):
    return list(csv.reader(io.StringIO(text.removeprefix(sheets.BOM), newline="")))


def test_an_order_is_a_row_for_each_line():
    header, row = read(sheets.exported(sheets.ORDER_COLUMNS, sheets.order_rows(order("=1+1"), CONTACT)))
    found = dict(zip(header, row, strict=True))
    assert (found["price"], found["amount"]) == ("9.99", "19.98")
    assert (found["quantity"], found["refunded_quantity"]) == ("2", "1")
    assert (found["owner_channel"], found["name"]) == ("North, the shop", "王小明")
    assert found["created_at"] == "2026-01-02T03:04:05+00:00"
    assert found["note"] == "'=1+1"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_no_cell_is_a_formula(start):
    assert read(sheets.line([start + "cmd"])) == [["'" + start + "cmd"]]


def test_masked():
    hidden = sheets.masked(CONTACT)
    assert (hidden.name, hidden.phone, hidden.address) == ("王**", "138****8000", "南京市鼓楼区***")
    assert sheets.masked(Contact("A", "12345", "x")).phone == "*****"


def test_what_is_exported_can_be_imported():
    limited = Sku("s1", "-5 °C", Money(999, CNY), 2, 10, 7, 1, 2, per_order_max=3)
    plain = Sku("s2", "Big, very", Money(100, CNY), None, 0, 0, 0, 0)
    product = Product("p1", '=Tea "best"', "line one\nline two", "https://a.example/x.png", (limited, plain))
    goods, mistakes = sheets.read_goods(sheets.exported(sheets.GOODS_COLUMNS, sheets.goods_rows(product)), CNY)
    assert mistakes == []
    assert [(each.name, each.description, each.image_url) for each in goods] == [
        (product.name, product.description, product.image_url)
    ]
    assert goods[0].skus == [NewSku("-5 °C", 999, 10, 2, 3), NewSku("Big, very", 100, 0, None)]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (",,,Tin,1.00,1,", "product"),
        ("Tea,,ftp://x,Tin,1.00,1,", "image_url"),
        ("Tea,,,,1.00,1,", "sku"),
        ("Tea,,,Tin,1.001,1,", "price"),
        ("Tea,,,Tin,-1,1,", "price"),
        ("Tea,,,Tin,1.00,many,", "stock"),
        ("Tea,,,Tin,1.00,1,0", "per_buyer_max"),
        ("Tea,,,Tin,1.00,1", ""),
    ],
)
def test_mistakes_name_line_and_column(row, column):
    _, mistakes = sheets.read_goods(f"{HEAD}Tea,,,Box,1,1,\n{row}\n", CNY)
    assert [(mistake.line, mistake.column) for mistake in mistakes] == [(3, column)]


def test_all_mistakes_are_found_at_once():
    _, mistakes = sheets.read_goods(f"{HEAD}Tea,,,,x,y,z\n,,,Tin,1,1,\n", CNY)
    assert [(mistake.line, mistake.column) for mistake in mistakes] == [
        *((2, column) for column in ("sku", "price", "stock", "per_buyer_max")),
        (3, "product"),
    ]


@pytest.mark.parametrize("text", ["", "product\n", HEAD, HEAD.replace("sku", "price"), 'product,"x'])
def test_what_is_no_sheet_of_goods(text):
    goods, mistakes = sheets.read_goods(text, CNY)
    assert goods == []
    assert mistakes


def test_a_sheet_of_before_has_no_limit_per_order():
    named = HEAD.replace("\n", ",per_order_max\n")
    goods, mistakes = sheets.read_goods(f"{named}Tea,,,Tin,2,,,4\nTea,,,Box,2,,,\n", CNY)
    assert (mistakes, [sku.per_order_max for sku in goods[0].skus]) == ([], [4, None])
    goods, mistakes = sheets.read_goods(f"{HEAD}Tea,,,Tin,2,,\n", CNY)
    assert (mistakes, goods[0].skus[0].per_order_max) == ([], None)
    _, mistakes = sheets.read_goods(f"{named}Tea,,,Tin,2,,,0\n", CNY)
    assert [(each.line, each.column) for each in mistakes] == [(2, "per_order_max")]
    assert sheets.read_goods(named.replace("\n", ",per_order_max\n") + "Tea,,,Tin,2,,,4,4\n", CNY)[1]


def test_columns_may_stand_in_any_order():
    goods, mistakes = sheets.read_goods(
        "SKU,price,product,stock,per_buyer_max,image_url,description\nTin,2,Tea,,,,\n", CNY
    )
    assert (mistakes, goods[0].skus) == ([], [NewSku("Tin", 200, 0, None)])
