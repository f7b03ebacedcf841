"""HQ: the rules of money, settlements, payouts, and why an order is whose it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from typing import Any

from aiohttp import web

from commerce import desk, views
from commerce.attribution import LockRule, LockVersion
from commerce.checks import choice
from commerce.commands import SetLockRule
from commerce.commands import earning as e
from commerce.commands.guarding import LogAccess
from commerce.commission import Plan, PlanVersion, Rate
from commerce.directory.locks import lock_in_force, locks_ahead
from commerce.earning.figures import HeldEarnings, figures, held_earnings, receivables
from commerce.earning.payees import SealedPayee, find_payees
from commerce.earning.payouts import SENT_MAX, Due, names_of, sending
from commerce.earning.plans import plan_versions
from commerce.earning.preview import Preview, preview, preview_lock
from commerce.errors import CommerceError, Invalid
from commerce.payments.rails import read_sheet, refused_row, sheet
from commerce.service import Commerce
from commerce.times import aware
from commerce.versions import LOCK, PLAN
from commerce.why import why_customer, why_order
from signaling.api import models_money as m
from signaling.api.body import answer, answers, read
from signaling.api.customers import private
from signaling.api.models import ChannelRef, Money
from signaling.api.models_goods import SheetMistake
from signaling.api.paging import page
from signaling.api.versions import change, seen
from signaling.translations import Translations

APPROVED_MAX = 1_000


class HqMoney:
    """/api/v1/hq/{plan,lock,settlements,payouts...}."""

    def __init__(self, commerce: Commerce, translations: Translations, *, sandbox: bool) -> None:
        self._commerce = commerce
        self._translations = translations
        self._sandbox = sandbox

    async def plans(self, request: web.Request, me: views.Me) -> web.Response:
        await seen(self._commerce, request, me, PLAN)
        return answers([_plan(found) for found in await self._commerce.ask(plan_versions, me.merchant.id)])

    async def set_plan(self, request: web.Request, me: views.Me) -> web.Response:
        plan = _read_plan(await read(request, m.PlanBody))
        return answer(_plan(await change(self._commerce, request, e.SetPlan(me.merchant.id, plan, me.user))))

    async def preview(self, request: web.Request, me: views.Me) -> web.Response:
        plan = _read_plan(await read(request, m.PlanBody))
        return answer(_preview(await self._commerce.ask(preview, me.merchant.id, plan), me.merchant.currency))

    async def preview_lock(self, request: web.Request, me: views.Me) -> web.Response:
        rule = LockRule(**(await read(request, m.LockBody)).model_dump())
        return answer(_preview(await self._commerce.ask(preview_lock, me.merchant.id, rule), me.merchant.currency))

    async def lock(self, request: web.Request, me: views.Me) -> web.Response:
        await seen(self._commerce, request, me, LOCK)
        return answer(await self._lock(me))

    async def set_lock(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, m.LockBody)
        await change(self._commerce, request, SetLockRule(me.merchant.id, LockRule(**body.model_dump()), me.user))
        return answer(await self._lock(me))

    async def _lock(self, me: views.Me) -> m.LockHq:
        now = await self._commerce.ask(lock_in_force, me.merchant.id)
        ahead = await self._commerce.ask(locks_ahead, me.merchant.id)
        return m.LockHq(**_lock_version(now), ahead=[m.LockVersionHq(**_lock_version(each)) for each in ahead])

    async def why_order(self, request: web.Request, me: views.Me) -> web.Response:
        return answer(await why_it_is(self._commerce, request, me))

    async def why_customer(self, request: web.Request, me: views.Me) -> web.Response:
        viewer, language = request.match_info["viewer"], request.query.get("language", me.merchant.language)
        return answer(m.WhyCustomer(**await self._commerce.ask(why_customer, me.merchant.id, viewer, language)))

    async def erase(self, request: web.Request, me: views.Me) -> web.Response:
        command = e.EraseViewer(me.merchant.id, request.match_info["viewer"], me.user)
        return answer(m.Erased(orders=await self._commerce.execute(command)))

    async def hold(self, request: web.Request, me: views.Me) -> web.Response:
        body, order = await read(request, m.Held), request.match_info["order"]
        kind = e.HoldLines if body.held else e.ReleaseLines
        return answer(m.LinesChanged(lines=await self._commerce.execute(kind(me.merchant.id, order, body.reason))))

    async def held(self, _request: web.Request, me: views.Me) -> web.Response:
        return answers([_held(each) for each in await self._commerce.ask(held_earnings, me.merchant.id)])

    async def hold_party(self, request: web.Request, me: views.Me) -> web.Response:
        body, party = await read(request, m.Held), request.match_info["party"]
        kind = e.HoldParty if body.held else e.ReleaseParty
        return answer(m.LinesChanged(lines=await self._commerce.execute(kind(me.merchant.id, party, body.reason))))

    async def settlements(self, request: web.Request, me: views.Me) -> web.Response:
        state = request.query.get("state")
        found = await self._commerce.ask(desk.settlements, me.merchant.id, page=page(request), state=state)
        return answers(await self._settlements(me, found))

    async def settle(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, m.SettlementsNew)
        count = await self._commerce.execute(e.PrepareSettlements(me.merchant.id, body.until, me.user))
        return answer(m.SettlementsMade(settlements=count))

    async def approve(self, request: web.Request, me: views.Me) -> web.Response:
        body, settlement = await read(request, m.SettlementApprove), request.match_info["settlement"]
        self._check_rail(body.rail)
        await self._commerce.execute(e.ApproveSettlement(me.merchant.id, settlement, me.user, body.rail))
        found = await self._commerce.ask(desk.settlements, me.merchant.id, only=settlement)
        return answer((await self._settlements(me, found))[0])

    async def retry(self, request: web.Request, me: views.Me) -> web.Response:
        command = e.RetryPayout(me.merchant.id, request.match_info["payout"])
        return answer(m.PayoutState(state=await self._commerce.execute(command)))

    async def came_back(self, request: web.Request, me: views.Me) -> web.Response:
        body, payout = await read(request, m.PayoutReturn), request.match_info["payout"]
        command = e.RecordPayout(payout, "returned", body.reference, me.merchant.id, body.attempt)
        return answer(m.PayoutReturned(state=await self._commerce.execute(command)))

    async def receivables(self, _request: web.Request, me: views.Me) -> web.Response:
        return answers([_receivable(row) for row in await self._commerce.ask(receivables, me.merchant.id)])

    async def end_receivable(self, request: web.Request, me: views.Me) -> web.Response:
        body, receivable = await read(request, m.ReceivableEnd), request.match_info["receivable"]
        await self._commerce.execute(e.EndReceivable(me.merchant.id, receivable, body.how, body.reason))
        (row,) = await self._commerce.ask(receivables, me.merchant.id, receivable)
        return answer(_receivable(row))

    async def figures(self, request: web.Request, me: views.Me) -> web.Response:
        days = int(choice("days", request.query.get("days", "30"), ("7", "30", "90")))
        found = await self._commerce.ask(figures, me.merchant.id, days)
        currency = me.merchant.currency
        return answer(
            m.MoneyFigures(
                commission={state: Money(minor=minor, currency=currency) for state, minor in found.commission.items()},
                owed=Money(minor=found.owed_minor, currency=currency),
                channels=[ChannelRef(id=public, name=name) for public, name in found.channels],
                sales=[m.DaySales(day=day, minor=list(minor)) for day, minor in found.sales],
            )
        )

    async def approve_all(self, request: web.Request, me: views.Me) -> web.Response:
        """In transactions of fifty, so that nobody's order waits for a thousand."""
        body, approved = await read(request, m.SettlementsApprove), 0
        self._check_rail(body.rail)
        command = e.ApproveSettlements(me.merchant.id, me.user, body.until, body.rail)
        found = await self._commerce.execute(command)
        while (approved := approved + found.approved) < APPROVED_MAX and found.approved and found.left:
            found = await self._commerce.execute(command)
        return answer(m.SettlementsApproved(approved=approved, left=found.left, others=found.others))

    def _check_rail(self, rail: str) -> None:
        """What is approved for a rail that nobody pays on would wait for ever."""
        if rail == "sandbox" and not self._sandbox:
            raise Invalid("rail", "the sandbox is turned off here")

    async def begin_payouts(self, _request: web.Request, me: views.Me) -> web.Response:
        """No more than the sheet holds: what is begun stands in it."""
        under_way = await self._commerce.ask(sending, "manual", me.merchant.id)
        begin = e.BeginPayouts("manual", SENT_MAX - len(under_way), me.merchant.id)
        begun = await self._commerce.execute(begin)
        due = await self._commerce.ask(sending, "manual", me.merchant.id)
        return answer(m.PayoutsBegun(begun=begun, sending=[_due(each) for each in due]))

    async def payouts(self, _request: web.Request, me: views.Me) -> web.Response:
        """Whoever takes accounts away is in the access log before he does."""
        due = await self._commerce.ask(sending, "manual", me.merchant.id)
        names = await self._commerce.ask(names_of, me.merchant.id, due)
        said = await self._payees(me, (each.party for each in due))
        if said:
            await self._commerce.execute(LogAccess(me.merchant.id, me.user, "exported", "payees", tuple(said)))
        accounts = {party: each.opened(self._commerce.unseal) for party, each in said.items()}
        return private(web.Response(text=sheet(due, names, accounts), content_type="text/csv", charset="utf-8"))

    async def read_payouts(self, request: web.Request, me: views.Me) -> web.Response:
        """Each row by itself: what is right is recorded, whatever else is in the sheet."""
        found, mistakes = read_sheet((await read(request, m.SheetBody)).sheet)
        recorded = 0
        for line, command in found:
            try:
                await self._commerce.execute(replace(command, merchant=me.merchant.id))
                recorded += 1
            except CommerceError as error:
                mistakes.append(refused_row(line, error))
        say = self._translations.of(request).say
        wrong = [
            SheetMistake(line=each.line, column=each.column, detail=say(each.detail))
            for each in sorted(mistakes, key=lambda each: each.line)
        ]
        return answer(m.SheetRead(recorded=recorded, mistakes=wrong))

    async def _settlements(self, me: views.Me, found: Sequence[dict[str, Any]]) -> list[m.SettlementHq]:
        """Each with what is shown of where its party wants its money."""
        said = await self._payees(me, (row["party"] for row in found))
        hints = {
            party: m.PayeeHint(account=each.opened(self._commerce.unseal).hint, changed_at=each.changed_at)
            for party, each in said.items()
        }
        return [_settlement(row, hints.get(row["party"])) for row in found]

    async def _payees(self, me: views.Me, parties: Iterable[str]) -> dict[str, SealedPayee]:
        return await self._commerce.ask(find_payees, me.merchant.id, set(parties))


async def why_it_is(commerce: Commerce, request: web.Request, me: views.Me, reader: str | None = None) -> m.Why:
    """The answer for an order of the merchant, in the language asked for; for a partner, by his channel."""
    order, language = request.match_info["order"], request.query.get("language", me.merchant.language)
    return m.Why(**await commerce.ask(why_order, me.merchant.id, order, language, reader))


def _read_plan(body: m.PlanBody) -> Plan:
    found = body.model_dump()
    for name in ("rates", "share_rates"):
        found[name] = tuple(Rate(**rate | {"tiers": tuple(map(tuple, rate["tiers"]))}) for rate in found[name])
    return Plan(**found)


def _plan(found: PlanVersion) -> m.PlanHq:
    given = asdict(found.plan)
    for name in ("rates", "share_rates"):
        given[name] = [rate | {"tiers": [list(tier) for tier in rate["tiers"]]} for rate in given[name]]
    times = {"announced_at": aware(found.announced_at), "effective_at": aware(found.effective_at)}
    return m.PlanHq(version=found.version, digest=found.digest, plan=m.PlanBody(**given), **times)


def _lock_version(found: LockVersion) -> dict[str, Any]:
    times = {"announced_at": aware(found.announced_at), "effective_at": aware(found.effective_at)}
    return {"version": found.version, "digest": found.digest, "rule": m.LockBody(**asdict(found.rule))} | times


def _preview(found: Preview, currency: str) -> m.RulesPreview:
    def money(minor: int) -> Money:
        return Money(minor=minor, currency=currency)

    return m.RulesPreview(
        lowers=found.lowers,
        effective_at=aware(found.effective_at),
        orders=found.orders,
        changed=found.changed,
        now=money(found.now_minor),
        then=money(found.then_minor),
        parties=[
            m.PartyPreview(party=each.party, now=money(each.now_minor), then=money(each.then_minor))
            for each in found.parties
        ],
    )


def _receivable(row: dict[str, Any]) -> m.ReceivableHq:
    given = {name: row[name] for name in ("receivable", "party", "order", "state", "reason")}
    amount, settled = (Money(minor=row[name], currency=row["currency"]) for name in ("amount_minor", "settled_minor"))
    return m.ReceivableHq(**given, amount=amount, settled=settled, at=aware(row["at"]))


def _held(each: HeldEarnings) -> m.HeldHq:
    amount = Money(minor=each.left_minor, currency=each.currency)
    return m.HeldHq(party=each.party, reason=each.reason, by_hand=each.by_hand, lines=each.lines, amount=amount)


def _due(each: Due) -> m.PayoutDue:
    money = Money(minor=each.amount_minor, currency=each.currency)
    return m.PayoutDue(payout=each.payout, key=each.key, party=each.party, amount=money)


def _settlement(row: dict[str, Any], payee: m.PayeeHint | None) -> m.SettlementHq:
    given = {name: row[name] for name in m.SettlementHq.model_fields if name in row}
    times = {name: aware(row[name]) for name in ("period_start", "period_end")}
    gross, netted = (Money(minor=row[name], currency=row["currency"]) for name in ("gross_minor", "netted_minor"))
    return m.SettlementHq(**given | times | {"gross": gross, "netted": netted, "payee": payee})
