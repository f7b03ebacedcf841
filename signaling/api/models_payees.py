"""The shapes of where somebody wants his money."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from signaling.api.models import Request, View


class PayeeSay(Request):
    """In whose name the account is, its number (of a card, a wallet, an IBAN), and the bank or wallet it is with."""

    holder: Annotated[str, Field(examples=["Li Wei"])]
    account: Annotated[str, Field(examples=["6222 0012 3456 7890 123"])]
    bank: Annotated[str, Field(examples=["ICBC, Nanjing Gulou"])]


class PayeeView(View):
    """What its owner is shown of it: of the account its last characters."""

    holder: Annotated[str, Field(examples=["Li Wei"])]
    account: Annotated[str, Field(examples=["••••0123"])]
    bank: Annotated[str, Field(examples=["ICBC, Nanjing Gulou"])]
    changed_at: datetime


class PayeeHere(View):
    """Null before anything was said."""

    payee: PayeeView | None
