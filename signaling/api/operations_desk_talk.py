"""The operations around order in a channel's own room, at its desk."""

from __future__ import annotations

from signaling.api import models_talk as m
from signaling.api.operation import V1, Found, Operation


def _desk(method: str, path: str, summary: str, answers: Found, **more: object) -> Operation:
    return Operation(method, f"{V1}/desk{path}", summary, answers, security="session", **more)  # type: ignore[arg-type]


DESK_TALK = (
    _desk("get", "/room", "A look into one's own room", {200: m.RoomTalk}, problems=(404, 503), tagged=True),
    _desk("get", "/queue", "Lines and questions of one's own room that wait", {200: m.DeskQueue}, problems=(404,)),
    _desk(
        "post",
        "/held/{held}",
        "Let a line that waits in one's own room be heard, or not",
        {204: None},
        body=m.Decision,
        problems=(404, 409),
    ),
    _desk(
        "post",
        "/questions/{question}",
        "Answer a question of one's own room, or put it aside",
        {204: None},
        body=m.AnswerNew,
        problems=(404, 409),
    ),
    _desk("post", "/removals", "Take down a line in one's own room", {204: None}, body=m.LineRemove, problems=(404,)),
    _desk("put", "/rule", "How one's own room is talked in", {200: m.RuleHq}, body=m.OwnRule, problems=(404,)),
    _desk(
        "get",
        "/restrictions",
        "Who may not speak or come in, in one's own room",
        {200: m.RestrictionHq},
        listed=True,
        paged=True,
        problems=(404,),
    ),
    _desk(
        "post",
        "/restrictions",
        "Mute, kick or ban a viewer in one's own room",
        {201: m.RestrictionHq},
        body=m.OwnRestriction,
        problems=(404,),
    ),
    _desk("delete", "/restrictions/{restriction}", "Lift one of them", {204: None}, problems=(404,)),
    _desk("get", "/acts", "The log of one's own room, newest first", {200: m.ActPage}, paged=True, problems=(404,)),
)
