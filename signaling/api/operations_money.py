"""The operations of HQ and of the desk about money that is earned."""

from __future__ import annotations

from signaling.api import models_hq
from signaling.api import models_money as m
from signaling.api.models_guard import Consent
from signaling.api.operation import V1, Found, Operation, hq

DESK = f"{V1}/desk"


def _desk(method: str, path: str, summary: str, answers: Found, **more: object) -> Operation:
    """An operation of a partner at his own desk."""
    return Operation(method, DESK + path, summary, answers, security="session", **more)  # type: ignore[arg-type]


MONEY = (
    hq("get", "/plan", "Commission plans, the newest first", {200: m.PlanHq}, listed=True, tagged=True),
    hq("put", "/plan", "A new version; one that pays less counts after its notice", {200: m.PlanHq}, body=m.PlanBody),
    hq("post", "/plan/preview", "What a plan would change", {200: m.RulesPreview}, body=m.PlanBody),
    hq("get", "/lock", "The lock in force", {200: m.LockHq}, tagged=True),
    hq("put", "/lock", "A new version of the lock", {200: m.LockHq}, body=m.LockBody),
    hq("post", "/lock/preview", "What a lock would change", {200: m.RulesPreview}, body=m.LockBody),
    hq("get", "/figures", "Commission by state, sales by channel and day", {200: m.MoneyFigures}, query=("days",)),
    hq("get", "/receivables", "What parties owe, and how it ended", {200: m.ReceivableHq}, listed=True),
    hq(
        "post",
        "/receivables/{receivable}/end",
        "It came in another way, or never will",
        {200: m.ReceivableHq},
        body=m.ReceivableEnd,
        problems=(404, 409),
    ),
    hq("post", "/payouts/{payout}/retry", "Pay again what failed", {200: m.PayoutState}, problems=(404, 409)),
    hq(
        "post",
        "/payouts/{payout}/return",
        "The bank sent it back after it was paid",
        {200: m.PayoutReturned},
        body=m.PayoutReturn,
        problems=(404, 409),
    ),
    hq("get", "/orders/{order}/why", "Whose it is and why", {200: m.Why}, problems=(404,), query=("language",)),
    hq("post", "/orders/{order}/hold", "Hold what it pays", {200: m.LinesChanged}, body=m.Held, problems=(404, 409)),
    hq("get", "/held", "What waits, by party and reason", {200: m.HeldHq}, listed=True),
    hq("post", "/parties/{party}/hold", "Hold what they earn", {200: m.LinesChanged}, body=m.Held, problems=(404, 409)),
    hq("get", "/customers/{viewer}/why", "Whose he is", {200: m.WhyCustomer}, problems=(404,), query=("language",)),
    hq("post", "/customers/{viewer}/erase", "Erase his personal data", {200: m.Erased}, problems=(404, 409)),
    hq(
        "get",
        "/settlements",
        "Settlements, the latest first; in one state, if that is given",
        {200: m.SettlementHq},
        listed=True,
        paged=True,
        query=("state",),
    ),
    hq("post", "/settlements", "Settle a period", {200: m.SettlementsMade}, body=m.SettlementsNew),
    hq(
        "post",
        "/settlements/{settlement}/approve",
        "Reviewed: net what is owed, and pay the rest",
        {200: m.SettlementHq},
        body=m.SettlementApprove,
        problems=(404, 409),
    ),
    hq(
        "post",
        "/settlements/approve",
        "Approve all that one may, at most a thousand",
        {200: m.SettlementsApproved},
        body=m.SettlementsApprove,
    ),
    hq("post", "/payouts", "Begin what is queued, and all that is on its way", {200: m.PayoutsBegun}),
    hq("get", "/payouts.csv", "Payouts on their way to the bank", {200: None}, media="text/csv"),
    hq("post", "/payouts/sheet", "What the bank did, row by row", {200: m.SheetRead}, body=m.SheetBody),
    _desk("get", "", "A partner's own figures", {200: m.DeskView}),
    _desk("get", "/customers", "His customers, masked", {200: m.CustomerView}, listed=True, paged=True),
    _desk("get", "/orders", "Orders of his customers, masked", {200: m.DeskOrder}, listed=True, paged=True),
    _desk("get", "/orders/{order}/why", "Why it is mine", {200: m.Why}, problems=(404,), query=("language",)),
    _desk(
        "get", "/customers/{viewer}/why", "Why he is mine", {200: m.WhyCustomer}, problems=(404,), query=("language",)
    ),
    _desk("post", "/export", "All that is his, as a ZIP", {200: None}, body=Consent, media="application/zip"),
    _desk(
        "get",
        "/statement",
        "His statement with its proofs, of a period if that is given; too long, it is refused (409, `period`)",
        {200: None},
        problems=(404, 409),
        query=("start", "end", "log"),
    ),
    _desk("get", "/goods", "What he may keep out of his room", {200: models_hq.RoomGoods}, listed=True, tagged=True),
    _desk(
        "put",
        "/goods/{product}",
        "Keep goods out of his room, or show them again",
        {200: models_hq.RoomGoods},
        body=models_hq.GoodsHide,
        problems=(404, 409),
    ),
    _desk("post", "/links", "A link to his room", {201: models_hq.Link}, body=models_hq.LinkNew, problems=(404,)),
)
