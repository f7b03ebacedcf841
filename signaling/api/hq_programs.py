"""HQ: keys of other programs, webhooks, and the log of their deliveries."""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web

from commerce import commands, questions, views
from commerce.errors import Invalid
from commerce.programs import views as shown
from commerce.service import Commerce
from config.reach import is_public
from signaling.api.body import answer, answers, read
from signaling.api.models_programs import (
    ApiKeyNew,
    ApiKeyView,
    DeliveryReplay,
    DeliveryView,
    HookNew,
    HookRenewal,
    HookView,
    NewApiKey,
    NewHook,
)
from signaling.api.once import NOT_KEPT
from signaling.api.paging import page


class HqPrograms:
    """/api/v1/hq/{keys,webhooks,deliveries}."""

    def __init__(self, commerce: Commerce, *, private_targets: bool) -> None:
        self._commerce = commerce
        self._private_targets = private_targets

    async def keys(self, request: web.Request, me: views.Me) -> web.Response:
        found = await self._commerce.ask(questions.api_keys, me.merchant.id, page(request))
        return answers([_key(key) for key in found])

    async def create_key(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, ApiKeyNew)
        fresh = await self._commerce.execute(commands.CreateApiKey(me.merchant.id, body.name, tuple(body.scopes)))
        return _secret(answer(NewApiKey(key=_key(fresh.key), secret=fresh.secret), status=201))

    async def revoke_key(self, request: web.Request, me: views.Me) -> web.Response:
        await self._commerce.execute(commands.RevokeApiKey(me.merchant.id, request.match_info["key"]))
        return web.Response(status=204)

    async def hooks(self, request: web.Request, me: views.Me) -> web.Response:
        found = await self._commerce.ask(questions.hooks, me.merchant.id, page(request))
        return answers([_hook(hook) for hook in found])

    async def create_hook(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, HookNew)
        if not self._private_targets:
            check_public(body.url)
        fresh = await self._commerce.execute(
            commands.CreateHook(me.merchant.id, body.url, tuple(body.events), body.version)
        )
        secret = self._commerce.hook_secret(fresh.salt)
        return _secret(answer(NewHook(hook=_hook(fresh.hook), secret=secret), status=201))

    async def renew_secret(self, request: web.Request, me: views.Me) -> web.Response:
        await read(request, HookRenewal)
        fresh = await self._commerce.execute(commands.RenewSecret(me.merchant.id, request.match_info["hook"]))
        return _secret(answer(NewHook(hook=_hook(fresh.hook), secret=self._commerce.hook_secret(fresh.salt))))

    async def remove_hook(self, request: web.Request, me: views.Me) -> web.Response:
        await self._commerce.execute(commands.RemoveHook(me.merchant.id, request.match_info["hook"]))
        return web.Response(status=204)

    async def deliveries(self, request: web.Request, me: views.Me) -> web.Response:
        found = await self._commerce.ask(questions.deliveries, me.merchant.id, page(request))
        return answers([_delivery(each) for each in found])

    async def replay(self, request: web.Request, me: views.Me) -> web.Response:
        await read(request, DeliveryReplay)
        command = commands.ReplayDelivery(me.merchant.id, request.match_info["delivery"])
        return answer(_delivery(await self._commerce.execute(command)))


def check_public(url: str, option: str = "hooks.private_targets") -> None:
    """Refuses what is plainly inside (the option allows it); names are looked at when they are resolved. Invalid."""
    host = urlsplit(url).hostname or ""
    try:
        inside = not is_public(host)
    except ValueError:
        inside = host == "localhost" or host.endswith(".localhost")
    if inside:
        raise Invalid("url", f"must be a public address ({option} allows others)")


def _secret(response: web.Response) -> web.Response:
    response.headers["Cache-Control"] = NOT_KEPT
    return response


def _key(key: shown.ApiKey) -> ApiKeyView:
    names = ("key", "name", "hint", "created_at", "revoked")
    return ApiKeyView(scopes=list(key.scopes), **{name: getattr(key, name) for name in names})


def _hook(hook: shown.Hook) -> HookView:
    names = ("hook", "url", "version", "created_at", "handed")
    return HookView(events=list(hook.events), **{name: getattr(hook, name) for name in names})


def _delivery(found: shown.Delivery) -> DeliveryView:
    return DeliveryView(**{name: getattr(found, name) for name in DeliveryView.model_fields})
