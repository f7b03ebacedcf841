"""The operations around a channel's staff."""

from __future__ import annotations

from signaling.api import models_staff as m
from signaling.api.operation import V1, Found, Operation

DESK = f"{V1}/desk/staff"


def _desk(method: str, path: str, summary: str, answers: Found, **more: object) -> Operation:
    return Operation(method, DESK + path, summary, answers, security="session", **more)  # type: ignore[arg-type]


STAFF = (
    _desk("get", "", "Who works for one's own channel", {200: m.StaffView}),
    _desk("post", "", "A login at one's own desk", {201: m.StaffView}, body=m.StaffNew, problems=(409,)),
    _desk("delete", "/{user}", "The login is gone, with its sessions", {204: None}, problems=(404,)),
    _desk("post", "/viewers/{viewer}", "A customer works for the channel", {204: None}, problems=(404, 409)),
    _desk("delete", "/viewers/{viewer}", "He does so no more", {204: None}, problems=(409,)),
)
