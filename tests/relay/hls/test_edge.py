"""The edge's configuration in a real nginx, in front of a real origin."""

import asyncio
import os
import ssl
import subprocess
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from bench import nginx as bench_nginx
from relay.hls.edge import COOKIE, edge_cookie

SECRET = "change-this-secret"
VIEWERS = 1_000
STREAMS = 300  # as many as curl has at once


def connector(folder: Path) -> aiohttp.TCPConnector:
    trust = ssl.create_default_context(cafile=str(folder / "crt"))
    trust.check_hostname = False
    return aiohttp.TCPConnector(limit=0, ssl=trust)


class Edge:
    """A running nginx; `await edge(name, header=...)` asks it."""

    def __init__(self, session: aiohttp.ClientSession, url: str, base: str) -> None:
        self.session, self.url = session, url + base

    async def __call__(self, name: str, **headers: str) -> aiohttp.ClientResponse:
        answer = await self.session.get(self.url + name, headers={"Accept-Encoding": "gzip", **headers})
        await answer.read()
        return answer


@pytest.fixture
def edge(live, tmp_path):
    """`async with edge(open_to_all) as get`: nginx before the live origin."""

    @asynccontextmanager
    async def running(open_to_all=True):
        nginx = bench_nginx.edge(tmp_path, live.client.port, tls=True, open_to_all=open_to_all)
        url = (await asyncio.to_thread(nginx.__enter__)).url
        try:
            async with aiohttp.ClientSession(connector=connector(tmp_path), auto_decompress=False) as session:
                yield Edge(session, url, live.base)
        finally:
            await asyncio.to_thread(nginx.__exit__, None, None, None)

    return running


def asked(live):
    """Requests that reached the origin, by resource."""
    samples = next(iter(live.origin.metrics.hls_requests.collect())).samples
    return {
        (s.labels["resource"], s.labels["status"]): s.value for s in samples if s.name.endswith("_total") and s.value
    }


def cookie(number, secret=SECRET, expires=4_000_000_000):
    return {"Cookie": f"{COOKIE}={edge_cookie(secret, f'viewer{number}', expires)}; fenbo_viewer=v{number}"}


async def test_a_thousand_viewers_cost_the_origin_one_request(live, clip, edge):
    """Each with a cookie and a token of his own; the state of the playlist is held, the part is there."""
    await live.feed(clip, until=2.6)
    async with edge(open_to_all=False) as get:
        output = live.origin.find("show", "e1")
        msn, part = output.window.next_part
        query = f"media.m3u8?_HLS_msn={msn}&_HLS_part={part}"
        viewers = [asyncio.create_task(get(f"{query}&token=t{n}", **cookie(n))) for n in range(VIEWERS)]
        await live.held()
        await live.feed(until=3.1)
        answers = await asyncio.gather(*viewers)
        assert {answer.status for answer in answers} == {200}
        assert len({await answer.read() for answer in answers}) == 1
        assert answers[0].headers["Content-Encoding"] == "gzip"
        assert asked(live) == {("media", "200"): 1}
        parts = await asyncio.gather(*(get(f"{msn}.{part}.m4s?token=t{n}", **cookie(n)) for n in range(VIEWERS)))
        assert {await answer.read() for answer in parts} == {b"".join(output.window.resources[f"{msn}.{part}.m4s"])}
        assert asked(live) == {("media", "200"): 1, ("bytes", "200"): 1}


async def test_each_state_and_each_part_is_fetched_once_while_it_goes_on(live, clip, edge):
    await live.feed(clip, until=2.6)
    async with edge() as get:
        states = 0
        for until in (3.1, 3.6, 4.1, 4.6):
            msn, part = live.origin.find("show", "e1").window.next_part
            query = f"media.m3u8?_HLS_part={part}&x={until}&_HLS_msn={msn}"
            held = [asyncio.create_task(get(query, **cookie(n))) for n in range(20)]
            hinted = [asyncio.create_task(get(f"{msn}.{part}.m4s")) for _ in range(20)]
            await live.held(2)
            await live.feed(until=until)
            assert {answer.status for answer in await asyncio.gather(*held, *hinted)} == {200}
            states += 1
        assert asked(live) == {("media", "200"): states, ("bytes", "200"): states}


async def test_the_cache_keeps_what_the_origin_says(live, clip, edge):
    await live.feed(clip, until=6)
    async with edge() as get:
        name = (await live.media()).whole[0].uri
        assert [(await get(name)).headers["X-Cache"] for _ in range(2)] == ["MISS", "HIT"]
        assert [(await get("0.0.m4s")).headers["X-Cache"] for _ in range(2)] == ["MISS", "MISS"], "a 404 is not kept"
        assert (await get("media.m3u8?_HLS_msn=x")).status == 400
        plain = await get("index.m3u8", **{"Accept-Encoding": "identity"})
        zipped = await get("index.m3u8", **{"Accept-Encoding": "br, gzip"})
        assert (plain.headers.get("Content-Encoding"), zipped.headers.get("Content-Encoding")) == (None, "gzip")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        cookie(1, secret="other"),
        cookie(1, expires=1_000_000_000),
        {"Cookie": cookie(1)["Cookie"].replace("viewer1", "viewer2")},
        {"Cookie": cookie(1)["Cookie"].replace("4000000000", "4000000001")},
    ],
)
async def test_without_a_valid_cookie_the_origin_is_not_even_asked(live, clip, edge, headers):
    await live.feed(clip, until=4)
    async with edge(open_to_all=False) as get:
        assert (await get("index.m3u8", **headers)).status == 403
        assert asked(live) == {}
        assert (await get("index.m3u8", **cookie(1))).status == 200


async def test_many_over_http_2_cost_the_origin_one_request(live, clip, edge, tmp_path):
    """curl opens a stream for each viewer, on a few connections; all wait for the same state of the playlist."""
    await live.feed(clip, until=4)
    async with edge(open_to_all=False) as get:
        msn, part = live.window.next_part
        url = f"{get.url}media.m3u8?_HLS_msn={msn}&_HLS_part={part}"
        asking = asyncio.create_task(asyncio.to_thread(curl, tmp_path, url))
        await live.held()
        await live.feed(until=4.6)
        answers = await asking
        assert len(answers) == STREAMS
        size = len(live.origin.find("show", "e1").state.full.gzipped)
        assert set(answers) == {f"2 200 {size}"}
        assert asked(live) == {("media", "200"): 1}


def curl(folder, url):
    """ "version status bytes" of each answer over HTTP/2, one for each of STREAMS viewers."""
    asks = [
        f'url = "{url}&token=t{n}"\noutput = {os.devnull}\ncookie = "{cookie(n)["Cookie"]}"\n'
        f'cacert = {folder}/crt\nhttp2\nheader = "Accept-Encoding: gzip"\nmax-time = 15\n'
        'write-out = "%{http_version} %{http_code} %{size_download}\\n"\n'
        for n in range(STREAMS)
    ]
    file = folder / "curl"
    file.write_text("next\n".join(asks), "utf-8")
    command = ["curl", "-s", "--parallel", "--parallel-max", str(STREAMS), "-K", str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def test_a_cookie_names_its_viewer_and_end():
    value = edge_cookie("secret", "abc_1", 1_800_000_000)
    assert value.startswith("1800000000-abc_1-")
    assert value != edge_cookie("secret2", "abc_1", 1_800_000_000)
    with pytest.raises(AssertionError):
        edge_cookie("secret", "a-b", 1)
