"""Providers' own bills as bookings: what each calls a payment, a refund, an amount. Pure.

WeChat's trade bill (交易账单, all or settled) is CSV whose cells begin with a backtick, with a summary at its end;
Alipay's (业务明细) is CSV in GBK between lines that begin with #; Stripe's is the itemised balance report with the
column `payment_metadata[payment]`. `plain` is the CSV described in reconcile.py. Zip and gzip are opened as they are.
"""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Callable, Iterator, Mapping

from commerce.errors import Invalid
from commerce.money import Money, currency, from_decimal
from commerce.payments.reconcile import ROWS_MAX, Booking, read_bill
from commerce.sheets import BOM, Mistake

BILL_BYTES_MAX = 200_000_000
Row = Mapping[str, str]
Bill = tuple[list[Booking], list[Mistake]]


def read_provider_bill(provider: str, data: bytes) -> Bill:
    """The bill's payments and refunds, and everything that is wrong with it, by line and column. Invalid: no bill."""
    reader = READERS.get(provider)
    text = _text(data)
    return read_bill(text) if reader is None or _is_plain(text) else reader(text)


def _is_plain(text: str) -> bool:
    """Our own columns are taken from every provider: what a merchant's shop system has made of its bill."""
    first = text.removeprefix(BOM).partition("\n")[0]
    return {"payment", "kind", "amount", "currency"} <= {cell.strip().strip('"') for cell in first.split(",")}


def _text(data: bytes) -> str:
    if data[:4] == b"PK\x03\x04":
        data = _unzipped(data)
    elif data[:2] == b"\x1f\x8b":
        with gzip.open(io.BytesIO(data)) as file:
            data = file.read(BILL_BYTES_MAX + 1)
    if len(data) > BILL_BYTES_MAX:
        raise Invalid("bill", f"at most {BILL_BYTES_MAX} bytes")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid("bill", "must be text in UTF-8 or GB 18030")


def _unzipped(data: bytes) -> bytes:
    """The details, beside which Alipay packs a summary."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as folder:
            details = [each for each in folder.infolist() if each.filename.endswith(".csv")]
            found = max(details, key=lambda each: each.file_size, default=None)
            if found is None:
                raise Invalid("bill", "there is no CSV in it")
            with folder.open(found) as file:
                return file.read(BILL_BYTES_MAX + 1)
    except zipfile.BadZipFile as error:
        raise Invalid("bill", "is no zip file") from error


def _read(rows: Iterator[tuple[int, Row]], bookings: Callable[[Row], list[Booking]]) -> Bill:
    found: list[Booking] = []
    mistakes: list[Mistake] = []
    for line, row in rows:
        if line > ROWS_MAX:
            return [], [Mistake(line, "", f"at most {ROWS_MAX} lines")]
        try:
            found.extend(bookings(row))
        except Invalid as error:
            mistakes.append(Mistake(line, error.field, error.detail))
    return found, mistakes


def _rows(text: str, needed: tuple[str, ...]) -> Iterator[tuple[int, Row]]:
    """Rows under the first line that has the columns, up to the first that is shorter; Invalid names a column."""
    lines = csv.reader(io.StringIO(text, newline=""))
    names: list[str] | None = None
    for number, line in enumerate(lines, 1):
        cells = [cell.strip().removeprefix("`").strip() for cell in line]
        if names is None:
            names = cells if set(needed) <= set(cells) else None
        elif len(cells) < len(names) - 1 or cells[0].startswith(("#", "总交易单数")):
            return
        else:
            yield number, dict(zip(names, cells, strict=False))
    if names is None:
        raise Invalid(needed[0], "the columns must be " + ", ".join(needed))


def _wechat(text: str) -> Bill:
    columns = ("商户订单号", "交易状态", "货币种类", "订单金额", "商户退款单号", "申请退款金额")
    return _read(_rows(text, columns), _of_wechat)


def _of_wechat(row: Row) -> list[Booking]:
    code, payment = currency("货币种类", row["货币种类"]), _payment("商户订单号", row["商户订单号"])
    if row["交易状态"] == "SUCCESS":
        return [Booking(payment, "paid", Money(from_decimal("订单金额", row["订单金额"], code), code))]
    if row["交易状态"] == "REFUND":
        return [Booking(payment, "refund", Money(from_decimal("申请退款金额", row["申请退款金额"], code), code))]
    return []


def _alipay(text: str) -> Bill:
    return _read(_rows(text, ("商户订单号", "业务类型", "订单金额（元）")), _of_alipay)


def _of_alipay(row: Row) -> list[Booking]:
    """A refund's amounts are negative here."""
    kind = {"交易": "paid", "退款": "refund"}.get(row["业务类型"])
    if kind is None:
        return []
    amount = from_decimal("订单金额（元）", row["订单金额（元）"].removeprefix("-"), "CNY")
    return [Booking(_payment("商户订单号", row["商户订单号"]), kind, Money(amount, "CNY"))]


def _stripe(text: str) -> Bill:
    return _read(_rows(text, ("reporting_category", "gross", "currency", "payment_metadata[payment]")), _of_stripe)


def _of_stripe(row: Row) -> list[Booking]:
    """What is not of ours - fees, payouts, other shops' charges on the account - has no payment of ours."""
    kind = {"charge": "paid", "refund": "refund", "dispute": "refund"}.get(row["reporting_category"])
    payment = row["payment_metadata[payment]"]
    if kind is None or not payment:
        return []
    code = currency("currency", row["currency"].upper())
    amount = from_decimal("gross", row["gross"].removeprefix("-"), code)
    return [Booking(payment, kind, Money(amount, code))]


def _payment(column: str, trade: str) -> str:
    """Our payment of a trade's number."""
    if not trade:
        raise Invalid(column, "is empty")
    return trade.partition("-")[0]


READERS: dict[str, Callable[[str], Bill]] = {"alipay": _alipay, "stripe": _stripe, "wechat": _wechat}
