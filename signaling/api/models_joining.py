"""The shapes around becoming a partner: applications, invitations, what HQ and desks see of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from signaling.api.models import ChannelRef, Id, Name, Request, Slug, View
from signaling.api.models_customers import Phone
from signaling.api.models_partners import Because, Level

LoginName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@+-]{1,79}$")]
Password = Annotated[str, StringConstraints(min_length=8, max_length=200)]
Message = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1_000)]
ApplicationState = Literal["open", "approved", "refused", "withdrawn"]


class ApplicationNew(Request):
    """Whoever wants to become a partner: his shop, how to reach him, and the login that he gets once he is one."""

    shop: Name
    name: Name
    phone: Phone
    message: Message = ""
    user: LoginName
    password: Password


class ApplicationFiled(View):
    """`token` is shown once: with it the applicant sees what becomes of it, and takes it back."""

    token: str
    state: ApplicationState


class ApplicationSeen(View):
    """What the applicant sees. `reason`: of a refusal. `room`: of the channel that was made, "" before."""

    shop: str
    state: ApplicationState
    reason: str
    room: str


class Applicant(View):
    """Who applies."""

    name: str
    phone: str
    message: str


class ApplicationView(View):
    """An application as HQ sees it; `applicant` null: erased. `parent` and `level` are those of an invitation."""

    application: Id
    shop: str
    applicant: Applicant | None
    user: str
    state: ApplicationState
    reason: str
    decided_by: str
    channel: Id | None
    parent: Id | None
    level: str
    applied_at: datetime
    changed_at: datetime


class ApplicationApproval(Request):
    """Where the new channel stands (null: below the house), at which level, and its room's address if one is chosen."""

    parent: Id | None = None
    level: Level = ""
    room: Slug | None = None


class ApplicationRefusal(Request):
    """The applicant reads it."""

    reason: Because


class InvitationNew(Request):
    """Below which channel (null: the house), at which level, and for how many days it holds."""

    parent: Id | None = None
    level: Level = ""
    days: Annotated[int, Field(ge=1, le=90)] = 7


class InvitationOwn(Request):
    """A desk invites below its own channel, at its own level or none."""

    level: Level = ""
    days: Annotated[int, Field(ge=1, le=90)] = 7


class InvitationMade(View):
    """`url` is shown once: whoever has it can join."""

    invitation: Id
    url: str


class InvitationView(View):
    """An invitation."""

    invitation: Id
    parent: ChannelRef
    level: str
    made_by: str
    made_at: datetime
    expires_at: datetime
    state: Literal["open", "used", "revoked", "expired"]


class InvitedView(View):
    """What an invitation says to whoever opens it; `at_once`: nobody has to approve."""

    parent: str
    level: str
    expires_at: datetime
    at_once: bool
