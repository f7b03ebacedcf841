"""Orders and goods as CSV (RFC 4180, UTF-8): what a merchant opens in a spreadsheet. Pure.

A cell that a spreadsheet would take for a formula is written with an apostrophe before it: names and notes come from
strangers.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from commerce import checks
from commerce.commands import NewSku
from commerce.commands.selling import RECEIVED_MAX
from commerce.errors import Invalid
from commerce.money import from_decimal, to_decimal
from commerce.views import Contact, Order, Product

BOM = "\ufeff"  # without it, spreadsheets read UTF-8 as something else
ROWS_MAX = 5_000
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # full width: spreadsheets in Chinese
ORDER_COLUMNS = (
    *("order", "created_at", "state", "room", "room_channel", "owner_channel", "product", "sku", "sku_name"),
    *("quantity", "refunded_quantity", "price", "amount", "order_total", "refunded", "currency", "payment"),
    *("name", "phone", "address", "note"),
)
GOODS_COLUMNS = ("product", "description", "image_url", "sku", "price", "stock", "per_buyer_max", "per_order_max")
OPTIONAL = ("per_order_max",)  # sheets of before have no such column


def line(cells: Iterable[object]) -> str:
    """One row, with its line end."""
    target = io.StringIO()
    csv.writer(target, lineterminator="\r\n").writerow([_cell(cell) for cell in cells])
    return target.getvalue()


def _cell(value: object) -> str:
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def order_rows(order: Order, contact: Contact) -> list[Sequence[object]]:
    """A row for each line of an order, in the order of ORDER_COLUMNS; `contact` as the reader may see it."""
    first = (order.order, order.created_at.astimezone(UTC).isoformat(timespec="seconds"), order.state, order.room)
    channels = (order.room_channel.name, order.owner_channel.name)
    money = (to_decimal(order.total), to_decimal(order.refunded), order.total.currency, order.payment.payment)
    last = (contact.name, contact.phone, contact.address, order.note)
    return [
        (
            *(*first, *channels, each.product_name, each.sku, each.name, each.quantity, each.refunded),
            *(to_decimal(each.price), to_decimal(each.amount), *money, *last),
        )
        for each in order.lines
    ]


def goods_rows(product: Product) -> list[Sequence[object]]:
    """A row for each SKU, in the order of GOODS_COLUMNS; what is imported is what is exported."""
    first = (product.name, product.description, product.image_url)
    return [
        (*first, sku.name, to_decimal(sku.price), sku.received, *_limits(sku.per_buyer_max, sku.per_order_max))
        for sku in product.skus
    ]


def _limits(*limits: int | None) -> tuple[object, ...]:
    """Without one the cell is empty."""
    return tuple("" if limit is None else limit for limit in limits)


def exported(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A whole sheet."""
    return BOM + line(columns) + "".join(line(row) for row in rows)


def masked(contact: Contact) -> Contact:
    """For those who need not send anything: enough to recognise, too little to call or visit."""
    phone = contact.phone
    hidden = phone[:3] + "*" * max(0, len(phone) - 7) + phone[-4:] if len(phone) > 7 else "*" * len(phone)
    return Contact(contact.name[:1] + "*" * (len(contact.name) - 1), hidden, contact.address[:6] + "***")


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a cell: the line in the file (the header is 1) and the column."""

    line: int
    column: str
    detail: str


@dataclass(slots=True)
class Goods:
    """A product as a sheet describes it, and the line where it begins."""

    line: int
    name: str
    description: str
    image_url: str
    skus: list[NewSku]


def read_goods(text: str, currency: str) -> tuple[list[Goods], list[Mistake]]:
    """The products of a sheet with the columns of GOODS_COLUMNS, in any order; the rows of one product share its name.

    All mistakes are found in one go; where there is one, nothing should be imported.
    """
    reader = csv.reader(io.StringIO(text.removeprefix(BOM), newline=""))
    try:
        columns = [name.strip().lower() for name in next(reader, [])]
        wanted = [name for name in GOODS_COLUMNS if name not in OPTIONAL or name in columns]
        wrong = [name for name in wanted if columns.count(name) != 1]
        if wrong or len(columns) != len(wanted):
            return [], [Mistake(1, wrong[0] if wrong else "", "the columns must be " + ", ".join(GOODS_COLUMNS))]
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        return [], [Mistake(reader.line_num, "", f"is no CSV: {error}")]
    if not 0 < len(rows) <= ROWS_MAX:
        return [], [Mistake(1, "", f"there must be 1 to {ROWS_MAX} rows")]
    return _grouped(columns, rows, currency)


def _grouped(
    columns: Sequence[str], rows: Iterable[tuple[int, Sequence[str]]], currency: str
) -> tuple[list[Goods], list[Mistake]]:
    found: dict[str, Goods] = {}
    mistakes: list[Mistake] = []
    for at, row in rows:
        if len(row) != len(columns):
            mistakes.append(Mistake(at, "", f"has {len(row)} cells, not {len(columns)}"))
            continue
        cells = {name: _plain(cell) for name, cell in zip(columns, row, strict=True)}
        sku, wrong = _sku(at, cells, currency)
        mistakes += wrong
        first = Goods(at, cells["product"], cells["description"], cells["image_url"], [])
        goods = found.setdefault(cells["product"], first)
        if sku is not None:
            goods.skus.append(sku)
    return list(found.values()), mistakes


def _plain(cell: str) -> str:
    """Without the apostrophe that an export puts before what looks like a formula."""
    text = cell.strip()
    return text[1:] if text[:1] == "'" and text[1:].startswith(FORMULA) else text


def _sku(at: int, cells: Mapping[str, str], currency: str) -> tuple[NewSku | None, list[Mistake]]:
    mistakes: list[Mistake] = []

    def tried(column: str, check: Callable[[str, str], Any]) -> Any:
        try:
            return check(column, cells.get(column, ""))
        except Invalid as error:
            mistakes.append(Mistake(at, column, error.detail))
            return None

    tried("product", lambda field, text: checks.text(field, text, checks.NAME_CHARS_MAX, 1))
    tried("description", lambda field, text: checks.text(field, text, checks.TEXT_CHARS_MAX))
    tried("image_url", checks.url)
    tried("sku", lambda field, text: checks.text(field, text, checks.NAME_CHARS_MAX, 1))
    price = tried("price", lambda field, text: from_decimal(field, text, currency))
    stock = tried("stock", lambda field, text: _count(field, text or "0", 0, RECEIVED_MAX))
    limits = [tried(column, _limit) for column in ("per_buyer_max", "per_order_max")]
    return (None if mistakes else NewSku(cells["sku"], price, stock, *limits)), mistakes


def _limit(field: str, text: str) -> int | None:
    return _count(field, text, 1, checks.QUANTITY_MAX) if text else None


def _count(field: str, text: str, low: int, high: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise Invalid(field, "must be a whole number")
    return checks.number(field, int(text), low, high)
