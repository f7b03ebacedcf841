"""WeChat Pay v3, through wechatpayv3: a QR code that WeChat scans (native).

JSAPI and H5 are not here: the first asks for the payer's openid under the merchant's official account (OAuth), the
second for his address and a permission of its own.

What WeChat says is signed with its public key (where the merchant was given one) or with a platform certificate, which
the SDK fetches under the API v3 key; notices are encrypted with that key too. Amounts are in fen.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from logging import getLogger
from typing import Any

import requests
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from wechatpayv3 import WeChatPay, WeChatPayType

from commerce.commands import RecordPayment
from commerce.errors import BadSignature, Conflict, Invalid, ProviderAway, ProviderRefused
from commerce.money import Money
from commerce.payments.asking import payment_of
from commerce.payments.port import GiveBack, Given, Standing, Step, Trade
from config.settings import PaymentSettings

TOLERANCE_SECONDS = 300
BODY_BYTES_MAX = 64_000
CURRENCY = "CNY"
TITLE_CHARS_MAX = 40  # 127 bytes of UTF-8
PAID = "TRANSACTION.SUCCESS"
OPEN = ("NOTPAY", "USERPAYING", "PAYERROR")
CLOSED = ("CLOSED", "REVOKED")
HEADERS = ("Signature", "Timestamp", "Nonce", "Serial", "Signature-Type")
NO_KEY = "none: this merchant has platform certificates"
# Over text where the SDK expects a number, base64, UTF-8 or JSON, and over JSON of another shape.
STUMBLES = (ValueError, TypeError, AttributeError, KeyError)
Answer = tuple[int, str | bytes]
log = getLogger("fenbo.commerce")


def open_gateway(merchant: int, credentials: Mapping[str, str], settings: PaymentSettings) -> WeChat:
    """Under a merchant's credentials; Invalid names the one that cannot be used."""
    return WeChat(merchant, credentials, settings)


class WeChat:
    """See the port."""

    name = "wechat"

    def __init__(self, merchant: int, credentials: Mapping[str, str], settings: PaymentSettings) -> None:
        if len(credentials["api_v3_key"].encode()) != 32:
            raise Invalid("credentials.api_v3_key", "must have 32 characters")
        self._merchant = merchant
        self._mch_id, self._app_id = credentials["mch_id"], credentials["app_id"]
        self._sdk = _sdk(credentials, settings)

    def begin(self, trade: Trade) -> Step:
        if trade.amount.currency != CURRENCY:
            raise Conflict("currency", f"WeChat Pay takes {CURRENCY}")
        answer = self._ask(
            lambda: self._sdk.pay(
                description=trade.title[:TITLE_CHARS_MAX],
                out_trade_no=trade.trade,
                amount={"total": trade.amount.minor, "currency": CURRENCY},
                time_expire=datetime.fromtimestamp(trade.expires_at // 1000, UTC).isoformat(),
                notify_url=trade.notify_url,
            )
        )
        return Step("qr", answer["code_url"])

    def find(self, trade: Trade) -> Standing:
        try:
            found = self._ask(lambda: self._sdk.query(out_trade_no=trade.trade))
        except _Never:
            return Standing("open")
        return self._standing(found)

    def close(self, trade: Trade) -> Standing:
        found = self.find(trade)
        if found.state != "open":
            return found
        try:
            self._ask(lambda: self._sdk.close(out_trade_no=trade.trade))
        except _Never:
            return Standing("closed")
        except ProviderRefused:
            now = self.find(trade)  # paid, or closed, in the moment between
            if now.state == "open":
                raise
            return now
        return Standing("closed")

    def refund(self, refund: GiveBack) -> Given:
        amount = {"refund": refund.amount.minor, "total": refund.paid.minor, "currency": CURRENCY}
        reason = refund.reason[:TITLE_CHARS_MAX] or None
        found = self._ask(
            lambda: self._sdk.refund(
                out_refund_no=refund.number, out_trade_no=refund.trade, amount=amount, reason=reason
            )
        )
        if found["status"] in ("CLOSED", "ABNORMAL"):
            raise ProviderRefused("", f"WeChat Pay: the refund is {found['status']}; see it at pay.weixin.qq.com")
        return Given("done" if found["status"] == "SUCCESS" else "waiting", found["refund_id"])

    def probe(self) -> str:
        """A trade that cannot be: WeChat looks at our signature before it says so."""
        with suppress(_Never):
            self._ask(lambda: self._sdk.query(out_trade_no="fenbo-probe"))
        return self._mch_id

    def read_webhook(self, headers: Mapping[str, str], body: bytes, now: float) -> RecordPayment | None:
        if len(body) > BODY_BYTES_MAX:
            raise Invalid("body", f"at most {BODY_BYTES_MAX} bytes")
        given = {f"Wechatpay-{name}": headers.get(f"Wechatpay-{name}", "") for name in HEADERS}
        try:
            sent = int(given["Wechatpay-Timestamp"])
            notice = self._sdk.callback(given, body)
        except requests.RequestException as error:
            raise ProviderAway("", f"WeChat Pay: {type(error).__name__}") from error
        except Exception as error:
            _check_of_sdk(error, "a notice could not be checked")
            raise BadSignature("Wechatpay-Signature", "cannot be checked") from error
        if not notice:
            raise BadSignature("Wechatpay-Signature", "the signature does not fit the body")
        if abs(now - sent) > TOLERANCE_SECONDS:
            raise BadSignature("Wechatpay-Timestamp", "too old, or from the future")
        return self._said(notice)

    def _said(self, notice: dict[str, Any]) -> RecordPayment | None:
        try:
            about = notice["resource"]
            if notice["event_type"] != PAID or about["trade_state"] != "SUCCESS":
                return None
            if (about["mchid"], about["appid"]) != (self._mch_id, self._app_id):
                raise Invalid("mchid", "is another merchant's")
            return RecordPayment(
                provider=self.name,
                notice=notice["id"],
                payment=payment_of(about["out_trade_no"]),
                outcome="paid",
                amount_minor=about["amount"]["total"],
                currency=about["amount"]["currency"],
                merchant=self._merchant,
                trade=about["out_trade_no"],
                reference=about["transaction_id"],
            )
        except (AttributeError, KeyError, TypeError) as error:
            raise Invalid("body", "is no notice of WeChat Pay's") from error

    @staticmethod
    def _standing(found: dict[str, Any]) -> Standing:
        state = found["trade_state"]
        if state in ("SUCCESS", "REFUND"):
            amount = Money(found["amount"]["total"], found["amount"]["currency"])
            return Standing("paid", found["transaction_id"], amount)
        if state not in OPEN + CLOSED:
            raise ProviderAway("", f"WeChat Pay: the trade is {state}")
        return Standing("closed" if state in CLOSED else "open")

    @staticmethod
    def _ask(call: Callable[[], Answer]) -> dict[str, Any]:
        """The answer's body."""
        try:
            status, text = call()
        except requests.RequestException as error:
            raise ProviderAway("", f"WeChat Pay: {type(error).__name__}") from error
        except Exception as error:
            _check_of_sdk(error, "an answer could not be read")
            raise ProviderAway("", f"WeChat Pay: {error}") from error
        try:
            found = json.loads(text) if text else {}
        except ValueError as error:
            raise ProviderAway("", f"WeChat Pay answered {status}, and no JSON") from error
        if 200 <= status < 300:
            return dict(found)
        code, message = found.get("code", ""), found.get("message", "")
        if code in ("ORDER_NOT_EXIST", "ORDERNOTEXIST", "RESOURCE_NOT_EXISTS"):
            raise _Never("", f"WeChat Pay: {message or code}")
        if status >= 500 or status == 429 or code in ("SYSTEM_ERROR", "FREQUENCY_LIMITED"):
            raise ProviderAway("", f"WeChat Pay: {message or status}")
        raise ProviderRefused("", f"WeChat Pay: {message or code or status}")


def _check_of_sdk(error: Exception, what: str) -> None:
    """Logs what the SDK raised on purpose, a bare Exception, or stumbled over; what is neither is our own mistake."""
    if type(error) is not Exception and not isinstance(error, STUMBLES):
        raise error
    log.warning("WeChat Pay: %s: %s: %s", what, type(error).__name__, error)


class _Never(ProviderRefused):
    """It has never heard of this trade."""


def _sdk(credentials: Mapping[str, str], settings: PaymentSettings) -> Any:
    """The SDK, which would fetch certificates from its own address at once: it is told ours before its first call."""
    stand_in = _public_half(credentials["private_key"])
    public_key = credentials.get("public_key") or stand_in
    seconds = settings.call_ms_max / 1000
    try:
        sdk = WeChatPay(
            wechatpay_type=WeChatPayType.NATIVE,
            mchid=credentials["mch_id"],
            private_key=credentials["private_key"],
            cert_serial_no=credentials["cert_serial"],
            appid=credentials["app_id"],
            apiv3_key=credentials["api_v3_key"],
            timeout=(seconds, seconds),
            public_key=public_key,
            public_key_id=credentials.get("public_key_id") or NO_KEY,
        )
    except Exception as error:
        _check_of_sdk(error, "a public key could not be loaded")
        raise Invalid("credentials.public_key", "is no public key in PEM") from error
    sdk._core._gate_way = settings.wechat_url
    if not credentials.get("public_key"):
        sdk._core._public_key = sdk._core._public_key_id = None
    return sdk


def _public_half(private_key: str) -> str:
    """A stand-in while the SDK is made; Invalid when the private key is none."""
    try:
        key = serialization.load_pem_private_key(private_key.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Invalid("credentials.private_key", "is no private key in PEM") from error
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()
