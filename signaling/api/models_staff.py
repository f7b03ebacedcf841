"""The shapes around a channel's staff."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from signaling.api.models import Id, Request, View
from signaling.api.models_joining import LoginName, Password


class StaffNew(Request):
    """A login at the desk. A `channel_assistant` keeps order in the channel's room and has nothing else there."""

    user: LoginName
    password: Password
    role: Literal["staff", "channel_assistant"] = "staff"


class StaffLogin(View):
    """Somebody who logs in at the desk."""

    user: str
    role: str
    since: datetime


class StaffViewer(View):
    """A customer who works for the channel."""

    viewer: Id
    since: datetime


class StaffView(View):
    """Who works for the channel: logins at its desk, and customers whose own purchases follow the rule for staff."""

    logins: list[StaffLogin]
    viewers: list[StaffViewer]


class OwnerLogin(Request):
    """A login for a channel's owner; one that he has already gets this password, and its sessions end."""

    user: LoginName
    password: Password


class OwnerNamed(View):
    """By which name he logs in at the desk."""

    user: str
