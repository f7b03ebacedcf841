"""A lean HTTP/1.1 client for load: one request at a time; bodies are counted, and kept only when asked for."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit


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
    """Answers must carry Content-Length; anything else is an error of the server for this tool."""

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
            self._length = self._missing = int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        self._missing -= len(data)
        if self._keep:
            self._chunks.append(data)
        if self._missing == 0:
            self._done()

    def _done(self) -> None:
        answer = Answer(int(self._head[9:12]), self._head, b"".join(self._chunks), self._length)
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


async def connect(url: str) -> Connection:
    """A connection to the server of that URL."""
    parts = urlsplit(url)
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(Connection, parts.hostname, parts.port)
    return connection
