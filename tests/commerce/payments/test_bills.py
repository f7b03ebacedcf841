"""Bills as the providers write them."""

import gzip
import io
import zipfile

import pytest

from commerce.errors import Invalid
from commerce.money import Money
from commerce.payments.bills import read_provider_bill
from commerce.payments.reconcile import Booking

PAYMENT = "a" * 16
PAID = Booking(PAYMENT, "paid", Money(9_900, "CNY"))
GIVEN = Booking(PAYMENT, "refund", Money(4_000, "CNY"))

WECHAT = (
    "﻿交易时间,公众账号ID,商户号,微信订单号,商户订单号,交易状态,付款银行,货币种类,应结订单金额,微信退款单号,商户退款单号,"
    "退款金额,退款状态,商品名称,手续费,费率,订单金额,申请退款金额\r\n"
    f"`2026-11-27 10:00:00,`wx1,`19,`42,`{PAYMENT}-1,`SUCCESS,`OTHERS,`CNY,`99.00,`0,`0,`0.00,`,`Tea, hot,`0.59,`0.60%,"
    "`99.00,`0.00\r\n"
).replace("`Tea, hot", "`Tea") + (
    f"`2026-11-27 11:00:00,`wx1,`19,`42,`{PAYMENT}-1,`REFUND,`OTHERS,`CNY,`0.00,`50,`r1,`40.00,`SUCCESS,`Tea,`-0.24,"
    "`0.60%,`0.00,`40.00\r\n"
    f"`2026-11-27 11:00:00,`wx1,`19,`42,`{'b' * 16}-1,`REVOKED,`OTHERS,`CNY,`0.00,`50,`r1,`0.00,`,`Tea,`0,`0.60%,"
    "`0.00,`0.00\r\n"
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\r\n"
    "`2,`99.00,`40.00,`0.00,`0.35,`99.00,`40.00\r\n"
)
ALIPAY = (
    "#支付宝业务明细查询\r\n#账号：[2088]\r\n#-----业务明细列表-----\r\n"
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,订单金额（元）,商家实收（元）,退款批次号/请求号,备注\r\n"
    f"2026\t,{PAYMENT}-2\t,交易    ,Brand,2026-11-27 10:00:00,2026-11-27 10:00:10,99.00,99.00,,\r\n"
    f"2026\t,{PAYMENT}-2\t,退款    ,Brand,2026-11-27 11:00:00,2026-11-27 11:00:10,-40.00,-40.00,r1,\r\n"
    "#-----业务明细列表结束-----\r\n#交易合计：1笔\r\n"
)
STRIPE = (
    'balance_transaction_id,created_utc,currency,gross,fee,net,reporting_category,"payment_metadata[payment]"\n'
    f"txn_1,2026-11-27 10:00,cny,99.00,3.10,95.90,charge,{PAYMENT}\n"
    f"txn_2,2026-11-27 11:00,cny,-40.00,0,-40.00,refund,{PAYMENT}\n"
    "txn_3,2026-11-27 11:00,cny,-40.00,0,-40.00,payout,\n"
    "txn_4,2026-11-27 11:00,usd,5.00,0,5.00,charge,\n"
)


def zipped(name: str, data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as folder:
        folder.writestr("summary.csv", "#")
        folder.writestr(name, data)
    return file.getvalue()


@pytest.mark.parametrize(
    ("provider", "data"),
    [
        ("wechat", WECHAT.encode()),
        ("wechat", gzip.compress(WECHAT.encode())),
        ("alipay", ALIPAY.encode("gbk")),
        ("alipay", zipped("2088_业务明细.csv", ALIPAY.encode("gbk"))),
        ("stripe", STRIPE.encode()),
        ("stripe", f"payment,kind,amount,currency\n{PAYMENT},paid,99,CNY\n{PAYMENT},refund,40,CNY\n".encode()),
    ],
)
def test_payments_and_refunds_are_found(provider, data):
    assert read_provider_bill(provider, data) == ([PAID, GIVEN], [])


def test_mistakes_are_named_by_line_and_column():
    _, mistakes = read_provider_bill("wechat", WECHAT.replace("`CNY,`99.00", "`yuan,`99.00").encode())
    assert [(each.line, each.column) for each in mistakes] == [(2, "货币种类")]
    _, mistakes = read_provider_bill("alipay", ALIPAY.replace("-40.00,-", "-4O.00,-").encode())
    assert [(each.line, each.column) for each in mistakes] == [(6, "订单金额（元）")]


@pytest.mark.parametrize("data", [b"", b"\xff\xff", b"a,b\n1,2\n", b"PK\x03\x04", zipped("a.txt", b"")[:10]])
def test_what_is_no_bill(data):
    with pytest.raises(Invalid):
        read_provider_bill("wechat", data)
