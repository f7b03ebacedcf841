"""Alipay, through python-alipay-sdk: the buyer is sent to Alipay's page, which opens its app on a phone.

Both sides sign with RSA2: our requests under the application's key, answers and notices under Alipay's. Amounts are
decimal text. A trade exists at Alipay from when the buyer has come there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any
from urllib.error import URLError
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from alipay import AliPay
from alipay.exceptions import AliPayException, AliPayValidationError
from alipay.utils import AliPayConfig

from commerce.commands import RecordPayment
from commerce.errors import BadSignature, Conflict, Invalid, ProviderAway, ProviderRefused
from commerce.money import Money, from_decimal, to_decimal
from commerce.payments.asking import payment_of
from commerce.payments.port import GiveBack, Given, Standing, Step, Trade
from config.settings import PaymentSettings

BODY_BYTES_MAX = 64_000
CURRENCY = "CNY"
SUCCESS = "10000"
AWAY = ("20000", "ACQ.SYSTEM_ERROR", "aop.ACQ.SYSTEM_ERROR", "isp.unknow-error")
PAID = ("TRADE_SUCCESS", "TRADE_FINISHED")
NEVER = "ACQ.TRADE_NOT_EXIST"
ZONE = ZoneInfo("Asia/Shanghai")
TITLE_CHARS_MAX = 128


def open_gateway(merchant: int, credentials: Mapping[str, str], settings: PaymentSettings) -> Alipay:
    """Under a merchant's credentials; Invalid names the key that is none."""
    return Alipay(merchant, credentials, settings)


class Alipay:
    """See the port."""

    name = "alipay"

    def __init__(self, merchant: int, credentials: Mapping[str, str], settings: PaymentSettings) -> None:
        self._merchant = merchant
        self._app_id = credentials["app_id"]
        self._url = settings.alipay_url
        try:
            self._sdk = AliPay(
                appid=self._app_id,
                app_private_key_string=credentials["private_key"],
                alipay_public_key_string=credentials["alipay_public_key"],
                config=AliPayConfig(timeout=settings.call_ms_max / 1000),
            )
        except (ValueError, IndexError, TypeError) as error:
            raise Invalid("credentials", "the keys must be RSA keys in PEM") from error
        self._sdk._gateway = self._url

    def begin(self, trade: Trade) -> Step:
        if trade.amount.currency != CURRENCY:
            raise Conflict("currency", f"Alipay takes {CURRENCY}")
        query = self._sdk.api_alipay_trade_wap_pay(
            subject=trade.title[:TITLE_CHARS_MAX],
            out_trade_no=trade.trade,
            total_amount=to_decimal(trade.amount),
            return_url=trade.return_url,
            notify_url=trade.notify_url,
            time_expire=datetime.fromtimestamp(trade.expires_at // 1000, ZONE).strftime("%Y-%m-%d %H:%M:%S"),
        )
        return Step("redirect", f"{self._url}?{query}")

    def find(self, trade: Trade) -> Standing:
        try:
            found = self._ask(lambda: self._sdk.api_alipay_trade_query(out_trade_no=trade.trade))
        except _Never:
            return Standing("open")
        state = found.get("trade_status")
        if state in PAID:
            amount = Money(from_decimal("total_amount", found["total_amount"], CURRENCY), CURRENCY)
            return Standing("paid", found["trade_no"], amount)
        return Standing("closed" if state == "TRADE_CLOSED" else "open", found.get("trade_no", ""))

    def close(self, trade: Trade) -> Standing:
        found = self.find(trade)
        if found.state != "open":
            return found
        try:
            self._ask(lambda: self._sdk.api_alipay_trade_close(out_trade_no=trade.trade))
        except _Never:
            return self._never_came(trade)
        except ProviderRefused:
            now = self.find(trade)  # paid, or closed, in the moment between
            if now.state == "open":
                raise
            return now
        return Standing("closed", found.reference)

    def refund(self, refund: GiveBack) -> Given:
        found = self._ask(
            lambda: self._sdk.api_alipay_trade_refund(
                refund_amount=to_decimal(refund.amount),
                out_trade_no=refund.trade,
                out_request_no=refund.number,
                refund_reason=refund.reason or "refund",
            )
        )
        if found.get("fund_change") == "Y":
            return Given("done", found.get("trade_no", ""))
        # N: this call moved nothing - done before, or still under way. Asking for the refund itself tells which.
        asked = self._ask(
            lambda: self._sdk.api_alipay_trade_fastpay_refund_query(refund.number, out_trade_no=refund.trade)
        )
        return Given("done" if asked.get("refund_status") == "REFUND_SUCCESS" else "waiting", found.get("trade_no", ""))

    def probe(self) -> str:
        """A trade that cannot be: what comes back is signed, so both sides' keys are right."""
        with suppress(_Never):
            self._ask(lambda: self._sdk.api_alipay_trade_query(out_trade_no="fenbo-probe"))
        return self._app_id

    def read_webhook(self, headers: Mapping[str, str], body: bytes, now: float) -> RecordPayment | None:  # noqa: ARG002
        """Alipay repeats a notice for a day as it was, so its age says nothing: its id counts once."""
        if len(body) > BODY_BYTES_MAX:
            raise Invalid("body", f"at most {BODY_BYTES_MAX} bytes")
        try:
            pairs = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True)
        except ValueError as error:
            raise Invalid("body", "must be a form") from error
        notice = dict(pairs)
        if len(notice) < len(pairs):
            raise Invalid("body", "names a field twice")
        signature = notice.pop("sign", "")
        try:
            fits = self._sdk.verify(dict(notice), signature)
        except (AliPayException, ValueError) as error:
            raise BadSignature("sign", "cannot be checked") from error
        if not fits:
            raise BadSignature("sign", "the signature does not fit the body")
        return self._said(notice)

    def _said(self, notice: Mapping[str, str]) -> RecordPayment | None:
        if notice.get("app_id") != self._app_id:
            raise Invalid("app_id", "is another application's")
        if notice.get("trade_status") not in PAID or "refund_fee" in notice:
            return None
        trade = notice.get("out_trade_no", "")
        return RecordPayment(
            provider=self.name,
            notice=notice.get("notify_id", ""),
            payment=payment_of(trade),
            outcome="paid",
            amount_minor=from_decimal("total_amount", notice.get("total_amount", ""), CURRENCY),
            currency=CURRENCY,
            merchant=self._merchant,
            trade=trade,
            reference=notice.get("trade_no", ""),
        )

    def _never_came(self, trade: Trade) -> Standing:
        """The buyer has not been at Alipay: the address he was given ends with the order's time."""
        if datetime.now(ZONE).timestamp() * 1000 < trade.expires_at:
            raise ProviderRefused("way", "Alipay's page may still be open: pay there, or wait until it runs out")
        return Standing("closed")

    @staticmethod
    def _ask(call: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        try:
            found = call()
        except AliPayException as error:
            found = _refusal(error)
        except AliPayValidationError as error:
            raise ProviderAway("", "Alipay: the answer's signature does not hold") from error
        except (URLError, OSError, ValueError, AttributeError) as error:
            raise ProviderAway("", f"Alipay: {type(error).__name__}") from error
        code, sub = str(found.get("code", "")), str(found.get("sub_code", ""))
        if code == SUCCESS:
            return found
        said = f"Alipay: {found.get('sub_msg') or found.get('msg') or code}"
        if sub == NEVER:
            raise _Never("", said)
        raise ProviderAway("", said) if code in AWAY or sub in AWAY else ProviderRefused("", said)


class _Never(ProviderRefused):
    """It has never heard of this trade."""


def _refusal(error: AliPayException) -> dict[str, Any]:
    """An answer without a signature is nobody's word: it is taken for none."""
    _, _, raw = str(error).partition("message:")
    try:
        parts = json.loads(raw)
    except ValueError:
        parts = {}
    found = next((part for part in parts.values() if isinstance(part, dict)), {})
    raise ProviderAway("", f"Alipay, unsigned: {found.get('sub_msg') or found.get('msg') or 'no answer'}") from error
