"""The operations around what is said in rooms."""

from __future__ import annotations

from signaling.api import models
from signaling.api import models_talk as talk
from signaling.api.operation import V1, Operation, hq

TALK = (
    Operation(
        "post",
        f"{V1}/rooms/{{room}}/appeal",
        "A muted or banned viewer asks for another look, once",
        {201: talk.AppealView},
        talk.AppealNew,
        problems=(404,),
    ),
    Operation(
        "post",
        f"{V1}/rooms/{{room}}/share",
        "The viewer's own link into the room, the same one every time",
        {200: models.Share},
        problems=(403, 404),
    ),
    hq("get", "/queue", "Lines, questions and appeals that wait for somebody", {200: talk.Queue}),
    hq(
        "post",
        "/held/{held}",
        "Let a line that waits be heard, or not",
        {204: None},
        body=talk.Decision,
        problems=(404, 409),
    ),
    hq(
        "post",
        "/questions/{question}",
        "Answer a question to the host, or put it aside",
        {204: None},
        body=talk.AnswerNew,
        problems=(404, 409),
    ),
    hq(
        "post",
        "/appeals/{appeal}",
        "Grant or refuse an appeal",
        {200: talk.AppealHq},
        body=talk.AppealDecision,
        problems=(404, 409),
    ),
    hq("post", "/announcements", "Tell all rooms", {204: None}, body=talk.AnnouncementNew),
    hq("get", "/rooms/{room}", "A look into one room", {200: talk.RoomTalk}, problems=(404, 503)),
    hq("post", "/rooms/{room}/removals", "Take down a line", {204: None}, body=talk.LineRemove, problems=(404,)),
    hq("get", "/words", "The list of words", {200: talk.WordView}, listed=True),
    hq(
        "post",
        "/words",
        "Add words, or change what they do",
        {200: talk.WordCount},
        body=talk.WordsPut,
        problems=(409,),
    ),
    hq("post", "/words/remove", "Take a word off the list", {204: None}, body=talk.WordRemove),
    hq(
        "get",
        "/rules",
        "How rooms are talked in; rooms without a rule are open",
        {200: talk.RuleHq},
        listed=True,
        tagged=True,
    ),
    hq("put", "/rules", "The rule of a room, or of all", {200: talk.RuleHq}, body=talk.RuleSet, problems=(404,)),
    hq("get", "/restrictions", "Who may not speak or come in", {200: talk.RestrictionHq}, listed=True, paged=True),
    hq(
        "post",
        "/restrictions",
        "Mute, kick or ban a viewer",
        {201: talk.RestrictionHq},
        body=talk.RestrictionNew,
        problems=(404,),
    ),
    hq("delete", "/restrictions/{restriction}", "Lift a restriction", {204: None}, problems=(404,)),
    hq("get", "/acts", "The log of moderation, newest first", {200: talk.ActPage}, paged=True),
)
