"""WeChat Pay as far as it is asked here: it checks how requests are signed, and signs answers and notices itself."""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509.oid import NameOID

MCH_ID, APP_ID, SERIAL, API_KEY = "1900000109", "wxd678efh567hg6787", "444F4864EA9B34415", "k" * 32
KEY_ID = "PUB_KEY_ID_0119000001092024"


def make_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def private_pem(key: rsa.RSAPrivateKey) -> str:
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, plain).decode()


def public_pem(key: rsa.RSAPrivateKey) -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


def certificate(key: rsa.RSAPrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "platform")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number())
    return made.not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(90)).sign(key, hashes.SHA256())


class WeChatFake:
    """`trades` and `refunds` by our numbers; `down`: it answers nothing of use."""

    def __init__(self) -> None:
        self.merchant, self.platform = make_key(), make_key()
        self.certificate = certificate(self.platform)
        self.signs_with = self.platform
        self.trades: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []
        self.down = False
        self.refund_status = "SUCCESS"
        self.pays_when_closed = False
        self.meanwhile: Callable[[], Awaitable[object]] | None = None

    async def start(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.answer)
        self.server = TestServer(app)
        await self.server.start_server()
        self.url = str(self.server.make_url("")).rstrip("/")

    async def close(self) -> None:
        await self.server.close()

    def credentials(self, *, public_key: bool = False) -> dict[str, str]:
        keys = {"public_key": public_pem(self.platform), "public_key_id": KEY_ID} if public_key else {}
        own = {"mch_id": MCH_ID, "app_id": APP_ID, "cert_serial": SERIAL, "private_key": private_pem(self.merchant)}
        return own | {"api_v3_key": API_KEY} | keys

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.text()
        self.asked.append(f"{request.method} {request.path}")
        if self.down:
            return web.json_response({"code": "SYSTEM_ERROR", "message": "down"}, status=500)
        if not self._is_signed(request, body):
            return web.json_response({"code": "SIGN_ERROR", "message": "wrong signature"}, status=401)
        if self.meanwhile is not None:
            await self.meanwhile()
        status, found = self._do(request.method, request.path, json.loads(body) if body else {})
        text = "" if found is None else json.dumps(found)
        headers = self.signed(text, public_key="PUB_KEY_ID" in request.headers.get("Wechatpay-Serial", ""))
        return web.Response(text=text, status=status, headers=headers, content_type="application/json")

    def _is_signed(self, request: web.Request, body: str) -> bool:
        kind, _, rest = request.headers["Authorization"].partition(" ")
        given = dict(re.findall(r'(\w+)="([^"]*)"', rest))
        fields = (request.method, request.path_qs, given["timestamp"], given["nonce_str"], body)
        text = "".join(f"{field}\n" for field in fields).encode()
        try:
            signature = base64.b64decode(given["signature"])
            self.merchant.public_key().verify(signature, text, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return False
        about = (kind, given["mchid"], given["serial_no"])
        return (
            about == ("WECHATPAY2-SHA256-RSA2048", MCH_ID, SERIAL) and abs(time.time() - int(given["timestamp"])) < 60
        )

    def signed(self, text: str, at: int | None = None, *, public_key: bool = False) -> dict[str, str]:
        stamp, nonce = str(int(time.time()) if at is None else at), "n" * 32
        signed = self.signs_with.sign(f"{stamp}\n{nonce}\n{text}\n".encode(), padding.PKCS1v15(), hashes.SHA256())
        serial = KEY_ID if public_key else f"{self.certificate.serial_number:X}"
        return {
            "Wechatpay-Signature": base64.b64encode(signed).decode(),
            "Wechatpay-Timestamp": stamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Serial": serial,
            "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
        }

    @staticmethod
    def sealed(text: str, about: str) -> dict[str, str]:
        data = AESGCM(API_KEY.encode()).encrypt(b"0123456789ab", text.encode(), about.encode())
        found = {"algorithm": "AEAD_AES_256_GCM", "nonce": "0123456789ab", "associated_data": about}
        return found | {"ciphertext": base64.b64encode(data).decode()}

    def _do(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        if path == "/v3/certificates":
            pem = self.certificate.public_bytes(serialization.Encoding.PEM).decode()
            times = {"effective_time": "2026-01-01T00:00:00+08:00", "expire_time": "2036-01-01T00:00:00+08:00"}
            serial = {"serial_no": f"{self.certificate.serial_number:X}"}
            return 200, {"data": [serial | times | {"encrypt_certificate": self.sealed(pem, "certificate")}]}
        if path == "/v3/pay/transactions/native":
            return self._begin(body)
        if path == "/v3/refund/domestic/refunds":
            return self._refund(body)
        trade = path.split("/")[5]
        if trade not in self.trades:
            return 404, {"code": "ORDER_NOT_EXIST", "message": "no such order"}
        if not path.endswith("/close"):
            return 200, self.trades[trade]
        if self.pays_when_closed:
            self.pay(trade)
        if self.trades[trade]["trade_state"] == "SUCCESS":
            return 400, {"code": "ORDERPAID", "message": "is paid"}
        self.trades[trade]["trade_state"] = "CLOSED"
        return 204, None

    def _begin(self, body: dict[str, Any]) -> tuple[int, Any]:
        found = self.trades.setdefault(
            body["out_trade_no"], body | {"trade_state": "NOTPAY", "trade_state_desc": "", "asked": 0}
        )
        if found["trade_state"] != "NOTPAY":
            return 400, {"code": "ORDER_CLOSED", "message": "is over"}
        return 200, {"code_url": f"weixin://wxpay/bizpayurl?pr={body['out_trade_no']}"}

    def _refund(self, body: dict[str, Any]) -> tuple[int, Any]:
        trade = self.trades.get(body["out_trade_no"])
        if trade is None or trade["trade_state"] not in ("SUCCESS", "REFUND"):
            return 404, {"code": "RESOURCE_NOT_EXISTS", "message": "no such trade"}
        number, known = body["out_refund_no"], self.refunds
        given = sum(each["amount"]["refund"] for each in known.values())
        if number not in known and given + body["amount"]["refund"] > trade["amount"]["total"]:
            return 400, {"code": "NOT_ENOUGH", "message": "more than was paid"}
        found = known.setdefault(number, body | {"refund_id": f"5000{len(known)}"})
        return 200, found | {"status": self.refund_status}

    def pay(self, trade: str) -> None:
        paid = {"trade_state": "SUCCESS", "transaction_id": f"42{trade}", "mchid": MCH_ID, "appid": APP_ID}
        self.trades[trade] |= paid

    def notice(self, trade: str, at: int | None = None, **change: Any) -> tuple[dict[str, str], bytes]:
        """What it posts when a trade was paid."""
        about = {"mchid": MCH_ID, "appid": APP_ID, "out_trade_no": trade, "transaction_id": f"42{trade}"}
        about |= {"trade_state": "SUCCESS", "amount": {"total": 9_900, "payer_total": 9_900, "currency": "CNY"}}
        event = change.pop("event", "TRANSACTION.SUCCESS")
        notice = {"id": change.pop("id", f"EV-{trade}"), "event_type": event, "resource_type": "encrypt-resource"}
        notice["resource"] = self.sealed(json.dumps(about | change), "transaction") | {"original_type": "transaction"}
        body = json.dumps(notice)
        return self.signed(body, at), body.encode()
