"""/asyncapi.json: the messages of both WebSockets as AsyncAPI 3, from the models that validate and serialise them."""

from __future__ import annotations

import asyncio
import json
from functools import cache
from typing import Any, get_args

from aiohttp import web
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from signaling.messages import PROTOCOL_VERSION, ClientMessage, ServerMessage
from signaling.messages_hq import OrderPush, OverviewPush, QueuePush

REF = "#/components/schemas/{model}"
FROM_MEMBERS: tuple[type[BaseModel], ...] = get_args(get_args(ClientMessage)[0])
TO_MEMBERS: tuple[type[BaseModel], ...] = get_args(get_args(ServerMessage)[0])
TO_SCREENS: tuple[type[BaseModel], ...] = (OverviewPush, OrderPush, QueuePush)
Schema = dict[str, Any]


class AsyncApi:
    """Answers with the document."""

    async def get(self, _request: web.Request) -> web.Response:
        return web.Response(body=await asyncio.to_thread(_body), content_type="application/json")


@cache
def _body() -> bytes:
    """Made when first asked for: a node starts without it."""
    return json.dumps(document(), ensure_ascii=False).encode()


def document() -> Schema:
    """The whole AsyncAPI 3.0 document."""
    wanted = [*_modes(FROM_MEMBERS, "validation"), *_modes((*TO_MEMBERS, *TO_SCREENS), "serialization")]
    schemas, definitions = models_json_schema(wanted, ref_template=REF)
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Fenbo", "version": str(PROTOCOL_VERSION), "description": _about()},
        "channels": {
            "room": _channel("/r/{room}/ws", "A room's members", (*FROM_MEMBERS, *TO_MEMBERS)),
            "hq": _channel("/hq/ws", "HQ's screens; they say nothing", TO_SCREENS),
        },
        "operations": {
            "hear_members": _operation("receive", "room", FROM_MEMBERS),
            "tell_members": _operation("send", "room", TO_MEMBERS),
            "tell_screens": _operation("send", "hq", TO_SCREENS),
        },
        "components": {
            "messages": {model.__name__: _message(model, schemas[model, mode]) for model, mode in wanted},
            "schemas": definitions.get("$defs", {}),
        },
    }


def _modes(models: tuple[type[BaseModel], ...], mode: JsonSchemaMode) -> list[tuple[type[BaseModel], JsonSchemaMode]]:
    return [(model, mode) for model in models]


def _about() -> str:
    return (
        "JSON text messages. A member says hello first, with the places of its last connection when it had one: "
        "it is given every missed message in order, or a snapshot. Messages with epoch and offset belong to a stream "
        "(`room` or `show`) and count up by one; `dropped` stands for chat lines left out in a flood. "
        "Close codes: 4400 too many bad messages, 4401 logged out or erased, 4402 logged in: come back as who you are "
        "now, 4403 banned, 4408 too slow, 4429 full."
    )


def _channel(address: str, summary: str, messages: tuple[type[BaseModel], ...]) -> Schema:
    names = (model.__name__ for model in messages)
    found: Schema = {
        "address": address,
        "summary": summary,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
    }
    if "{room}" in address:
        found["parameters"] = {"room": {"description": "the room's slug"}}
    return found


def _operation(action: str, channel: str, messages: tuple[type[BaseModel], ...]) -> Schema:
    names = (model.__name__ for model in messages)
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in names],
    }


def _message(model: type[BaseModel], schema: Schema) -> Schema:
    said = (model.__doc__ or "").strip()
    return {
        "name": get_args(model.model_fields["type"].annotation)[0],
        "summary": said.split("\n", 1)[0],
        "contentType": "application/json",
        "payload": schema,
    }
