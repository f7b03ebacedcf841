import asyncio

import av
import pytest


@pytest.fixture
async def recorded(serving, tmp_path, metrics):
    async with serving(recorded_in=tmp_path) as one:
        yield one


def pictures(url):
    """What FFmpeg's own HLS reader makes of it: times of all pictures."""
    with av.open(url) as container:
        return [frame.time for frame in container.decode(video=0)]


async def settled(live):
    """All that is whole is on the disk."""
    await asyncio.to_thread(lambda: live.origin.recordings._thread.submit(int).result())


async def test_the_whole_show_plays_from_its_recording(recorded, clip):
    await recorded.feed(clip)
    recorded.broadcast.end()
    await recorded.turn()
    await settled(recorded)
    url = str(recorded.client.make_url("/replay/show/e1/index.m3u8"))
    times = await asyncio.to_thread(pictures, url)
    assert len(times) == len(clip.of("video")) == 300
    assert times == sorted(times)


async def test_it_grows_while_the_show_is_on(recorded, clip):
    await recorded.feed(clip, until=4)
    await settled(recorded)
    text = await playlist(recorded)
    assert text.count("#EXTINF") == 1 and "ENDLIST" not in text
    await recorded.feed()
    await settled(recorded)
    longer = await playlist(recorded)
    assert longer.startswith(text) and longer.count("#EXTINF") == 4


async def playlist(live, status=200):
    answer = await live.client.get("/replay/show/e1/index.m3u8", headers={"Accept-Encoding": "identity"})
    assert answer.status == status
    return await answer.text()


async def test_the_same_bytes_as_live(recorded, clip):
    await recorded.feed(clip)
    await settled(recorded)
    segment = recorded.window.segments[1]
    lines = (await playlist(recorded)).splitlines()
    ranges = [line.split(":")[1] for line in lines if line.startswith("#EXT-X-BYTERANGE")]
    size, offset = map(int, ranges[1].split("@"))
    path = f"/replay/show/e1/{recorded.window.first_msn}.mp4"
    answer = await recorded.client.get(path, headers={"Range": f"bytes={offset}-{offset + size - 1}"})
    assert (answer.status, answer.headers["Content-Type"]) == (206, "video/mp4")
    assert await answer.read() == b"".join(segment.chunks)


async def test_after_a_restart_the_recording_goes_on(recorded, clip):
    await recorded.feed(clip)
    await recorded.origin.close("show")
    recorded.clock.started += 60
    recorded.origin.open(recorded.broadcast)
    await recorded.feed(clip.again(60))
    recorded.broadcast.end()
    await recorded.turn()
    await settled(recorded)
    text = await playlist(recorded)
    assert (text.count("#EXT-X-MAP"), text.count("#EXT-X-DISCONTINUITY")) == (2, 1)
    assert text.count("#EXTINF") == 10 and text.endswith("#EXT-X-ENDLIST\n")
    times = await asyncio.to_thread(pictures, str(recorded.client.make_url("/replay/show/e1/index.m3u8")))
    assert len(times) >= 2 * 300 - 1


@pytest.mark.parametrize("path", ["x/e1/index.m3u8", "show/e1/1.mp4", "show/e1/index.jsonl", "..%2f/e1/1.mp4"])
async def test_what_is_not_recorded_is_missing(recorded, path):
    answer = await recorded.client.get(f"/replay/{path}")
    assert answer.status == 404


async def test_without_recordings_there_are_no_addresses(live):
    assert (await live.client.get("/replay/show/e1/index.m3u8")).status == 404
