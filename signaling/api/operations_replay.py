"""The operations of replays."""

from __future__ import annotations

from signaling.api import models_replay
from signaling.api.operation import V1, Operation
from signaling.api.operation import hq as _hq

REPLAYS = (
    Operation(
        "get",
        f"{V1}/rooms/{{room}}/replay",
        "The recording of the show that is over",
        {200: models_replay.Replay},
        problems=(404, 503),
    ),
    _hq("get", "/replays", "The latest shows and their recordings", {200: models_replay.ReplayHq}, listed=True),
    _hq(
        "put",
        "/shows/{show}/replay",
        "Publish or withdraw a recording, and how long to keep it",
        {200: models_replay.ReplayHq},
        body=models_replay.ReplaySet,
        problems=(404,),
    ),
)
