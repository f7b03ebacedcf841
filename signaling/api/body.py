"""Bodies: read with a limit, checked by their model, and answered by one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from signaling.errors import BadBody, TooLarge, WrongType

T = TypeVar("T", bound=BaseModel)

JSON = "application/json"


async def read(request: web.Request, model: type[T]) -> T:
    """The body as its model. Raises `WrongType` or `BadBody`, which names every field that does not fit.

    Asking for the content type is also what keeps other sites' forms out: with it a browser asks us first (CORS).
    """
    if request.content_type != JSON:
        raise WrongType(f"send {JSON}", "Content-Type")
    try:
        return model.__pydantic_validator__.validate_json(await request.read())  # type: ignore[no-any-return]
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
    if found[0]["type"] == "json_invalid":
        raise BadBody("the body is not JSON", [("", found[0]["msg"])])
    raise BadBody("these fields do not fit", [(path(each["loc"]), each["msg"]) for each in found])


async def upload(request: web.Request, field: str, types: Collection[str], bytes_max: int) -> bytes:
    """A file as the body, which may be larger than other bodies. Raises `WrongType`, or `TooLarge` naming `field`."""
    if request.content_type not in types:
        raise WrongType(f"send one of {', '.join(types)}", "Content-Type")
    data = bytearray()
    async for piece in request.content.iter_any():
        data += piece
        if len(data) > bytes_max:
            raise TooLarge(f"may have {bytes_max} bytes at most", field)
    return bytes(data)


def check_currency(field: str, given: str, currency: str) -> None:
    """Amounts are in the merchant's currency; saying another is a mistake, not a conversion."""
    if given != currency:
        raise BadBody("an amount is in another currency", [(field, f"amounts are in {currency}")])


def path(location: Sequence[int | str]) -> str:
    """`lines[0].quantity`."""
    parts = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return parts.removeprefix(".")


def answer(view: BaseModel, status: int = 200) -> web.Response:
    """One thing."""
    return web.Response(body=view.model_dump_json().encode(), status=status, content_type=JSON)


def rendered(body: bytes, status: int = 200) -> web.Response:
    """What is JSON already."""
    return web.Response(body=body, status=status, content_type=JSON)


def answers(views: Sequence[BaseModel]) -> web.Response:
    """A list."""
    body = b",".join(view.model_dump_json().encode() for view in views)
    return web.Response(body=b"[%b]" % body, content_type=JSON)
