"""The operations of becoming a partner."""

from __future__ import annotations

from signaling.api import models_hq
from signaling.api import models_joining as m
from signaling.api.operation import V1, Found, Operation, hq

HERE = f"{V1}/merchants/{{merchant}}"
DESK = f"{V1}/desk/invitations"


def _public(method: str, path: str, summary: str, answers: Found, **more: object) -> Operation:
    """What a stranger may ask for; a token is his proof."""
    return Operation(method, HERE + path, summary, answers, security="", **more)  # type: ignore[arg-type]


def _desk(method: str, path: str, summary: str, answers: Found, **more: object) -> Operation:
    return Operation(method, DESK + path, summary, answers, security="session", **more)  # type: ignore[arg-type]


JOINING = (
    _public(
        "post",
        "/applications",
        "Apply to be a partner",
        {201: m.ApplicationFiled},
        body=m.ApplicationNew,
        problems=(404, 409, 429),
    ),
    _public(
        "get",
        "/applications/{token}",
        "What became of an application",
        {200: m.ApplicationSeen},
        problems=(404, 429),
    ),
    _public(
        "delete",
        "/applications/{token}",
        "Take an application back: who applied is erased",
        {204: None},
        problems=(404, 429),
    ),
    _public(
        "get",
        "/invitations/{token}",
        "What an invitation says",
        {200: m.InvitedView},
        problems=(404, 409, 429),
    ),
    _public(
        "post",
        "/invitations/{token}",
        "Join by an invitation, which is used up by it",
        {201: m.ApplicationFiled},
        body=m.ApplicationNew,
        problems=(404, 409, 429),
    ),
    hq(
        "get",
        "/applications",
        "Who applies to be a partner, the latest first",
        {200: m.ApplicationView},
        listed=True,
        paged=True,
        query=("state",),
    ),
    hq(
        "post",
        "/applications/{application}/approve",
        "Make channel, room and the owner's login, all or nothing",
        {201: models_hq.ChannelHq},
        body=m.ApplicationApproval,
        problems=(404, 409),
    ),
    hq(
        "post",
        "/applications/{application}/refuse",
        "Refuse, with a reason that the applicant reads",
        {204: None},
        body=m.ApplicationRefusal,
        problems=(404, 409),
    ),
    hq("delete", "/applications/{application}", "Forget who applied", {204: None}, problems=(404, 409)),
    hq("get", "/invitations", "Invitations, the latest first", {200: m.InvitationView}, listed=True, paged=True),
    hq("post", "/invitations", "Invite", {201: m.InvitationMade}, body=m.InvitationNew, problems=(404, 409)),
    hq("delete", "/invitations/{invitation}", "Take it back", {204: None}, problems=(404, 409)),
    _desk("get", "", "Invitations below one's own channel", {200: m.InvitationView}, listed=True, paged=True),
    _desk("post", "", "Invite below one's own channel", {201: m.InvitationMade}, body=m.InvitationOwn, problems=(409,)),
    _desk("delete", "/{invitation}", "Take it back", {204: None}, problems=(404, 409)),
)
