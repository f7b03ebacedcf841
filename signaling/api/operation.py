"""How an operation of the API is described."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class Operation:
    """`answer` is by status; None: no body. `listed`: the answer is an array of it. `problems` are statuses.

    `media` is the type of an answer without a model that has a body all the same. `tagged`: a read whose answer has an
    ETag; `paged`: a list that comes in pages; changes by PUT and PATCH always have one, and take If-Match, as does a
    DELETE that is `matched`. `takes` are the types of a file that is the body.
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
    tagged: bool = False
    paged: bool = False
    takes: tuple[str, ...] = ()
    matched: bool = False

    @property
    def once(self) -> bool:
        """Whether it takes an Idempotency-Key: every POST of a viewer or behind a session, but logging in or out."""
        return self.method == "post" and self.security != "" and not self.path.endswith(("/login", "/code", "/logout"))

    @property
    def versioned(self) -> bool:
        """Whether it changes what has a version. A viewer's cart has none: a quantity is set whole."""
        return self.matched or (self.method in ("put", "patch") and self.security == "session")


V1 = "/api/v1"
HQ = "/api/v1/hq"
Found = dict[int, type[BaseModel] | None]


def hq(method: str, path: str, summary: str, answers: Found, **more: object) -> Operation:
    """An operation behind the login."""
    return Operation(method, HQ + path, summary, answers, security="session", **more)  # type: ignore[arg-type]
