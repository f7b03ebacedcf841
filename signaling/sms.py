"""One-time codes on their way to phones: a port, one gateway that prints and one that calls a real one over HTTP."""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass
from typing import Protocol

import aiohttp

from config.settings import SmsSettings
from signaling.errors import NotSent
from signaling.hooks import SIGNATURE, signature

log = logging.getLogger("fenbo.sms")
TEXTS = {
    "zh": "【{merchant}】验证码 {code}，{minutes} 分钟内有效，请勿告诉他人。",
    "en": "{merchant}: your code is {code}. It holds for {minutes} minutes; tell nobody.",
}


@dataclass(frozen=True, slots=True)
class Message:
    """A code for a phone (+8613800138000), from a merchant, in the room's language."""

    phone: str
    code: str
    merchant: str
    language: str
    seconds: int

    @property
    def text(self) -> str:
        words = TEXTS.get(self.language[:2], TEXTS["en"])
        return words.format(merchant=self.merchant, code=self.code, minutes=self.seconds // 60)


class Gateway(Protocol):
    """Sends; raises `NotSent`."""

    async def send(self, message: Message) -> None: ...

    async def close(self) -> None: ...


class Console:
    """For trying out: the code stands in the log, where whoever runs the server reads it."""

    async def send(self, message: Message) -> None:
        log.warning("code for %s: %s", masked(message.phone), message.code)

    async def close(self) -> None:
        """Nothing is open."""


class Webhook:
    """POSTs {"phone", "code", "text", "merchant", "language"}, signed like webhooks (hooks.py); any 2xx is sent."""

    def __init__(self, settings: SmsSettings) -> None:
        self._settings = settings
        self._client: aiohttp.ClientSession | None = None

    async def send(self, message: Message) -> None:
        if self._client is None:
            timeout = aiohttp.ClientTimeout(total=self._settings.answer_ms_max / 1000)
            self._client = aiohttp.ClientSession(timeout=timeout)
        names = ("phone", "code", "text", "merchant", "language")
        body = json.dumps({name: getattr(message, name) for name in names}, ensure_ascii=False)
        signed = signature(self._settings.secret, body, int(time.time()))
        headers = {"Content-Type": "application/json", SIGNATURE: signed}
        try:
            async with self._client.post(
                self._settings.url, data=body.encode(), headers=headers, allow_redirects=False
            ) as answer:
                status = answer.status
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            log.warning("the SMS gateway cannot be reached: %s", type(error).__name__)
            raise NotSent("the code could not be sent, try again later", "phone") from None
        if not 200 <= status < 300:
            log.warning("the SMS gateway answered %d", status)
            raise NotSent("the code could not be sent, try again later", "phone")

    async def close(self) -> None:
        """Ends what is under way."""
        if self._client is not None:
            await self._client.close()


def open_gateway(settings: SmsSettings) -> Gateway | None:
    """The configured one; None: this installation sends nothing."""
    if settings.gateway == "webhook":
        return Webhook(settings)
    return Console() if settings.gateway == "console" else None


def masked(phone: str) -> str:
    """Enough to recognise one's own: +86138****8000."""
    return phone[:-8] + "****" + phone[-4:] if len(phone) > 10 else "*" * max(0, len(phone) - 2) + phone[-2:]
