"""The operations of a buyer as a customer."""

from __future__ import annotations

from signaling.api import models_customers as models
from signaling.api.operation import V1, Operation

ROOM = f"{V1}/rooms/{{room}}"

CUSTOMERS = (
    Operation("get", f"{ROOM}/customer", "Who the viewer is", {200: models.CustomerHere}, problems=(404,)),
    Operation(
        "post",
        f"{ROOM}/login/code",
        "A one-time code to a phone",
        {202: models.CodeSent},
        models.CodeAsk,
        problems=(404, 429, 501, 502),
    ),
    Operation(
        "post",
        f"{ROOM}/login",
        "Log in with the code; touches, carts and orders of this browser become the customer's",
        {200: models.LoggedIn},
        models.PhoneLogin,
        problems=(404, 409, 429, 501),
    ),
    Operation("post", f"{ROOM}/logout", "This browser is a stranger again", {204: None}, models.LogOut),
    Operation(
        "post",
        f"{ROOM}/addresses",
        "Another address for the book",
        {201: models.AddressView},
        models.AddressPut,
        problems=(403, 404, 409),
    ),
    Operation(
        "get", f"{ROOM}/addresses/{{address}}", "An address, unmasked", {200: models.AddressWhole}, problems=(404,)
    ),
    Operation(
        "put",
        f"{ROOM}/addresses/{{address}}",
        "Change an address, choose it",
        {200: models.AddressView},
        models.AddressPut,
        problems=(403, 404),
    ),
    Operation("delete", f"{ROOM}/addresses/{{address}}", "An address less", {204: None}, problems=(403, 404)),
)
