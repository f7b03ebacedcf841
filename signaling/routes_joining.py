"""The addresses of becoming a partner: of strangers, of HQ, of desks; and of who works for one."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from signaling import permissions as may
from signaling.api.desk_staff import DeskStaff
from signaling.api.hq_joining import HqJoining
from signaling.api.hq_session import PlainHandler
from signaling.api.joining import JoiningApi
from signaling.api.once import HqHandler

Guard = Callable[[str | None, HqHandler], PlainHandler]
HERE, HQ, DESK = "/api/v1/merchants/{merchant}", "/api/v1/hq", "/api/v1/desk"


def joining(guard: Guard, api: JoiningApi, hq: HqJoining) -> list[web.RouteDef]:
    """A part of the table in signaling.routes."""
    return [
        web.get("/apply/{merchant}", api.page),
        web.post(f"{HERE}/applications", api.apply),
        web.get(f"{HERE}/applications/{{token}}", api.seen),
        web.delete(f"{HERE}/applications/{{token}}", api.withdraw),
        web.get(f"{HERE}/invitations/{{token}}", api.invitation),
        web.post(f"{HERE}/invitations/{{token}}", api.accept),
        web.get(f"{HQ}/applications", guard(may.CHANGE_CHANNELS, hq.applications)),
        web.post(f"{HQ}/applications/{{application}}/approve", guard(may.CHANGE_CHANNELS, hq.approve)),
        web.post(f"{HQ}/applications/{{application}}/refuse", guard(may.CHANGE_CHANNELS, hq.refuse)),
        web.delete(f"{HQ}/applications/{{application}}", guard(may.GUARD_DATA, hq.erase)),
        web.get(f"{HQ}/invitations", guard(may.CHANGE_CHANNELS, hq.invitations)),
        web.post(f"{HQ}/invitations", guard(may.CHANGE_CHANNELS, hq.invite)),
        web.delete(f"{HQ}/invitations/{{invitation}}", guard(may.CHANGE_CHANNELS, hq.revoke)),
        web.get(f"{DESK}/invitations", guard(may.OWN_DESK, hq.own_invitations)),
        web.post(f"{DESK}/invitations", guard(may.OWN_DESK, hq.own_invite)),
        web.delete(f"{DESK}/invitations/{{invitation}}", guard(may.OWN_DESK, hq.own_revoke)),
    ]


def staffing(guard: Guard, staff: DeskStaff) -> list[web.RouteDef]:
    """Another part of the same table."""
    return [
        web.get(f"{DESK}/staff", guard(may.OWN_DESK, staff.staff)),
        web.post(f"{DESK}/staff", guard(may.OWN_DESK, staff.add)),
        web.delete(f"{DESK}/staff/{{user}}", guard(may.OWN_DESK, staff.remove)),
        web.post(f"{DESK}/staff/viewers/{{viewer}}", guard(may.OWN_DESK, staff.tie)),
        web.delete(f"{DESK}/staff/viewers/{{viewer}}", guard(may.OWN_DESK, staff.untie)),
    ]
