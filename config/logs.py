"""Logging: one line an event, console or JSON, with the ids of what it is about and without secrets.

Modules use `logging.getLogger(__name__)` and `with ids(show=..., peer=...)`; every line logged inside carries the ids,
across `await`s and in the tasks started there. Lines are made where they are logged and written by a thread of their
own, so a slow terminal or pipe never holds the loop; when the queue is full, lines are dropped and counted.
"""

from __future__ import annotations

import json
import logging
import logging.handlers
import queue
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import TextIO

from config.settings import LogSettings

LINES_QUEUED_MAX = 10_000
HIDDEN = "***"

_ids: ContextVar[Mapping[str, str]] = ContextVar("ids", default=MappingProxyType({}))

# Each pattern keeps its first group and hides what follows. Secrets should never be logged; this is the second lock.
SECRETS = (
    re.compile(r"(rtmps?://[^\s/]+/[^\s/]+/)[^\s\"']+", re.IGNORECASE),  # the stream key is the last part of the URL
    re.compile(r"(\w+://[^\s:/@]+:)[^\s@]+(?=@)"),  # a password in a database URL
    re.compile(r"(\bBearer\s+)[^\s\"',]+", re.IGNORECASE),
    re.compile(r"(\bfenbo_(?:viewer|session)=)[^\s;\"',]+"),
    re.compile(
        r"(\b(?:password|secret|stream_key|backup_stream_key|token|csrf|signature|x-csrf-token|fenbo-signature)"
        r"[\"']?\s*[=:]\s*[\"']?)[^\s\"'&}]+",
        re.IGNORECASE,
    ),
)


@contextmanager
def ids(**values: object) -> Iterator[None]:
    """Everything logged inside carries these ids as well."""
    token = _ids.set({**_ids.get(), **{name: str(value) for name, value in values.items()}})
    try:
        yield
    finally:
        _ids.reset(token)


def redacted(text: str) -> str:
    """`text` with whatever looks like a secret replaced by `***`."""
    for pattern in SECRETS:
        text = pattern.sub(rf"\g<1>{HIDDEN}", text)
    return text


class ConsoleFormatter(logging.Formatter):
    """`12:00:00.123 INFO  relay.rtmp.server  publishing  show=k3j peer=10.0.0.7`."""

    def format(self, record: logging.LogRecord) -> str:
        clock = time.strftime("%H:%M:%S", time.localtime(record.created))
        known = "".join(f"  {name}={value}" for name, value in _ids.get().items())
        line = f"{clock}.{record.msecs:03.0f} {record.levelname:<7} {record.name}  {record.getMessage()}{known}"
        return redacted(line + _trace(self, record))


class JsonFormatter(logging.Formatter):
    """One JSON object a line: `at` (UTC), `level`, `logger`, `message`, the ids, and `trace` where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{record.msecs:03.0f}Z"
        fields = {"at": at, "level": record.levelname, "logger": record.name, "message": redacted(record.getMessage())}
        fields |= {name: redacted(value) for name, value in _ids.get().items() if name not in fields}
        if trace := _trace(self, record).strip():
            fields["trace"] = redacted(trace)
        return json.dumps(fields, ensure_ascii=False)


def _trace(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    return "\n" + formatter.formatException(record.exc_info) if record.exc_info else ""


class LineHandler(logging.handlers.QueueHandler):
    """Formats in the logging thread, where the ids are, and hands the finished line over. Never waits."""

    def __init__(self, lines: queue.Queue[object]) -> None:
        super().__init__(lines)
        self.dropped = 0

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        line = self.format(record)
        return logging.LogRecord(record.name, record.levelno, record.pathname, record.lineno, line, None, None)

    def enqueue(self, record: logging.LogRecord) -> None:
        try:
            self.queue.put_nowait(record)
        except queue.Full:
            self.dropped += 1


class Logs:
    """The process's logging, from `open` to `close`. Owns the root logger's handlers."""

    def __init__(self, settings: LogSettings, stream: TextIO, lines_max: int = LINES_QUEUED_MAX) -> None:
        self.handler = LineHandler(queue.Queue(lines_max))
        self.handler.setFormatter(JsonFormatter() if settings.format == "json" else ConsoleFormatter())
        self._listener = logging.handlers.QueueListener(self.handler.queue, logging.StreamHandler(stream))
        self._level = settings.level

    def open(self) -> None:
        root = logging.getLogger()
        root.handlers[:] = [self.handler]
        root.setLevel(self._level)
        logging.captureWarnings(True)
        self._listener.start()

    def close(self) -> None:
        """Writes what is queued; to be called when the loop has ended. Lines logged afterwards are lost."""
        root = logging.getLogger()
        if self.handler in root.handlers:
            root.removeHandler(self.handler)
        logging.captureWarnings(False)
        self._listener.stop()
        if self.handler.dropped:
            lost = f"{self.handler.dropped} lines dropped"
            self._listener.handlers[0].handle(logging.LogRecord(__name__, logging.WARNING, "", 0, lost, (), None))
