"""HQ: where the encoder sends to, what is publishing, which of it viewers see, and what they see otherwise."""

from __future__ import annotations

import asyncio

from aiohttp import web

from commerce import checks, commands, questions, views
from commerce.commands.studio import CAUSES, SLATE_BYTES_MAX, SLOTS
from commerce.errors import Invalid
from commerce.service import Commerce
from commerce.versions import STUDIO
from relay import slate_file
from relay.errors import BadMedia, BadRtmp
from relay.rtmp.push import parse_target
from relay.source import Slot
from signaling.api import models_studio as models
from signaling.api.body import answer, read, upload
from signaling.api.hq_programs import check_public
from signaling.api.versions import change, seen
from signaling.restreams import Restreams, purpose
from signaling.studio import Studio


class HqStudio:
    """/api/v1/hq/studio..."""

    def __init__(self, commerce: Commerce, studio: Studio, restreams: Restreams, rtmp_url: str, whip_url: str) -> None:
        self._commerce = commerce
        self._studio = studio
        self._restreams = restreams
        self._rtmp_url = rtmp_url
        self._whip_url = whip_url

    async def studio(self, request: web.Request, me: views.Me) -> web.Response:
        await seen(self._commerce, request, me, STUDIO)
        return answer(await self._view(me))

    async def _view(self, me: views.Me) -> models.Studio:
        own, ask = me.merchant.id, self._commerce.ask
        on_air = await self._studio.on_air(own)
        return models.Studio.model_validate(
            {
                "rtmp_url": self._rtmp_url,
                "whip_url": self._whip_url,
                "keys": [_key(key) for key in await ask(questions.stream_keys, own)],
                "sources": on_air.sources,
                "on": on_air.on,
                "chosen": on_air.chosen,
                "back": (await ask(questions.studio_settings, own)).back,
                "slates": await ask(questions.slate_causes, own),
                "restreams": [self._restream(own, one) for one in await ask(questions.restreams, own)],
            }
        )

    async def change(self, request: web.Request, me: views.Me) -> web.Response:
        """The way back is kept; which source is on is this show's matter."""
        body = await read(request, models.StudioChange)
        await change(self._commerce, request, commands.SetStudio(me.merchant.id, body.back))
        if body.on is not None:
            await self._studio.choose(me.merchant.id, None if body.on == "automatic" else Slot(body.on))
        return answer(await self._view(me))

    async def rotate(self, request: web.Request, me: views.Me) -> web.Response:
        """The one answer that has the key in it. Whoever publishes with the old key is shown out."""
        command = commands.RotateStreamKey(me.merchant.id, request.match_info["slot"])
        key = await self._commerce.execute(command)
        self._studio.expel(me.merchant.id, Slot(key.slot), "the stream key was changed")
        return answer(models.NewStreamKey.model_validate({"slot": key.slot, "stream_key": key.stream_key}))

    async def limit(self, request: web.Request, me: views.Me) -> web.Response:
        """Whoever publishes with a key that is no longer good is shown out."""
        body = await read(request, models.StreamKeyLimits)
        slot = request.match_info["slot"]
        command = commands.LimitStreamKey(me.merchant.id, slot, body.valid_from, body.valid_until, body.show)
        key = await change(self._commerce, request, command)
        await self._studio.expel_expired(me.merchant.id)
        return answer(_key(key))

    async def revoke(self, request: web.Request, me: views.Me) -> web.Response:
        """Whoever publishes with it is shown out."""
        slot = request.match_info["slot"]
        await self._commerce.execute(commands.RevokeStreamKey(me.merchant.id, slot))
        self._studio.expel(me.merchant.id, Slot(slot), "the stream key was revoked")
        return web.Response(status=204)

    async def take_over(self, request: web.Request, me: views.Me) -> web.Response:
        """The next encoder with the slot's key replaces the one that is there."""
        slot = checks.choice("slot", request.match_info["slot"], SLOTS)
        self._studio.force(me.merchant.id, Slot(slot))
        return web.Response(status=204)

    async def put_slate(self, request: web.Request, me: views.Me) -> web.Response:
        """A picture or clip as the body; it is tried before it is kept."""
        cause = checks.choice("cause", request.match_info["cause"], CAUSES)
        data = await upload(request, "slate", slate_file.FORMATS, SLATE_BYTES_MAX)
        try:
            await asyncio.to_thread(slate_file.from_file, data, request.content_type)
        except BadMedia as problem:
            raise Invalid("slate", problem.problem) from problem
        await change(self._commerce, request, commands.PutSlate(me.merchant.id, cause, request.content_type, data))
        return web.Response(status=204)

    async def remove_slate(self, request: web.Request, me: views.Me) -> web.Response:
        await self._commerce.execute(commands.RemoveSlate(me.merchant.id, request.match_info["cause"]))
        return web.Response(status=204)

    async def put_restream(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, models.RestreamSet)
        try:
            host = parse_target(body.url).host
        except BadRtmp as problem:
            raise Invalid("url", problem.problem) from problem
        if not self._restreams.private_targets:
            check_public(body.url, "rtmp.private_targets")
        sealed = self._commerce.seal(purpose(me.merchant.id), body.url.encode())
        command = commands.PutRestream(me.merchant.id, request.match_info["name"], host, sealed)
        return answer(self._restream(me.merchant.id, await change(self._commerce, request, command)))

    async def switch_restream(self, request: web.Request, me: views.Me) -> web.Response:
        body = await read(request, models.RestreamChange)
        command = commands.SwitchRestream(me.merchant.id, request.match_info["name"], body.enabled)
        return answer(self._restream(me.merchant.id, await change(self._commerce, request, command)))

    async def remove_restream(self, request: web.Request, me: views.Me) -> web.Response:
        await self._commerce.execute(commands.RemoveRestream(me.merchant.id, request.match_info["name"]))
        return web.Response(status=204)

    def _restream(self, merchant: int, one: views.Restream) -> models.RestreamView:
        standing = self._restreams.standing(merchant).get(one.name) if one.enabled else None
        state = "waiting" if standing is None else standing.phase.value
        if not one.enabled:
            state = "off" if one.sealed else "missing"
        return models.RestreamView.model_validate(
            {
                "name": one.name,
                "host": one.host,
                "enabled": one.enabled,
                "state": state,
                "problem": standing.problem if standing else "",
            }
        )


def _key(key: views.StreamKey) -> models.StreamKeyView:
    names = ("slot", "hint", "created_at", "valid_from", "valid_until", "only_show")
    return models.StreamKeyView.model_validate({name: getattr(key, name) for name in names})
