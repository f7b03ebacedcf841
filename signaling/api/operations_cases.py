"""The operations around cases, of buyers and of HQ."""

from __future__ import annotations

from signaling.api import models_cases as models
from signaling.api.operation import V1, Operation, hq

CASES = (
    Operation("get", f"{V1}/orders/{{order}}/cases", "Cases of an order", {200: models.Cases}, problems=(404,)),
    Operation(
        "post",
        f"{V1}/orders/{{order}}/cases",
        "Ask for money back; the same client_case_id and body again answers 200 and the same case",
        {201: models.Case, 200: models.Case},
        models.CaseNew,
        problems=(404, 409),
    ),
    Operation(
        "post",
        f"{V1}/cases/{{case}}/send",
        "The goods are on their way back",
        {200: models.Case},
        models.CaseSend,
        problems=(404, 409),
    ),
    Operation(
        "post",
        f"{V1}/cases/{{case}}/withdraw",
        "Nothing is asked any more",
        {200: models.Case},
        models.CaseWithdraw,
        problems=(404, 409),
    ),
    hq(
        "get",
        "/cases",
        "Cases, newest first; state `open`: all that wait for somebody",
        {200: models.CasePage},
        query=("order", "state"),
        paged=True,
    ),
    hq("get", "/cases/{case}", "A case", {200: models.Case}, problems=(404,)),
    hq(
        "post",
        "/cases/{case}/agree",
        "Yes: money back, or the goods are awaited",
        {200: models.Case},
        body=models.CaseAgree,
        problems=(404, 409),
    ),
    hq("post", "/cases/{case}/refuse", "No, and why", {200: models.Case}, body=models.CaseRefuse, problems=(404, 409)),
    hq(
        "post",
        "/cases/{case}/receive",
        "The goods are here again: money back",
        {200: models.Case},
        body=models.CaseReceive,
        problems=(404, 409),
    ),
)
