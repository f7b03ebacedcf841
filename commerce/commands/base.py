"""The root of all commands."""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")


class Command(Generic[T]):
    """Something to be done in one transaction; T is the answer."""

    __slots__ = ()
