import asyncio

import pytest

from bench.connection import connect

ANSWERS = {
    b"/whole": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    b"/empty": b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
    b"/chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
}


@pytest.fixture(params=[1, 7, 1_000])
async def server(request):
    """Answers in pieces of so many bytes."""

    async def serve(reader, writer):
        while line := await reader.readline():
            while await reader.readline() != b"\r\n":
                pass
            answer = ANSWERS[line.split()[1]]
            for at in range(0, len(answer), request.param):
                writer.write(answer[at : at + request.param])
                await writer.drain()
                await asyncio.sleep(0)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as one:
        yield f"http://127.0.0.1:{one.sockets[0].getsockname()[1]}"


async def test_bodies_are_read_however_they_are_framed_and_cut(server):
    connection = await connect(server)
    for path, status, body in (("/whole", 200, b"hello"), ("/chunks", 200, b"hello"), ("/empty", 404, b"")) * 2:
        answer = await connection.request("GET", path, keep=True)
        assert (answer.status, answer.body) == (status, body)
    assert (await connection.request("GET", "/whole")).length == 5
    connection.close()
