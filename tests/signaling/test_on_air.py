"""Shows that are on have a broadcast, encoder or not, in step with the show and the studio's settings."""

import asyncio
import contextlib
import io

import pytest
from PIL import Image

from commerce import commands
from relay import slate_file
from relay.errors import NotAvailable
from relay.media import Kind
from relay.slate_picture import Cause
from relay.source import Slot


@pytest.fixture
def until():
    """Lets the loop run until the condition holds; a broadcast that is not there yet is no answer."""

    async def wait(condition):
        async with asyncio.timeout(40):
            while True:
                with contextlib.suppress(NotAvailable, KeyError):
                    if condition():
                        return
                await asyncio.sleep(0.005)

    return wait


async def change(shop, state):
    await shop.do(commands.UpdateShow(shop.merchant.id, shop.show.show, state=state))


def sources(shop):
    return shop.node.core.hub.get(shop.show.show).sources


async def test_a_show_that_is_on_when_the_node_starts_plays_the_slate(shop, until):
    core = shop.node.core
    await until(lambda: core.origin.url(shop.show.show) is not None)
    assert sources(shop).slate_is_on
    assert sources(shop).by_slot == {}
    broadcast = core.hub.get(shop.show.show)
    standard = slate_file.standard(Cause.WAITING).packets
    assert broadcast.tracks[Kind.VIDEO].config == standard[0].track.config
    assert core.metrics.registry.get_sample_value("fenbo_slates") == 1
    assert core.metrics.registry.get_sample_value("fenbo_source_switches_total", {"to": "slate"}) == 1


async def test_pause_and_end(shop, until):
    await until(lambda: sources(shop).slate_is_on)
    await change(shop, "paused")
    await until(lambda: sources(shop).paused)
    await change(shop, "live")
    await until(lambda: not sources(shop).paused)
    broadcast = shop.node.core.hub.get(shop.show.show)
    subscription = broadcast.subscribe("test")
    await change(shop, "ended")
    await until(lambda: subscription.closed)
    await until(lambda: shop.node.core.metrics.registry.get_sample_value("fenbo_slates") == 0)


async def test_the_next_show_has_a_slate_once_it_is_on(shop, until):
    await change(shop, "ended")
    later = await shop.do(commands.CreateShow(shop.merchant.id, "Later"))
    await shop.do(commands.UpdateShow(shop.merchant.id, later.show, state="live"))
    await until(lambda: shop.node.core.origin.url(later.show) is not None)


async def test_the_way_back_is_the_studios(shop, until):
    await until(lambda: sources(shop).slates is not None)
    assert sources(shop).returns
    await shop.do(commands.SetStudio(shop.merchant.id, "manual"))
    await until(lambda: not sources(shop).returns)


@pytest.mark.parametrize(("data", "size"), [("own", (320, 180)), (b"not a picture any more", (1280, 720))])
async def test_the_merchants_own_slate_is_shown_where_it_can_be(shop, until, data, size):
    if data == "own":
        file = io.BytesIO()
        Image.new("RGB", size, (10, 200, 10)).save(file, "PNG")
        data = file.getvalue()
    await until(lambda: sources(shop).slates is not None)
    before = sources(shop).slates
    await shop.do(commands.PutSlate(shop.merchant.id, "waiting", "image/png", data))
    await until(lambda: sources(shop).slates is not before)
    track = sources(shop).slates[Cause.WAITING].packets[0].track
    assert (track.width, track.height) == size
    await until(lambda: shop.node.core.hub.get(shop.show.show).tracks[Kind.VIDEO].width == size[0])


async def test_what_fails_is_tried_again(shop, monkeypatch, until):
    on_air, ask = shop.node.core.on_air, shop.node.commerce.ask
    failures = []

    async def fail(*question, **_):
        failures.append(question)
        if len(failures) < 3:
            raise OSError("the store is away")
        return await ask(*question)

    monkeypatch.setattr(on_air._commerce, "ask", fail)
    await shop.do(commands.SetStudio(shop.merchant.id, "manual"))
    await until(lambda: not sources(shop).returns)
    assert len(failures) > 3


async def test_an_encoder_takes_the_slates_place(shop, until):
    await until(lambda: sources(shop).slate_is_on)
    key = (await shop.do(commands.RotateStreamKey(shop.merchant.id, "primary"))).stream_key
    source = await shop.node.core.studio.authorise(key, "10.0.0.7")
    assert source.slot is Slot.PRIMARY
    assert sources(shop).slate_is_on  # until its first key frame
