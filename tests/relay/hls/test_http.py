import asyncio
import contextlib
import gzip

import pytest
from aiohttp import web

from relay.hls import http
from relay.hls.http import BadDirective, Directives, directives

MANY = 200


async def test_nothing_is_there_before_the_first_part(live):
    assert live.origin.url("show") is None
    for name in ("index.m3u8", "media.m3u8", "1.m4s", "init-1.mp4"):
        assert (await live.get(name, 404)).headers["Cache-Control"] == "no-store"


async def test_who_has_no_playlist_yet_waits_for_the_first_whole_segment(live, clip):
    await live.feed(clip, until=1.6)
    assert live.origin.url("show") is not None
    first = asyncio.create_task(live.media())
    await live.held()
    await live.feed(until=3.1)
    assert [segment.msn for segment in (await first).whole] == [live.window.first_msn]


async def test_another_epoch_is_another_address(live, clip):
    await live.feed(clip)
    await live.get("index.m3u8")
    for path in ("/live/show/e2/index.m3u8", "/live/other/e1/index.m3u8", "/live/show/e2/media.m3u8"):
        assert (await live.client.get(path)).status == 404


async def test_the_whole_is_found_from_the_one_address(live, clip):
    await live.feed(clip, until=4)
    assert live.origin.url("show") == live.base + "index.m3u8"
    index = await (await live.get("index.m3u8")).text()
    assert index.splitlines()[-1] == "media.m3u8"
    playlist = await live.media()
    names = [part["URI"] for part in playlist.parts] + [segment.uri for segment in playlist.whole]
    assert len(names) >= 6
    for name in names:
        response = await live.get(name)
        assert (response.headers["Content-Type"], len(await response.read()) > 0) == ("video/mp4", True)


async def test_a_reload_is_held_until_its_part_is_there(live, clip):
    await live.feed(clip, until=4.6)
    msn, part = (await live.media()).next
    reload = asyncio.create_task(live.media(f"?_HLS_msn={msn}&_HLS_part={part}"))
    await live.held()
    assert not reload.done()
    await live.feed(until=5.1)
    assert (await reload).parts[-1]["URI"] == f"{msn}.{part}.m4s"


async def test_a_reload_without_part_waits_for_the_whole_segment(live, clip):
    await live.feed(clip, until=4.6)
    msn, _ = (await live.media()).next
    reload = asyncio.create_task(live.media(f"?_HLS_msn={msn}"))
    await live.held()
    await live.feed(until=4.8)
    assert not reload.done()
    await live.feed(until=5.1)
    assert (await reload).whole[-1].msn == msn


async def test_the_hinted_part_is_held_and_comes_whole(live, clip):
    """Not one byte is sent before all of it can go."""
    await live.feed(clip, until=4.6)
    hint = (await live.media()).hint
    reader, writer = await asyncio.open_connection(live.client.host, live.client.port)
    writer.write(f"GET {live.base}{hint} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    await live.held()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.read(1), 0.1)
    await live.feed(until=5.1)
    head = await reader.readuntil(b"\r\n\r\n")
    size = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    assert head.startswith(b"HTTP/1.1 200")
    assert await reader.readexactly(size) == b"".join(live.window.resources[hint])
    writer.close()


@pytest.mark.parametrize("breaks", ["ends", "goes on with other tracks"])
async def test_a_hint_is_kept_when_the_stream_breaks(live, clip, breaks):
    """What was queued becomes the hinted part: a shorter one."""
    await live.feed(clip, until=4.6)
    hint = (await live.media()).hint
    held = asyncio.create_task(live.get(hint))
    await live.held()
    if breaks == "ends":
        live.broadcast.end()
        await live.turn()
    else:
        await live.feed(clip.again(4), until=6)
    assert await (await held).read() == b"".join(live.window.resources[hint])


async def test_many_held_at_once_share_what_they_get(live, clip):
    await live.feed(clip, until=4.6)
    msn, part = (await live.media()).next
    query = f"media.m3u8?_HLS_msn={msn}&_HLS_part={part}"
    requests = [asyncio.create_task(live.get(query, **{"Accept-Encoding": "gzip"})) for _ in range(MANY)]
    await live.held(100)
    await live.feed(until=5.1)
    bodies = {await (await request).read() for request in requests}
    assert len(bodies) == 1
    assert f"{msn}.{part}.m4s" in gzip.decompress(bodies.pop()).decode()


@pytest.mark.parametrize(
    "query", ["?_HLS_part=1", "?_HLS_msn=x", "?_HLS_msn=-1", "?_HLS_msn=" + "9" * 30, "?_HLS_msn="]
)
async def test_a_wrong_directive_is_a_400(live, clip, query):
    await live.feed(clip, until=3)
    assert (await live.get("media.m3u8" + query, 400)).headers["Cache-Control"] == "no-store"


async def test_too_far_ahead_is_a_400_at_once(live, clip):
    await live.feed(clip, until=4.6)
    msn, part = (await live.media()).next
    await live.get(f"media.m3u8?_HLS_msn={msn + 2}", 400)
    await live.get(f"media.m3u8?_HLS_msn={msn}&_HLS_part={part + 6}", 400)


async def test_what_is_older_than_the_window_gets_the_full_playlist(live, clip):
    await live.feed(clip)
    assert (await live.media("?_HLS_msn=0")).text == (await live.media()).text


async def test_a_reload_held_for_too_long_is_a_503(live, clip):
    await live.feed(clip, until=4.6)
    msn, part = (await live.media()).next
    live.origin.find("show", "e1").waiting.seconds_max = 0.01
    for name in (f"media.m3u8?_HLS_msn={msn}&_HLS_part={part}", f"{msn}.{part}.m4s"):
        response = await live.get(name, 503)
        assert (response.headers["Retry-After"], response.headers["Cache-Control"]) == ("1", "no-store")


async def test_as_many_are_held_as_the_limit_allows(serving, clip):
    async with serving(held_requests_max=1) as live:
        await live.feed(clip, until=4.6)
        hint = (await live.media()).hint
        held = asyncio.create_task(live.get(hint))
        await live.held()
        await live.get(hint, 503)
        await live.feed(until=5.1)
        await held


async def test_a_part_that_was_never_hinted_is_missing_and_not_cached(live, clip):
    """Cached, such a 404 would hide the part from everyone behind that cache when it comes."""
    await live.feed(clip, until=4.6)
    msn, part = (await live.media()).next
    for name in (f"{msn}.{part + 1}.m4s", f"{msn}.m4s", "x.m4s", "1.0.m4s", "init-1.mp4"):
        assert (await live.get(name, 404)).headers["Cache-Control"] == "no-store"


async def test_caches_are_told_how_long(live, clip):
    await live.feed(clip, until=6)
    playlist = await live.media()
    msn, part = playlist.next
    last = f"media.m3u8?_HLS_msn={msn}&_HLS_part={part - 1}" if part else f"media.m3u8?_HLS_msn={msn - 1}"
    expected = {
        "index.m3u8": "public, max-age=1",
        "media.m3u8": "public, max-age=1",
        "media.m3u8?_HLS_skip=YES": "public, max-age=1",
        last: "public, max-age=12",
        playlist.parts[0]["URI"]: "public, max-age=86400, immutable",
        playlist.whole[0].uri: "public, max-age=86400, immutable",
    }
    for name, cache in expected.items():
        response = await live.get(name)
        assert (response.headers["Cache-Control"], response.headers["Access-Control-Allow-Origin"]) == (cache, "*")
        assert ("Vary" in response.headers) == ("m3u8" in name)
    missing = await live.client.get("/live/gone/e1/media.m3u8?_HLS_msn=5")
    assert (missing.status, missing.headers["Cache-Control"]) == (404, "public, max-age=8")


@pytest.mark.parametrize("accepted,encoding", [("gzip, br", "gzip"), ("br", None), ("gzip;q=0", None)])
async def test_gzip_is_for_those_who_take_it(live, clip, accepted, encoding):
    await live.feed(clip, until=4)
    for name in ("index.m3u8", "media.m3u8"):
        response = await live.get(name, **{"Accept-Encoding": accepted})
        body = await response.read()
        assert response.headers.get("Content-Encoding") == encoding
        assert (gzip.decompress(body) if encoding else body).startswith(b"#EXTM3U")
        assert response.headers["Content-Type"] == "application/vnd.apple.mpegurl"


async def test_after_the_end_directives_are_ignored(live, clip):
    await live.feed(clip)
    live.broadcast.end()
    await live.turn()
    playlist = await live.media("?_HLS_msn=9999999999&_HLS_part=3")
    assert playlist.ended and not playlist.hints


async def test_a_viewer_token_in_the_address_changes_nothing(live, clip):
    await live.feed(clip, until=4)
    assert (await live.media("?token=a")).text == (await live.media("?token=b")).text


async def test_a_browser_of_another_origin_may_ask(live):
    response = await live.client.options(live.base + "media.m3u8")
    assert (response.status, response.headers["Access-Control-Allow-Origin"]) == (204, "*")
    assert "GET" in response.headers["Access-Control-Allow-Methods"]


async def test_head_says_what_get_would(live, clip):
    await live.feed(clip, until=4)
    response = await live.client.head(live.base + "media.m3u8")
    assert (response.status, response.headers["Content-Type"]) == (200, "application/vnd.apple.mpegurl")


async def test_requests_are_counted(live, clip, metrics):
    await live.feed(clip, until=4)
    await live.get("index.m3u8")
    await live.get("nothing.m4s", 404)
    count = metrics.registry.get_sample_value
    assert count("fenbo_hls_requests_total", {"resource": "index", "status": "200"}) == 1
    assert count("fenbo_hls_requests_total", {"resource": "bytes", "status": "404"}) == 1
    assert count("fenbo_hls_parts_total") == len(live.window.resources) - 1 - len(
        [segment for segment in live.window.segments if segment.complete]
    )


async def test_a_viewer_who_left_while_he_waited_is_nobodys_error(live, clip):
    raised = []

    @web.middleware
    async def guard(request, handler):
        try:
            return await handler(request)
        except Exception as error:
            raised.append(error)
            raise

    app = web.Application(middlewares=[guard])
    app.add_routes(http.routes(live.origin))
    await live.feed(clip, until=4.6)
    hint = (await live.media()).hint
    runner = web.AppRunner(app)  # as a node has it: handlers are not cancelled when the peer leaves
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    _, writer = await asyncio.open_connection(*runner.addresses[0])
    writer.write(f"GET {live.base}{hint} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    await live.held()
    writer.transport.abort()
    await live.turn()
    await live.feed(until=5.1)
    await live.held(0)
    await runner.cleanup()
    assert hint in live.window.resources and raised == []


async def test_after_the_end_nothing_is_skipped(live, clip):
    await live.feed(clip)
    await live.feed(clip.again(10))
    assert (await live.media("?_HLS_skip=YES")).skipped > 0
    live.broadcast.end()
    await live.turn()
    last = await live.media(f"?_HLS_skip=YES&_HLS_msn={live.window.last_msn + 9}&_HLS_part=3")
    assert last.ended and last.skipped == 0 and not last.hints


async def test_a_reader_that_does_not_read_is_cut_off(live, clip, monkeypatch):
    """What it has not taken is not kept for it: at most one part, and not for long."""
    monkeypatch.setattr(http, "UNSENT_SECONDS_MAX", 0.05)
    await live.feed(clip, until=4)
    live.window.resources["huge.m4s"] = (b"x" * 8_000_000,) * 8
    reader, writer = await asyncio.open_connection(live.client.host, live.client.port, limit=1024)
    writer.write(f"GET {live.base}huge.m4s HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    read = len(await reader.readexactly(1))
    await asyncio.sleep(0.2)  # it does not read: that is the test
    with contextlib.suppress(ConnectionResetError):
        while chunk := await reader.read(1 << 20):
            read += len(chunk)
    assert read < 8 * 8_000_000
    writer.close()
    await live.get("media.m3u8")


async def test_many_slow_readers_keep_a_part_each_and_no_more(live, clip):
    """What the server holds for those who do not read: the piece being written, which they share with everybody."""
    await live.feed(clip)
    pieces = tuple(bytes([number]) * 1_000_000 for number in range(16))
    live.window.resources["huge.m4s"] = pieces
    readers, server = [], live.client.server.runner.server
    for _ in range(30):
        reader, writer = await asyncio.open_connection(live.client.host, live.client.port, limit=1024)
        writer.write(f"GET {live.base}huge.m4s HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        readers.append((reader, writer))
        await reader.readexactly(1)
    stuck = []
    async with asyncio.timeout(30):
        while len(stuck) < 30:
            await asyncio.sleep(0)
            transports = [one.transport for one in server.connections if one.transport is not None]
            held = [transport.get_write_buffer_size() for transport in transports]
            assert max(held) <= http.UNSENT_BYTES_MAX + len(pieces[0])
            stuck = [size for size in held if size > 0]
    for _, writer in readers:
        writer.transport.abort()
        writer.close()


def test_directives_are_read_and_others_ignored():
    assert directives("") == directives("token=_HLS_msn&_HLS_other=1") == Directives()
    assert directives("a=b&_HLS_msn=12&_HLS_part=3&_HLS_skip=YES") == Directives(12, 3, True)
    assert directives("_HLS_skip=v2") == Directives(skip=True)
    with pytest.raises(BadDirective):
        directives("_HLS_msn=１２")
