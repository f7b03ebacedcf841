"""A lean HTTP/1.1 client for load: one request at a time; bodies are counted, and kept only when asked for.

Bodies in chunks are told by their last five bytes and taken apart only when they are kept.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

LAST_CHUNK = b"0\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Answer:
    """`head` is the status line and the headers; `body` is empty unless it was asked for; `length` is its length."""

    status: int
    head: bytes
    body: bytes
    length: int

    def header(self, name: bytes) -> list[bytes]:
        """All values of a header; `name` in lower case."""
        lines = (line.partition(b":") for line in self.head.split(b"\r\n")[1:])
        return [value.strip() for key, _, value in lines if key.lower() == name]


class Connection(asyncio.Protocol):
    """Answers carry Content-Length or come in chunks; anything else is an error of the server for this tool."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[Answer] | None = None
        self._keep = False
        self._reset()

    def _reset(self) -> None:
        self._head = b""
        self._chunks: list[bytes] = []
        self._missing = -1
        self._length = 0
        self._tail: bytes | None = None  # of a body in chunks

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one in all but name

    def connection_lost(self, _: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionError("closed by the server"))

    def data_received(self, data: bytes) -> None:
        if self._missing < 0:
            self._head += data
            head, found, data = self._head.partition(b"\r\n\r\n")
            if not found:
                return
            self._head = head
            self._begin(head.lower())
        if self._keep:
            self._chunks.append(data)
        if self._tail is None:
            self._missing -= len(data)
        else:
            self._length += len(data)
            self._tail = (self._tail + data)[-len(LAST_CHUNK) :]
            self._missing = int(self._tail != LAST_CHUNK)
        if self._missing == 0:
            self._done()

    def _begin(self, head: bytes) -> None:
        if b"\r\ntransfer-encoding: chunked" in head:
            self._tail, self._missing = b"", 1
        else:
            self._length = self._missing = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])

    def _done(self) -> None:
        body = b"".join(self._chunks)
        body = body if self._tail is None else _joined(body)
        answer = Answer(int(self._head[9:12]), self._head, body, self._length)
        self._reset()
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(answer)

    async def request(
        self,
        method: str,
        path: str,
        *,
        headers: str = "",
        body: bytes = b"",
        kind: str = "application/json",
        keep: bool = False,
    ) -> Answer:
        """`headers` are whole lines, each ended by CR LF. ConnectionError when the server closes."""
        assert self._transport is not None
        if self._transport.is_closing():
            raise ConnectionError("closed by the server")
        self._keep = keep
        self._answer = asyncio.get_running_loop().create_future()
        length = f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n" if body else ""
        self._transport.write(f"{method} {path} HTTP/1.1\r\nHost: fenbo\r\n{headers}{length}\r\n".encode() + body)
        return await self._answer

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


def _joined(chunked: bytes) -> bytes:
    """A body without its chunks' sizes (RFC 9112, 7.1)."""
    parts, at = [], 0
    while chunked:
        line_end = chunked.index(b"\r\n", at)
        size = int(chunked[at:line_end].split(b";")[0], 16)
        if size == 0:
            break
        parts.append(chunked[line_end + 2 : line_end + 2 + size])
        at = line_end + size + 4
    return b"".join(parts)


async def connect(url: str) -> Connection:
    """A connection to the server of that URL."""
    parts = urlsplit(url)
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(Connection, parts.hostname, parts.port)
    return connection
