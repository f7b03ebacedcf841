"""HQ: where the encoder sends to, and what is publishing."""

from __future__ import annotations

from aiohttp import web

from commerce import checks, commands, questions, views
from commerce.commands.studio import SLOTS
from commerce.service import Commerce
from relay.source import Slot
from signaling.api import models_hq
from signaling.api.body import answer
from signaling.studio import Studio


class HqStudio:
    """/api/v1/hq/studio..."""

    def __init__(self, commerce: Commerce, studio: Studio, rtmp_url: str, whip_url: str) -> None:
        self._commerce = commerce
        self._studio = studio
        self._rtmp_url = rtmp_url
        self._whip_url = whip_url

    async def studio(self, _request: web.Request, me: views.Me) -> web.Response:
        keys = await self._commerce.ask(questions.stream_keys, me.merchant.id)
        view = models_hq.Studio(
            rtmp_url=self._rtmp_url,
            whip_url=self._whip_url,
            keys=[models_hq.StreamKeyView.model_validate(_fields(key)) for key in keys],
            sources=await self._studio.sources(me.merchant.id),
        )
        return answer(view)

    async def rotate(self, request: web.Request, me: views.Me) -> web.Response:
        """The one answer that has the key in it. Whoever publishes with the old key is shown out."""
        command = commands.RotateStreamKey(me.merchant.id, request.match_info["slot"])
        key = await self._commerce.execute(command)
        self._studio.expel(me.merchant.id, Slot(key.slot), "the stream key was changed")
        return answer(models_hq.NewStreamKey.model_validate({"slot": key.slot, "stream_key": key.stream_key}))

    async def take_over(self, request: web.Request, me: views.Me) -> web.Response:
        """The next encoder with the slot's key replaces the one that is there."""
        slot = checks.choice("slot", request.match_info["slot"], SLOTS)
        self._studio.force(me.merchant.id, Slot(slot))
        return web.Response(status=204)


def _fields(key: views.StreamKey) -> dict[str, object]:
    return {"slot": key.slot, "hint": key.hint, "created_at": key.created_at}
