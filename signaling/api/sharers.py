"""Sharers: the board at HQ and at desks, and what a sharer sees of himself in the room."""

from __future__ import annotations

from aiohttp import web

from commerce import views
from commerce.customers.portable import PHONE
from commerce.earning.share_terms import ShareTerms
from commerce.earning.sharers import DAYS_MAX, Sharer, Span, leaderboard, own_sharing
from commerce.service import Commerce
from commerce.sheets import masked as masked_contact
from commerce.times import aware
from signaling import permissions as may
from signaling.api import models_sharers as m
from signaling.api import shapes
from signaling.api.body import answer, answers
from signaling.api.customers import private
from signaling.api.desk import own
from signaling.api.models import Money
from signaling.api.paging import page
from signaling.errors import BadBody
from signaling.sms import masked
from signaling.viewers import Viewers

SHOWN = 50  # rows of a page, where nobody says how many


class SharerApi:
    """/api/v1/{hq,desk}/sharers and /api/v1/rooms/{room}/sharing. `url` is the installation's own."""

    def __init__(self, commerce: Commerce, viewers: Viewers, url: str) -> None:
        self._commerce = commerce
        self._viewers = viewers
        self._url = url

    async def hq_board(self, request: web.Request, me: views.Me) -> web.Response:
        return await self._board(request, me, None, clear=may.allowed(me, may.CHANGE_ORDERS))

    async def desk_board(self, request: web.Request, me: views.Me) -> web.Response:
        return await self._board(request, me, own(me), clear=False)

    async def own(self, request: web.Request) -> web.Response:
        """The viewer's own, of the cookie or bearer token: no other can be asked for."""
        viewer, room = self._viewers.of(request), request.match_info["room"]
        found = await self._commerce.ask(own_sharing, viewer, room)
        terms = None
        if found.reward is not None:
            terms = m.InviteTerms(reward=shapes.money(found.reward), seconds=found.seconds)
        links = [
            m.OwnLink(
                code=each.code,
                url=f"{self._url}/s/{each.code}",
                room=each.room,
                channel=each.channel,
                clicks=each.clicks,
            )
            for each in found.links
        ]
        earned = {
            kind: {state: shapes.money(money) for state, money in by.items()} for kind, by in found.earned.items()
        }
        figures = {name: getattr(found, name) for name in ("clicks", "people", "invites", "orders")}
        sums = {"paid": shapes.money(found.paid), "owed": shapes.money(found.owed), "earned": earned}
        currency = found.paid.currency
        lowered = [_terms(each, currency) for each in found.lowered]
        said = {"terms": terms, "share": _terms(found.terms, currency), "lowered": lowered}
        return private(answer(m.Sharing.model_validate(figures | sums | said | {"links": links})))

    async def _board(self, request: web.Request, me: views.Me, channel: str | None, *, clear: bool) -> web.Response:
        """`clear`: names as they are; phones never are."""
        asked, by = page(request, SHOWN), request.query.get("by", "invites")
        span = Span(request.query.get("show"), _days(request))
        found = await self._commerce.ask(leaderboard, me.merchant.id, span, asked, by=by, channel=channel)
        return private(answers([self._row(row, clear=clear) for row in found]))

    def _row(self, row: Sharer, *, clear: bool) -> m.SharerView:
        phone = "" if row.sealed is None else masked(self._commerce.unseal(PHONE, row.sealed).decode())
        name = row.name if clear else masked_contact(views.Contact(row.name, "", "")).name
        shown = {"viewer": row.viewer, "name": name, "phone": phone, "refused": row.refused}
        counts = {"invites": row.invites, "orders": row.orders, "paid": shapes.money(row.paid)}
        return m.SharerView.model_validate(shown | counts)


def _terms(found: ShareTerms, currency: str) -> m.ShareTerms:
    def money(minor: int) -> Money:
        return Money(minor=minor, currency=currency)

    invite = None
    if found.invite_minor:
        invite = m.InviteTerms(reward=money(found.invite_minor), seconds=found.invite_seconds)
    rates = [
        m.ShareRate(
            ppm=each.ppm,
            fixed=money(each.fixed_minor) if each.fixed_minor else None,
            goods=each.goods,
            show=each.show,
        )
        for each in found.rates
    ]
    effective = aware(found.effective_at) if found.effective_at else None
    return m.ShareTerms(rates=rates, invite=invite, cap_ppm=found.cap_ppm, effective_at=effective)


def _days(request: web.Request) -> int | None:
    given = request.query.get("days")
    if given is None:
        return None
    if not (given.isascii() and given.isdigit() and len(given) <= len(str(DAYS_MAX))):
        raise BadBody("this is no number of days", [("days", f"must be from 1 to {DAYS_MAX}")])
    return int(given)
