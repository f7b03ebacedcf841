"""The operations of HQ's studio."""

from __future__ import annotations

from relay import slate_file
from signaling.api import models_studio as models
from signaling.api.operation import hq

STUDIO = (
    hq("get", "/studio", "Where to send the broadcast, and what comes", {200: models.Studio}, tagged=True),
    hq(
        "patch",
        "/studio",
        "Which source is on, and whether the primary comes back by itself",
        {200: models.Studio},
        body=models.StudioChange,
        problems=(409,),
    ),
    hq("post", "/studio/keys/{slot}/rotate", "A new stream key, shown this once", {200: models.NewStreamKey}),
    hq("post", "/studio/keys/{slot}/takeover", "The next encoder replaces the one that is there", {204: None}),
    hq(
        "put",
        "/studio/keys/{slot}",
        "From when to when and for which show the key is good",
        {200: models.StreamKeyView},
        body=models.StreamKeyLimits,
        problems=(404,),
    ),
    hq("delete", "/studio/keys/{slot}", "The key stops working at once", {204: None}),
    hq(
        "put",
        "/studio/slates/{cause}",
        "A picture (PNG, JPEG) or clip (MP4) for while nobody publishes, or for a pause",
        {204: None},
        takes=tuple(slate_file.FORMATS),
    ),
    hq("delete", "/studio/slates/{cause}", "The server's own slate again", {204: None}),
    hq(
        "put",
        "/studio/restreams/{name}",
        "Push the broadcast to another server as well",
        {200: models.RestreamView},
        body=models.RestreamSet,
        problems=(409,),
    ),
    hq(
        "patch",
        "/studio/restreams/{name}",
        "On or off",
        {200: models.RestreamView},
        body=models.RestreamChange,
        problems=(404,),
    ),
    hq("delete", "/studio/restreams/{name}", "No longer, and forget its URL", {204: None}),
)
