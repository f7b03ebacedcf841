"""The operations of HQ about personal data."""

from __future__ import annotations

from signaling.api import models_guard as m
from signaling.api.operation import hq

GUARD = (
    hq("get", "/accesses", "Who saw or took away personal data", {200: m.AccessView}, listed=True, query=("before",)),
    hq("get", "/customers/{viewer}/data", "Everything about a person, as JSON", {200: None}, problems=(404,)),
    hq("get", "/holds", "Legal holds", {200: m.LegalHoldView}, listed=True, paged=True),
    hq("post", "/holds", "Nothing of it is erased", {201: m.LegalHoldMade}, body=m.LegalHoldNew, problems=(404,)),
    hq("delete", "/holds/{hold}", "The hold is over", {204: None}, problems=(404,)),
    hq("get", "/retention", "How long personal data are kept", {200: m.RetentionView}, tagged=True),
    hq("put", "/retention", "Keep them so long", {200: m.RetentionView}, body=m.RetentionBody),
)
