"""Which SDK speaks to which provider. They are extras: each is imported when somebody has its credentials."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass

from commerce.errors import Conflict, Invalid
from commerce.payments.port import Gateway
from config.settings import PaymentSettings

VALUE_CHARS_MAX = 8_000
Credentials = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Kind:
    """A provider: its module, the extra that brings its SDK, and its credentials by name (`optional` may be empty).

    `hint` is the one that people see, or the end of it where it is a secret (`tail`).
    """

    module: str
    package: str
    fields: tuple[str, ...]
    optional: tuple[str, ...]
    hint: str
    tail: int = 0


KINDS: dict[str, Kind] = {
    "alipay": Kind("commerce.payments.alipay", "alipay", ("app_id", "private_key", "alipay_public_key"), (), "app_id"),
    "stripe": Kind("commerce.payments.stripe", "stripe", ("secret_key", "webhook_secret"), (), "secret_key", 4),
    "wechat": Kind(
        "commerce.payments.wechat",
        "wechatpayv3",
        ("mch_id", "app_id", "cert_serial", "private_key", "api_v3_key"),
        ("public_key", "public_key_id"),
        "mch_id",
    ),
}


def check_credentials(provider: str, given: Mapping[str, str]) -> dict[str, str]:
    """All that is needed and nothing else, stripped; Invalid names the field."""
    kind = KINDS[provider]
    for name in given:
        if name not in kind.fields + kind.optional:
            raise Invalid(f"credentials.{name}", f"{provider} has no such credential")
    found = {name: given.get(name, "").strip() for name in kind.fields + kind.optional}
    for name, value in found.items():
        if not value and name in kind.fields:
            raise Invalid(f"credentials.{name}", "is missing")
        if len(value) > VALUE_CHARS_MAX:
            raise Invalid(f"credentials.{name}", f"at most {VALUE_CHARS_MAX} characters")
    if bool(found.get("public_key")) != bool(found.get("public_key_id")):
        raise Invalid("credentials.public_key_id", "goes with the public key: give both or neither")
    return found


def hint_of(provider: str, credentials: Credentials) -> str:
    """What people see of them."""
    kind = KINDS[provider]
    value = credentials[kind.hint]
    return f"…{value[-kind.tail :]}" if kind.tail else value[:40]


def open_gateway(provider: str, merchant: int, credentials: Credentials, settings: PaymentSettings) -> Gateway:
    """The provider under these credentials; asks nobody. Conflict names the missing extra, Invalid the wrong key."""
    kind = KINDS[provider]
    try:
        module = importlib.import_module(kind.module)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != kind.package:
            raise
        raise Conflict("provider", f"this installation lacks the extra: pip install 'fenbo[{provider}]'") from error
    gateway: Gateway = module.open_gateway(merchant, credentials, settings)
    return gateway
