"""Statements are compiled once for all tests of a process: compiling them was most of what a store cost.

A node keeps its compiled statements as long as it lives (SQLAlchemy's cache, for each engine); a test's node lives for
a second. So engines of one kind get one dialect and one cache here: those of the first that has connected.
"""

from typing import Any

from sqlalchemy import Engine, Pool, create_engine, event
from sqlalchemy.engine import Dialect
from sqlalchemy.util import LRUCache

STATEMENTS_MAX = 20_000

Kind = tuple[str, str, Any]


class SharedStatements:
    """In place of `create_engine`."""

    def __init__(self) -> None:
        self._kept: dict[Kind, tuple[Dialect, LRUCache[Any, Any]]] = {}

    def __call__(self, url: str, **given: Any) -> Engine:
        engine = create_engine(url, **given)
        kind = (engine.dialect.name, engine.dialect.driver, given.get("insertmanyvalues_page_size"))
        if kind in self._kept:
            engine.dialect, engine._compiled_cache = self._kept[kind]
        else:
            self._keep_once_connected(kind, engine)
        return engine

    def _keep_once_connected(self, kind: Kind, engine: Engine) -> None:
        """Not before: it is then that a dialect learns what the server can do."""

        def connected(*_: object) -> None:
            self._kept.setdefault(kind, (engine.dialect, LRUCache(STATEMENTS_MAX)))

        pool: Pool = engine.pool
        event.listen(pool, "first_connect", connected)
