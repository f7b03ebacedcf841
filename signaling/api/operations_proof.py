"""The operations of proof: anybody may ask."""

from __future__ import annotations

from signaling.api import models_proof as m
from signaling.api.operation import V1, Found, Operation


def _open(path: str, summary: str, answers: Found, *query: str) -> Operation:
    place = f"{V1}/proofs/{{merchant}}{path}"
    return Operation("get", place, summary, answers, security="", problems=(404,), query=query)


PROOFS = (
    _open("/heads", "Signed heads, the newest first, and the keys", {200: m.Heads}, "log"),
    _open("/consistency", "That a log only grew", {200: m.Consistency}, "log", "old", "new"),
    _open("/inclusion", "That a leaf is in a log", {200: m.Inclusion}, "log", "position", "size"),
)
