"""HQ and desks: who applies to be a partner, and who is invited."""

from __future__ import annotations

import json
import secrets

from aiohttp import web

from commerce import questions, views
from commerce.commands import joining as j
from commerce.commands.guarding import LogAccess
from commerce.customers.portable import APPLICANT
from commerce.directory.people import TOKEN_BYTES, digest
from commerce.partners.joining import Application, Invitation, applications, invitations
from commerce.service import Commerce
from commerce.times import aware
from signaling.api import models_joining as m
from signaling.api import shapes
from signaling.api.body import answer, answers, read
from signaling.api.customers import private
from signaling.api.desk import own
from signaling.api.hq_channels import new_address
from signaling.api.models import ChannelRef
from signaling.api.paging import page


class HqJoining:
    """/api/v1/hq/{applications,invitations} and /api/v1/desk/invitations. `url` is the installation's own."""

    def __init__(self, commerce: Commerce, url: str) -> None:
        self._commerce = commerce
        self._url = url

    async def applications(self, request: web.Request, me: views.Me) -> web.Response:
        """Who sees who applied is in the access log before he does."""
        state = request.query.get("state")
        found = await self._commerce.ask(applications, me.merchant.id, page(request), state)
        if any(each.sealed for each in found):
            rows = tuple(each.application for each in found if each.sealed)
            await self._commerce.execute(LogAccess(me.merchant.id, me.user, "saw", "applications", rows))
        return private(answers([self._application(each) for each in found]))

    async def approve(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, m.ApplicationApproval)
        wanted = (request.match_info["application"], body.parent, body.level, body.room or new_address())
        channel = await self._commerce.execute(j.ApproveApplication(me.merchant.id, *wanted, me.user))
        found = await self._commerce.ask(questions.channel, me.merchant.id, channel)
        return answer(shapes.channel_hq(found, self._url), status=201)

    async def refuse(self, request: web.Request, me: views.Me) -> web.Response:
        body, name = await read(request, m.ApplicationRefusal), request.match_info["application"]
        await self._commerce.execute(j.RefuseApplication(me.merchant.id, name, body.reason, me.user))
        return web.Response(status=204)

    async def erase(self, request: web.Request, me: views.Me) -> web.Response:
        await self._commerce.execute(j.EraseApplication(me.merchant.id, request.match_info["application"], me.user))
        return web.Response(status=204)

    async def invitations(self, request: web.Request, me: views.Me) -> web.Response:
        found = await self._commerce.ask(invitations, me.merchant.id, page(request))
        return answers([_invitation(each) for each in found])

    async def invite(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, m.InvitationNew)
        return await self._invite(me, body.parent, body.level, body.days, None)

    async def revoke(self, request: web.Request, me: views.Me) -> web.Response:
        await self._commerce.execute(j.RevokeInvitation(me.merchant.id, request.match_info["invitation"]))
        return web.Response(status=204)

    async def own_invitations(self, request: web.Request, me: views.Me) -> web.Response:
        found = await self._commerce.ask(invitations, me.merchant.id, page(request), own(me))
        return answers([_invitation(each) for each in found])

    async def own_invite(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, m.InvitationOwn)
        return await self._invite(me, None, body.level, body.days, own(me))

    async def own_revoke(self, request: web.Request, me: views.Me) -> web.Response:
        name = request.match_info["invitation"]
        await self._commerce.execute(j.RevokeInvitation(me.merchant.id, name, own(me)))
        return web.Response(status=204)

    async def _invite(self, me: views.Me, parent: str | None, level: str, days: int, of: str | None) -> web.Response:
        token = secrets.token_urlsafe(TOKEN_BYTES)
        made = j.Invite(me.merchant.id, digest(token), parent, level, days, me.user, of)
        invitation = await self._commerce.execute(made)
        url = f"{self._url}/apply/{me.merchant.merchant}#invitation={token}"
        return private(answer(m.InvitationMade(invitation=invitation, url=url), status=201))

    def _application(self, found: Application) -> m.ApplicationView:
        who = None if found.sealed is None else json.loads(self._commerce.unseal(APPLICANT, found.sealed))
        return m.ApplicationView(
            application=found.application,
            shop=found.shop,
            applicant=None if who is None else m.Applicant(**who),
            user=found.login,
            state=found.state,
            reason=found.reason,
            decided_by=found.decided_by,
            channel=found.channel,
            parent=found.parent,
            level=found.level,
            applied_at=aware(found.applied_at),
            changed_at=aware(found.changed_at),
        )


def _invitation(found: Invitation) -> m.InvitationView:
    return m.InvitationView(
        invitation=found.invitation,
        parent=ChannelRef(id=found.parent, name=found.parent_name),
        level=found.level,
        made_by=found.made_by,
        made_at=aware(found.made_at),
        expires_at=aware(found.expires_at),
        state=found.state,
    )
