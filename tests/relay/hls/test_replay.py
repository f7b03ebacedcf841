import asyncio

import av
import pytest
from aiohttp import ClientError

from relay.hls.tape import Tape


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
    await asyncio.to_thread(lambda: live.origin.recordings._writer.submit(int).result())


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
    names = [line for line in (await playlist(recorded)).splitlines() if not line.startswith("#")]
    for segment, name in zip(recorded.window.segments, names, strict=False):
        answer = await recorded.client.get(f"/replay/show/e1/{name}")
        assert (answer.status, answer.headers["Content-Type"]) == (200, "video/mp4")
        assert answer.headers["Cache-Control"] == "public, max-age=86400"
        assert await answer.read() == b"".join(segment.chunks)
    assert len(names) == 4
    head = await recorded.client.head(f"/replay/show/e1/{names[0]}")
    assert head.content_length == sum(map(len, recorded.window.segments[0].chunks))


async def test_large_segments_go_in_pieces(recorded, clip, monkeypatch):
    monkeypatch.setattr("relay.hls.replay.CHUNK_BYTES", 1_000)
    await recorded.feed(clip)
    await settled(recorded)
    name = next(line for line in (await playlist(recorded)).splitlines() if line.endswith(".m4s"))
    answer = await recorded.client.get(f"/replay/show/e1/{name}")
    assert await answer.read() == b"".join(recorded.window.segments[0].chunks)


async def test_a_recording_that_breaks_off_is_no_whole_answer(recorded, clip, monkeypatch, caplog):
    """The first pieces went out; the third cannot be read."""
    monkeypatch.setattr("relay.hls.replay.CHUNK_BYTES", 1_000)
    await recorded.feed(clip)
    await settled(recorded)
    name = next(line for line in (await playlist(recorded)).splitlines() if line.endswith(".m4s"))
    whole, asked = recorded.origin.recordings.read, []

    async def read(broadcast, epoch, wanted):
        asked.append(wanted)
        if len(asked) == 3:
            raise OSError("the disk is gone")
        return await whole(broadcast, epoch, wanted)

    monkeypatch.setattr(recorded.origin.recordings, "read", read)
    with pytest.raises(ClientError):
        await (await recorded.client.get(f"/replay/show/e1/{name}")).read()
    assert "broke off" in caplog.text
    answer = await recorded.client.get(f"/replay/show/e1/{name}")
    assert answer.status == 200 and len(await answer.read()) == answer.content_length


async def test_what_cannot_be_read_is_no_error_of_the_viewer(recorded, clip, monkeypatch):
    await recorded.feed(clip)
    await settled(recorded)

    async def read(*_):
        raise OSError("the bucket is away")

    name = next(line for line in (await playlist(recorded)).splitlines() if line.endswith(".m4s"))
    monkeypatch.setattr(recorded.origin.recordings, "read", read)
    answer = await recorded.client.get(f"/replay/show/e1/{name}")
    assert (answer.status, answer.headers["Cache-Control"]) == (503, "no-store")


async def test_so_many_at_once_and_no_more(recorded, clip, monkeypatch):
    monkeypatch.setattr("relay.hls.replay.SENDING_MAX", 0)
    await recorded.feed(clip)
    await settled(recorded)
    name = next(line for line in (await playlist(recorded)).splitlines() if line.endswith(".m4s"))
    assert (await recorded.client.get(f"/replay/show/e1/{name}")).status == 503


async def test_one_that_is_withdrawn_is_missing(recorded, tmp_path):
    for show in ("withdrawn", "shown"):
        one = Tape(tmp_path / show / "1")
        await asyncio.to_thread(one.append, "7.mp4", b"init", [b"segment"], "2", 0.0)
    for name in ("index.m3u8", "7-4-7.m4s"):
        assert (await recorded.client.get(f"/replay/withdrawn/1/{name}")).status == 404
        assert (await recorded.client.get(f"/replay/shown/1/{name}")).status == 200


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


@pytest.mark.parametrize("path", ["x/e1/index.m3u8", "show/e1/1-0-1.m4s", "show/e1/index.jsonl", "..%2f/e1/1.mp4"])
async def test_what_is_not_recorded_is_missing(recorded, path):
    answer = await recorded.client.get(f"/replay/{path}")
    assert answer.status == 404


async def test_without_recordings_there_are_no_addresses(live):
    assert (await live.client.get("/replay/show/e1/index.m3u8")).status == 404
