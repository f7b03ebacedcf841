"""How an operation of the API is described."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class Operation:
    """`answer` is by status; None: no body. `listed`: the answer is an array of it. `problems` are statuses.

    `media` is the type of an answer without a model that has a body all the same.
    """

    method: str
    path: str
    summary: str
    answers: dict[int, type[BaseModel] | None]
    body: type[BaseModel] | None = None
    listed: bool = False
    security: str = "viewer"
    problems: tuple[int, ...] = ()
    query: tuple[str, ...] = ()
    media: str = "application/json"


V1 = "/api/v1"
HQ = "/api/v1/hq"
Found = dict[int, type[BaseModel] | None]


def hq(method: str, path: str, summary: str, answers: Found, **more: object) -> Operation:
    """An operation behind the login."""
    return Operation(method, HQ + path, summary, answers, security="session", **more)  # type: ignore[arg-type]
