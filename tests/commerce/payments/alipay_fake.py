"""Alipay as far as it is asked here: it checks how requests are signed, and signs answers and notices itself."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from tests.commerce.payments.wechat_fake import make_key, private_pem, public_pem

APP_ID = "2021000122671234"


def signed_text(fields: dict[str, str]) -> bytes:
    return "&".join(f"{name}={fields[name]}" for name in sorted(fields)).encode()


class AlipayFake:
    """`trades` and `refunds` by our numbers; `down`: it answers nothing of use."""

    def __init__(self) -> None:
        self.merchant, self.own = make_key(), make_key()
        self.signs_with = self.own
        self.trades: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, str] = {}
        self.down = False

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/gateway.do", self.answer)
        self.server = TestServer(app)
        await self.server.start_server()
        self.url = str(self.server.make_url("/gateway.do"))

    async def close(self) -> None:
        await self.server.close()

    def credentials(self) -> dict[str, str]:
        own = {"app_id": APP_ID, "private_key": private_pem(self.merchant)}
        return own | {"alipay_public_key": public_pem(self.own)}

    async def answer(self, request: web.Request) -> web.Response:
        if self.down:
            return web.Response(status=502)
        fields = dict(request.query)
        name = fields["method"].replace(".", "_") + "_response"
        if not self._is_signed(fields):
            found = {"code": "40002", "msg": "Invalid Arguments", "sub_code": "isv.invalid-signature"}
            return web.json_response({name: found})
        text = json.dumps(self._do(fields["method"], json.loads(fields["biz_content"])))
        return web.Response(text=f'{{"{name}":{text},"sign":"{self._sign(text.encode())}"}}')

    def _is_signed(self, fields: dict[str, str]) -> bool:
        signature = base64.b64decode(fields.pop("sign"))
        try:
            self.merchant.public_key().verify(signature, signed_text(fields), padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return False
        return fields["app_id"] == APP_ID and fields["sign_type"] == "RSA2"

    def _sign(self, text: bytes) -> str:
        return base64.b64encode(self.signs_with.sign(text, padding.PKCS1v15(), hashes.SHA256())).decode()

    def comes(self, page: str) -> str:
        """The buyer has followed the address of the page: answers our number of the trade."""
        fields = dict(parse_qsl(urlsplit(page).query))
        assert self._is_signed(dict(fields))
        about = json.loads(fields["biz_content"])
        trade = {"out_trade_no": about["out_trade_no"], "total_amount": about["total_amount"], "about": about}
        self.trades[about["out_trade_no"]] = trade | {"trade_status": "WAIT_BUYER_PAY", "trade_no": "2026" + "1" * 20}
        return str(about["out_trade_no"])

    def pay(self, trade: str) -> None:
        self.trades[trade]["trade_status"] = "TRADE_SUCCESS"

    def _do(self, method: str, about: dict[str, Any]) -> dict[str, Any]:
        good = {"code": "10000", "msg": "Success"}
        trade = self.trades.get(about["out_trade_no"])
        if trade is None:
            return {"code": "40004", "msg": "Business Failed", "sub_code": "ACQ.TRADE_NOT_EXIST", "sub_msg": "no trade"}
        if method == "alipay.trade.close":
            if trade["trade_status"] != "WAIT_BUYER_PAY":
                wrong = {"sub_code": "ACQ.TRADE_STATUS_ERROR", "sub_msg": "the trade's state is wrong"}
                return {"code": "40004", "msg": "Business Failed"} | wrong
            trade["trade_status"] = "TRADE_CLOSED"
        if method == "alipay.trade.refund":
            number, fresh = about["out_request_no"], about["out_request_no"] not in self.refunds
            given = sum(map(float, self.refunds.values()))
            if fresh and given + float(about["refund_amount"]) > float(trade["total_amount"]):
                return {"code": "40004", "sub_code": "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "sub_msg": "too much"}
            self.refunds[number] = about["refund_amount"]
            return good | {"fund_change": "Y" if fresh else "N", "trade_no": trade["trade_no"]}
        if method == "alipay.trade.fastpay.refund.query":
            return good | ({"refund_status": "REFUND_SUCCESS"} if about["out_request_no"] in self.refunds else {})
        return good | {name: value for name, value in trade.items() if name != "about"}

    def notice(self, trade: str, **change: str) -> tuple[dict[str, str], bytes]:
        """What it posts when a trade was paid."""
        fields = {"app_id": APP_ID, "notify_id": f"ev{trade}", "out_trade_no": trade, "trade_no": "2026" + "1" * 20}
        fields |= {"trade_status": "TRADE_SUCCESS", "total_amount": "99.00", "charset": "utf-8"} | change
        fields |= {"sign": self._sign(signed_text(fields)), "sign_type": "RSA2"}
        return {"Content-Type": "application/x-www-form-urlencoded"}, urlencode(fields).encode()
