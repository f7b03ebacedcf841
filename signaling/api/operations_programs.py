"""The operations of HQ about other programs."""

from __future__ import annotations

from signaling.api import models_programs as models
from signaling.api.operation import hq

PROGRAMS = (
    hq("get", "/keys", "Keys of programs, the newest first", {200: models.ApiKeyView}, listed=True, paged=True),
    hq("post", "/keys", "A new key, shown this once", {201: models.NewApiKey}, body=models.ApiKeyNew, problems=(409,)),
    hq("delete", "/keys/{key}", "The key opens nothing any more", {204: None}, problems=(404,)),
    hq("get", "/webhooks", "Webhooks, the newest first", {200: models.HookView}, listed=True, paged=True),
    hq("post", "/webhooks", "A new webhook", {201: models.NewHook}, body=models.HookNew, problems=(409,)),
    hq(
        "post",
        "/webhooks/{hook}/secret",
        "Another secret, shown this once; the one before signs nothing any more",
        {200: models.NewHook},
        body=models.HookRenewal,
        problems=(404,),
    ),
    hq("delete", "/webhooks/{hook}", "It is told nothing more", {204: None}, problems=(404,)),
    hq("get", "/deliveries", "Deliveries to webhooks", {200: models.DeliveryView}, listed=True, paged=True),
    hq(
        "post",
        "/deliveries/{delivery}/replay",
        "Send it again",
        {200: models.DeliveryView},
        body=models.DeliveryReplay,
        problems=(404, 409),
    ),
)
