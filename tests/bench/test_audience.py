from aiohttp import web

from bench.audience import Audience, media_of, next_reload, player_delay

LOW_LATENCY = """#EXTM3U
#EXT-X-TARGETDURATION:2
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.5
#EXT-X-PART-INF:PART-TARGET=0.5
#EXT-X-MEDIA-SEQUENCE:7
#EXT-X-PART:DURATION=0.5,URI="7.0.m4s"
#EXTINF:2.0,
7.m4s
#EXT-X-PART:DURATION=0.5,URI="8.0.m4s"
#EXT-X-PART:DURATION=0.5,URI="8.1.m4s"
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="8.2.m4s"
"""
PLAIN = """#EXTM3U
#EXT-X-TARGETDURATION:2
#EXT-X-MEDIA-SEQUENCE:7
#EXTINF:2.0,
show-7.ts
"""


def test_parts_are_awaited_one_by_one():
    assert next_reload("/a/media.m3u8", LOW_LATENCY) == "/a/media.m3u8?_HLS_msn=8&_HLS_part=2"
    assert media_of("/a/media.m3u8", LOW_LATENCY) == ["/a/7.0.m4s", "/a/8.0.m4s", "/a/8.1.m4s"]
    assert player_delay(LOW_LATENCY) == 1.5


def test_without_parts_segments_are_fetched():
    assert next_reload("/a/show.m3u8", PLAIN) == "/a/show.m3u8"
    assert media_of("/a/show.m3u8", PLAIN) == ["/a/show-7.ts"]
    assert player_delay(PLAIN) == 6.0


async def test_everybody_fetches_what_is_new(aiohttp_server):
    parts, asked = ["0.0"], []

    async def playlist(request: web.Request) -> web.Response:
        if int(request.query.get("_HLS_part", 0)) >= len(parts):
            parts.append(f"0.{len(parts)}")
        lines = [f'#EXT-X-PART:DURATION=0.5,URI="{part}.m4s"' for part in parts]
        head = ["#EXTM3U", "#EXT-X-TARGETDURATION:2", "#EXT-X-PART-INF:PART-TARGET=0.5", "#EXT-X-MEDIA-SEQUENCE:0"]
        return web.Response(text="\n".join([*head, *lines, ""]))

    async def media(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=404 if request.path == "/a/0.3.m4s" else 200, body=b"1234567")

    app = web.Application()
    app.add_routes([web.get("/a/media.m3u8", playlist), web.get(r"/a/{part:.*}.m4s", media)])
    server = await aiohttp_server(app)
    audience = Audience(str(server.make_url("/")), "/a/media.m3u8", 3)
    await audience.watch(0.2)
    turns = len(parts) - 1  # the first was there before they came
    assert turns > 3
    assert sorted(asked) == sorted(3 * [f"/a/{part}.m4s" for part in parts[1:]])
    assert (audience.requests, audience.lost) == (3 * 2 * turns, 3)
