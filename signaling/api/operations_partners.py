"""The operations of HQ and of the desk around partners."""

from __future__ import annotations

from signaling.api import models_hq
from signaling.api import models_partners as m
from signaling.api.models_money import WhyCustomer
from signaling.api.models_staff import OwnerLogin, OwnerNamed
from signaling.api.operation import V1, Found, Operation, hq

DESK = f"{V1}/desk"


def _desk(method: str, path: str, summary: str, answers: Found, **more: object) -> Operation:
    """An operation of a partner at his own desk."""
    return Operation(method, DESK + path, summary, answers, security="session", **more)  # type: ignore[arg-type]


def _channel(method: str, path: str, summary: str, body: type) -> Operation:
    """Something that is decided about one channel."""
    answers: Found = {200: models_hq.ChannelHq}
    return hq(method, f"/channels/{{channel}}/{path}", summary, answers, body=body, problems=(404, 409))


PARTNERS = (
    hq("get", "/partners/terms", "The terms for partners", {200: m.PartnerTerms}, tagged=True),
    hq("put", "/partners/terms", "Other terms, from now on", {200: m.PartnerTerms}, body=m.PartnerTerms),
    _channel("put", "parent", "Move it in the tree, with all below it", m.ChannelPlace),
    _channel("put", "level", "By which rates it is paid from now on", m.ChannelLevel),
    _channel("post", "state", "Suspend, resume or close it, with a reason", m.ChannelStep),
    hq(
        "post",
        "/channels/{channel}/owner",
        "A login for its owner, or another password for it",
        {200: OwnerNamed},
        body=OwnerLogin,
        problems=(404, 409),
    ),
    hq(
        "post",
        "/customers/{viewer}/channel",
        "Decide whose customer he is, with a reason",
        {200: WhyCustomer},
        body=m.CustomerMoved,
        problems=(404, 409),
    ),
    hq("get", "/disputes", "Whose is he? The latest first", {200: m.DisputeView}, listed=True),
    hq("post", "/disputes/{dispute}/answer", "Answer", {204: None}, body=m.DisputeAnswer, problems=(404, 409)),
    hq(
        "post",
        "/disputes/{dispute}/decide",
        "Decide, with a reason: what is held goes on, or credit moves",
        {200: m.DisputeDecided},
        body=m.DisputeDecision,
        problems=(404, 409),
    ),
    _desk("get", "/disputes", "Disputes of one's own", {200: m.DisputeView}, listed=True),
    _desk("post", "/disputes", "Claim", {201: m.DisputeOpened}, body=m.DisputeNew, problems=(404, 409)),
    _desk("get", "/contestable", "Orders of one's room credited to others", {200: m.ContestableView}, listed=True),
    _desk("get", "/notices", "What the desk is told", {200: m.NoticeView}, listed=True),
    _desk("post", "/notices/read", "They are read", {200: m.NoticesRead}),
)
