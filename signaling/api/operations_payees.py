"""The operations around where somebody wants his money."""

from __future__ import annotations

from signaling.api import models_payees as m
from signaling.api.operation import V1, Operation

DESK, ROOM = f"{V1}/desk/payee", f"{V1}/rooms/{{room}}/payee"

PAYEES = (
    Operation("get", DESK, "Where the channel is paid", {200: m.PayeeHere}, security="session"),
    Operation("put", DESK, "Say where", {200: m.PayeeHere}, body=m.PayeeSay, security="session"),
    Operation("delete", DESK, "Say it no more", {204: None}, security="session"),
    Operation("get", ROOM, "Where one is paid for sharing", {200: m.PayeeHere}, problems=(404,)),
    Operation("put", ROOM, "Say where; 403 before a login", {200: m.PayeeHere}, body=m.PayeeSay, problems=(403, 404)),
    Operation("delete", ROOM, "Say it no more", {204: None}, problems=(403, 404)),
)
