"""Replays on a real node: what lies on its disk is shown, withdrawn and swept by rule."""

import asyncio
import time

import pytest

from commerce import commands
from relay.hls.tape import Tape

SEGMENTS = 5


@pytest.fixture
async def evening(open_shop, tmp_path):
    """A show of ten seconds that is over, with a pin after three of them; what it recorded is on the disk."""
    shop = await open_shop("--hls.record=true", "--hls.record_days_max=30")
    folder = shop.node.core.settings.data_dir / "recordings" / shop.show.show / str(shop.show.epoch)
    began = time.time()
    for number in range(SEGMENTS):
        one = Tape(folder)
        unix = began - 3 + 2 * number  # the pin is done now
        await asyncio.to_thread(one.append, f"{number}.mp4", b"init", [b"segment"], "2.000000", unix)
    await shop.do(commands.Pin(shop.merchant.id, shop.show.show, shop.product.product))
    await shop.do(commands.UpdateShow(shop.merchant.id, shop.show.show, state="ended"))
    return shop


async def publish(shop, visitor, published=True, days=None):
    await visitor.log_in()
    body = {"published": published, "days": days}
    return await visitor("PUT", f"/api/v1/hq/shows/{shop.show.show}/replay", body)


async def test_published_it_plays_with_its_markers(evening):
    visitor = await evening.visitor()
    status, shown = await publish(evening, visitor, days=7)
    assert (status, shown["published"], shown["days"], shown["seconds"]) == (200, True, 7, 10.0)
    assert (await visitor("GET", "/api/v1/hq/replays"))[1] == [shown]
    assert (await visitor("GET", "/api/v1/rooms/north"))[1]["show"]["replay"] is True
    status, found = await visitor("GET", "/api/v1/rooms/north/replay")
    assert (status, found["seconds"], found["title"]) == (200, 10.0, evening.show.title)
    (marker,) = found["markers"]
    assert marker["product"] == evening.product.product
    assert 3 <= marker["seconds"] < 10, "the wall clock of the pin in the time of the recording"
    status, playlist = await visitor("GET", found["hls"])
    assert status == 200 and playlist.count("#EXTINF") == SEGMENTS and "VOD" in playlist
    segment = next(line for line in playlist.splitlines() if line.endswith(".m4s"))
    assert (await visitor("GET", found["hls"].replace("index.m3u8", segment)))[0] == 200


async def test_until_then_and_once_withdrawn_nobody_sees_it(evening):
    visitor = await evening.visitor()
    address = f"/replay/{evening.show.show}/{evening.show.epoch}/index.m3u8"
    for published in (None, True, False):
        if published is not None:
            await publish(evening, visitor, published)
        expected = 200 if published else 404
        assert (await visitor("GET", "/api/v1/rooms/north/replay"))[0] == expected
        assert (await visitor("GET", address))[0] == expected
        assert (await visitor("GET", "/api/v1/rooms/north"))[1]["show"]["replay"] is (expected == 200)


async def test_rooms_hear_of_it(evening):
    visitor = await evening.visitor()
    socket = await visitor.enter("north")
    await publish(evening, visitor)
    while not (await socket.wait_for("show_state"))["show"]["replay"]:
        pass


async def test_what_cannot_be_is_refused(evening):
    visitor = await evening.visitor()
    status, problem = await publish(evening, visitor, days=0)
    assert (status, problem["errors"][0]["field"]) == (422, "days")
    assert (await visitor("PUT", "/api/v1/hq/shows/00000000/replay", {"published": True}))[0] == 404
    nobody = await evening.visitor()
    path = f"/api/v1/hq/shows/{evening.show.show}/replay"
    assert (await nobody("PUT", path, {"published": True}))[0] == 401


async def test_the_sweep_keeps_what_is_wanted_and_no_more(evening):
    visitor = await evening.visitor()
    await publish(evening, visitor, days=1)
    replays, recordings = evening.node.core.replays, evening.node.core.recordings
    await replays.sweep()
    assert len(await recordings.all()) == 1
    recordings._clock = lambda: time.time() + 2 * 86_400
    await replays.sweep()
    assert await recordings.all() == []
    assert (await visitor("GET", "/api/v1/rooms/north/replay"))[0] == 404


async def test_without_recording_there_is_nothing(open_shop):
    shop = await open_shop()
    await shop.do(commands.UpdateShow(shop.merchant.id, shop.show.show, state="ended"))
    visitor = await shop.visitor()
    assert (await publish(shop, visitor))[1]["seconds"] is None
    assert (await visitor("GET", "/api/v1/rooms/north/replay"))[0] == 404
    await shop.node.core.replays.sweep()
