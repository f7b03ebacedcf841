"""HQ: how the merchant is paid - providers, their credentials, and refunds that did not go through."""

from __future__ import annotations

from aiohttp import web

from commerce import commands, views
from commerce.errors import Conflict, ProviderAway, ProviderRefused
from commerce.payments import views as shown
from commerce.payments.gateways import KINDS
from commerce.payments.refunds import failed_refunds, order_refunds
from commerce.payments.till import Till
from commerce.payments.ways import providers
from commerce.service import Commerce
from commerce.versions import PAYMENTS
from signaling.api import models_payments as models
from signaling.api import shapes
from signaling.api.body import answer, read
from signaling.api.versions import change, seen
from signaling.translations import Translations


class HqPayments:
    """/api/v1/hq/payments... and an order's refunds."""

    def __init__(self, commerce: Commerce, till: Till, translations: Translations) -> None:
        self._commerce = commerce
        self._translations = translations
        self._till = till

    async def payments(self, request: web.Request, me: views.Me) -> web.Response:
        await seen(self._commerce, request, me, PAYMENTS)
        known = {found.provider: found for found in await self._commerce.ask(providers, me.merchant.id)}
        failed = await self._commerce.ask(failed_refunds, me.merchant.id)
        found = [self._view(me, name, known.get(name)) for name in KINDS]
        return answer(models.PaymentsHq(providers=found, failed_refunds=[_refund(each) for each in failed]))

    async def put(self, request: web.Request, me: views.Me) -> web.Response:
        body, provider = await read(request, models.ProviderPut), request.match_info["provider"]
        command = await self._till.tried(me.merchant.id, provider, body.credentials, enabled=body.enabled)
        kept = await change(self._commerce, request, command)
        return answer(self._view(me, provider, kept))

    async def switch(self, request: web.Request, me: views.Me) -> web.Response:
        body, provider = await read(request, models.ProviderChange), request.match_info["provider"]
        kept = await change(self._commerce, request, commands.SwitchProvider(me.merchant.id, provider, body.enabled))
        return answer(self._view(me, provider, kept))

    async def remove(self, request: web.Request, me: views.Me) -> web.Response:
        await self._commerce.execute(commands.RemoveProvider(me.merchant.id, request.match_info["provider"]))
        return web.Response(status=204)

    async def probe(self, request: web.Request, me: views.Me) -> web.Response:
        """A call that changes nothing; that it does not work is an answer too."""
        await read(request, models.ProviderProbe)
        try:
            detail = await self._till.probe(me.merchant.id, request.match_info["provider"])
        except (Conflict, ProviderAway, ProviderRefused) as error:
            return answer(models.Probed(works=False, detail=self._translations.of(request).say(error.detail)))
        return answer(models.Probed(works=True, detail=detail))

    async def refunds(self, request: web.Request, me: views.Me) -> web.Response:
        found = await self._commerce.ask(order_refunds, me.merchant.id, request.match_info["order"])
        return answer(models.Refunds(refunds=[_refund(each) for each in found]))

    async def retry(self, request: web.Request, me: views.Me) -> web.Response:
        """A failed refund is asked for again."""
        await read(request, models.RefundRetry)
        order, refund = request.match_info["order"], request.match_info["refund"]
        return answer(_refund(await self._commerce.execute(commands.RetryRefund(me.merchant.id, order, refund))))

    async def end(self, request: web.Request, me: views.Me) -> web.Response:
        """A failed refund is asked for no more; the same again changes nothing."""
        body, match = await read(request, models.RefundEnd), request.match_info
        command = commands.EndRefund(me.merchant.id, match["order"], match["refund"], body.how, body.reason)
        return answer(_refund(await self._commerce.execute(command)))

    async def restock(self, request: web.Request, me: views.Me) -> web.Response:
        """What came back after its refund; a second time changes nothing."""
        body, match = await read(request, models.RefundRestock), request.match_info
        command = commands.RestockRefund(me.merchant.id, match["order"], match["refund"], body.sku)
        return answer(_refund(await self._commerce.execute(command)))

    def _view(self, me: views.Me, provider: str, found: shown.ProviderSet | None) -> models.ProviderView:
        kind = KINDS[provider]
        about = {
            "provider": provider,
            "configured": found is not None and found.configured,
            "enabled": found is not None and found.enabled,
            "hint": "" if found is None else found.hint,
            "changed_at": None if found is None else found.changed_at,
            "webhook_url": self._till.webhook_url(me.merchant.merchant, provider),
            "fields": list(kind.fields),
            "optional": list(kind.optional),
        }
        return models.ProviderView.model_validate(about)


def _refund(found: shown.Refund) -> models.RefundView:
    names = ("order", "refund", "kind", "reason", "state", "attempts", "error", "at")
    about = {name: getattr(found, name) for name in names}
    lines = [_line(line) for line in found.lines]
    about |= {"amount": shapes.money(found.amount), "beyond": shapes.money(found.beyond)}
    return models.RefundView.model_validate(about | {"lines": lines})


def _line(found: shown.RefundLine) -> models.RefundLine:
    return models.RefundLine(
        sku=found.sku,
        name=found.name,
        product_name=found.product_name,
        quantity=found.quantity,
        amount=shapes.money(found.amount),
        restocked=found.restocked,
    )
