"""Logging in at HQ, and the guard before everything else there: session, CSRF token, permission."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable

from aiohttp import web

from commerce import questions, views
from commerce.errors import BadCredentials
from commerce.service import Commerce
from signaling import permissions
from signaling.api import paging, versions
from signaling.api.body import answer, read
from signaling.api.models_hq import Login, Me, MerchantHq
from signaling.api.once import HqHandler, Once
from signaling.callers import Callers
from signaling.errors import NotAllowed, TooMany, Unauthorised
from signaling.limits import Buckets

COOKIE = "fenbo_session"
CSRF_HEADER = "X-CSRF-Token"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
# Tries at passwords, right or wrong. An address may be an office with many people behind it.
USER_TRIES = (1 / 20, 10)
ADDRESS_TRIES = (1 / 2, 60)

PlainHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class HqSession:
    """/api/v1/hq/{login,logout,me}."""

    def __init__(self, commerce: Commerce, callers: Callers, *, secure: bool) -> None:
        self._commerce = commerce
        self._callers = callers
        self._secure = secure
        self._once = Once(commerce)
        self._users = Buckets(*USER_TRIES)
        self._addresses = Buckets(*ADDRESS_TRIES)

    async def login(self, request: web.Request) -> web.Response:
        body = await read(request, Login)
        now, house = asyncio.get_running_loop().time(), self._callers.household(request)
        # A name's tries are an address's own: otherwise any stranger could lock its owner out.
        wait = self._addresses.take(house, now) or self._users.take(f"{house} {body.user.casefold()}", now)
        if wait:
            raise TooMany("too many tries, wait a little", retry_after=wait, field="password")
        session = await self._commerce.log_in(body.user, body.password)
        response = answer(_me(session.me))
        response.set_cookie(
            COOKIE, session.token, httponly=True, samesite="Strict", secure=self._secure, path="/", max_age=None
        )
        return response

    async def logout(self, request: web.Request, _me: views.Me) -> web.Response:
        await self._commerce.log_out(request.cookies[COOKIE])
        response = web.Response(status=204)
        response.del_cookie(COOKIE, path="/")
        return response

    async def me(self, _request: web.Request, me: views.Me) -> web.Response:
        return answer(_me(me))

    async def who(self, request: web.Request) -> views.Me:
        """Whose session the cookie is; raises `Unauthorised`."""
        token = request.cookies.get(COOKIE)
        if not token:
            raise Unauthorised("log in first")
        try:
            return await self._commerce.ask(questions.me, token)
        except BadCredentials:
            raise Unauthorised("the session is over, log in again") from None

    async def _caller(self, request: web.Request) -> views.Me:
        """A program by its key, or whose session it is. Raises `Unauthorised`."""
        kind, _, key = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer":
            return await self.who(request)
        try:
            return await self._commerce.ask(questions.client, key.strip())
        except BadCredentials as error:
            raise Unauthorised(error.detail, "Authorization") from None

    def guard(self, action: str | None, handler: HqHandler) -> PlainHandler:
        """The handler for those who are logged in and may do `action`; None: whoever is logged in."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            me = await self._caller(request)
            if me.scopes is None and request.method not in SAFE_METHODS:
                check_csrf(request, me)
            if action is not None:
                permissions.check_me(me, action)
            elif me.scopes is not None:
                raise NotAllowed("a program has no session")
            response = await self._once(request, me, handler)
            versions.tag(request, response)
            paging.link(request, response)
            return response

        return guarded


def check_csrf(request: web.Request, me: views.Me) -> None:
    """Raises `NotAllowed`: a page of somebody else's can send our cookie, but cannot know this."""
    given = request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(given.encode(), me.csrf.encode()):
        raise NotAllowed("the CSRF token is missing or wrong", CSRF_HEADER)


def _me(me: views.Me) -> Me:
    merchant = MerchantHq(id=me.merchant.merchant, name=me.merchant.name)
    return Me(user=me.user, role=me.role, merchant=merchant, csrf=me.csrf)
