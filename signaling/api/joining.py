"""Becoming a partner: what strangers ask for - applying, opening an invitation, seeing what became of it."""

from __future__ import annotations

import asyncio
import json
import secrets

from aiohttp import web

from commerce import views
from commerce.commands import joining as j
from commerce.customers.identity import normal_phone
from commerce.customers.portable import APPLICANT
from commerce.directory.people import TOKEN_BYTES, digest, hash_password
from commerce.errors import NotFound
from commerce.partners.joining import application_by_link, invited, merchant_called
from commerce.service import Commerce
from commerce.times import aware
from signaling.api import models_joining as m
from signaling.api.body import answer, read
from signaling.api.customers import private
from signaling.api.hq_channels import new_address
from signaling.callers import Callers
from signaling.errors import TooMany
from signaling.limits import Buckets
from signaling.pages import Pages

# Applications of an address, and its looks at links: an address may be an office with many people behind it.
FILED = (1 / 120, 5)
LOOKED = (1.0, 60)


class JoiningApi:
    """/apply/{merchant} and /api/v1/merchants/{merchant}/{applications,invitations}. `country` is that of phones."""

    def __init__(self, commerce: Commerce, callers: Callers, pages: Pages, country: str) -> None:
        self._commerce = commerce
        self._callers = callers
        self._pages = pages
        self._country = country
        self._filed = Buckets(*FILED)
        self._looked = Buckets(*LOOKED)

    async def page(self, request: web.Request) -> web.Response:
        """The form. Tokens stand in the fragment, which no server and no log ever sees."""
        try:
            merchant = await self._merchant(request)
        except NotFound:
            return self._pages.missing()
        return self._pages.apply(merchant.merchant, merchant.name, merchant.language)

    async def apply(self, request: web.Request) -> web.Response:
        merchant = await self._merchant(request)
        body = await read(request, m.ApplicationNew)
        token = secrets.token_urlsafe(TOKEN_BYTES)
        await self._commerce.execute(j.Apply(merchant.id, await self._form(request, body, token)))
        return private(answer(m.ApplicationFiled(token=token, state="open"), status=201))

    async def seen(self, request: web.Request) -> web.Response:
        merchant = await self._linked(request)
        found = await self._commerce.ask(application_by_link, merchant.id, _token(request))
        shop, state, reason, room = found
        return private(answer(m.ApplicationSeen(shop=shop, state=state, reason=reason, room=room)))

    async def withdraw(self, request: web.Request) -> web.Response:
        merchant = await self._linked(request)
        await self._commerce.execute(j.WithdrawApplication(merchant.id, _token(request)))
        return web.Response(status=204)

    async def invitation(self, request: web.Request) -> web.Response:
        merchant = await self._linked(request)
        found = await self._commerce.ask(invited, merchant.id, _token(request))
        shown = {"parent": found.parent, "level": found.level, "at_once": found.at_once}
        return private(answer(m.InvitedView(expires_at=aware(found.expires_at), **shown)))

    async def accept(self, request: web.Request) -> web.Response:
        """Whether it still holds is asked first: a password takes long to hash, and a mistake is not the form's."""
        merchant = await self._linked(request)
        await self._commerce.ask(invited, merchant.id, _token(request))
        body = await read(request, m.ApplicationNew)
        token = secrets.token_urlsafe(TOKEN_BYTES)
        form = await self._form(request, body, token)
        command = j.AcceptInvitation(merchant.id, _token(request), form, new_address())
        state = await self._commerce.execute(command)
        return private(answer(m.ApplicationFiled(token=token, state=state), status=201))

    async def _form(self, request: web.Request, body: m.ApplicationNew, token: str) -> j.Form:
        phone = normal_phone("phone", body.phone, self._country)
        self._limit(self._filed, request)
        who = {"name": body.name, "phone": phone, "message": body.message}
        sealed = self._commerce.seal(APPLICANT, json.dumps(who, ensure_ascii=False).encode())
        hashed = await asyncio.to_thread(hash_password, body.password)
        return j.Form(body.shop, sealed, body.user, hashed, digest(token))

    async def _merchant(self, request: web.Request) -> views.Merchant:
        return await self._commerce.ask(merchant_called, request.match_info["merchant"])

    async def _linked(self, request: web.Request) -> views.Merchant:
        self._limit(self._looked, request)
        return await self._merchant(request)

    def _limit(self, buckets: Buckets, request: web.Request) -> None:
        wait = buckets.take(self._callers.household(request), asyncio.get_running_loop().time())
        if wait:
            raise TooMany("too many tries, wait a little", wait)


def _token(request: web.Request) -> bytes:
    return digest(request.match_info["token"])
