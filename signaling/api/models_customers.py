"""The shapes of what a buyer does as a customer: logging in with a phone, his address book."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from signaling.api.models import Contact, Id, Request, Slug, View

Phone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9][0-9 \-]{3,24}$")]


class CodeAsk(Request):
    """A one-time code for this phone."""

    phone: Phone


class CodeSent(View):
    """It is on its way; for how long it holds, and when another can be asked for."""

    expires_in_seconds: int
    again_in_seconds: int


class PhoneLogin(Request):
    """The code that came to the phone."""

    phone: Phone
    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]


class LogOut(Request):
    """This browser is a stranger again."""


class AddressPut(Contact):
    """An address of the book; `default`: it is offered first."""

    default: bool = False


class AddressView(View):
    """An address of the book as lists show it: masked, but enough to tell it from the others."""

    address_id: Id
    name: str
    phone: str
    address: str
    default: bool


class AddressWhole(AddressView):
    """An address of the book, unmasked, for whoever is about to change his own."""


class CustomerView(View):
    """A viewer who logged in; his phone masked."""

    customer: Id
    phone: str
    addresses: list[AddressView]


class CustomerHere(View):
    """Who the viewer is to the room's merchant: null for a guest. `login`: whether codes can be sent here at all."""

    login: bool
    customer: CustomerView | None


class CartCut(View):
    """Two carts had `wanted` of it together, `kept` is what one buyer can have."""

    room: Slug
    sku: Id
    name: str
    wanted: int
    kept: int


class LoggedIn(View):
    """Who he is now; what of his two carts did not fit into one.

    The cookie or bearer token of before opens nothing any more, unless he was logged in already.
    """

    customer: CustomerView
    cut: list[CartCut] = Field(description="lines of merged carts that are shorter than both together")
    token: str | None = Field(description="the next bearer token, for whoever came with one; others have a new cookie")
