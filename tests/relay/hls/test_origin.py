import asyncio

from relay.hls import origin
from relay.hub import Hub


async def test_a_broadcast_plays_at_an_address_with_its_epoch(live, clip):
    assert live.origin.url("show") is None
    await live.feed(clip, until=2)
    assert live.origin.url("show") == "/live/show/e1/index.m3u8"
    assert live.origin.url("other") is None


async def test_opening_again_what_is_open_changes_nothing(live, clip):
    """A backup encoder, a reconnected one: the broadcast is the same."""
    await live.feed(clip, until=2)
    output = live.origin.find("show", "e1")
    live.origin.open(live.broadcast)
    assert live.origin.find("show", "e1") is output


async def test_another_broadcast_of_the_name_takes_its_place(live, clip):
    await live.feed(clip, until=2)
    live.broadcast.end()
    await live.turn()
    assert live.origin.url("show") is not None, "it stays fetchable after its end"
    live.origin.open(Hub().open("show", "e2"))
    assert live.origin.find("show", "e1") is None
    assert live.origin.url("show") is None


async def test_closing_answers_those_who_wait(live, clip):
    await live.feed(clip, until=4.6)
    hint = (await live.media()).hint
    held = asyncio.create_task(live.get(hint, 503))
    await live.held()
    await live.origin.close("show")
    await held
    assert live.origin.url("show") is None
    await live.origin.close("show")


async def test_held_requests_are_in_the_metrics(live, clip, metrics):
    await live.feed(clip, until=4.6)
    hint = (await live.media()).hint
    held = asyncio.create_task(live.get(hint))
    await live.held()
    await live.feed(until=5.1)
    await held
    assert metrics.registry.get_sample_value("fenbo_hls_waiting") == 0


async def test_a_closed_broadcast_is_not_consumed_any_more(live, clip):
    await live.feed(clip, until=2)
    await live.origin.close("show")
    await live.turn()
    assert live.broadcast._subscriptions == ()


async def test_what_has_ended_does_not_keep_its_memory(live, clip, monkeypatch):
    monkeypatch.setattr(origin, "ENDED_SECONDS_MAX", 0.0)
    await live.feed(clip, until=4)
    live.broadcast.end()
    await live.turn()
    assert live.origin.url("show") is None
    await live.get("index.m3u8", 404)


async def test_a_fault_of_ours_is_logged_and_the_next_source_starts_anew(live, clip, monkeypatch, caplog):
    await live.feed(clip, until=2)
    broken = live.origin.find("show", "e1")
    monkeypatch.setattr(broken, "accept", lambda packets: 1 / 0)
    await live.feed(until=2.2)
    assert "broke off" in caplog.text and live.origin.url("show") is None
    assert live.broadcast.hls_rung().running is False
    live.origin.open(live.broadcast)
    await live.feed(clip.again(20))
    assert live.origin.url("show") is not None


async def test_packaged_again_a_broadcast_keeps_its_ladder_and_forgotten_it_loses_it(serving, clip, monkeypatch):
    """WebRTC viewers are on the same rungs."""
    async with serving(ladder=("144p:200",)) as live:
        await live.feed(clip, until=4.2)
        ladders = live.origin._ladders
        ladder = ladders.of(live.broadcast)
        monkeypatch.setattr(live.window, "ended", True)
        live.origin.open(live.broadcast)
        await live.turn()
        assert ladders.of(live.broadcast) is ladder
        await live.origin.close("show")
        await live.turn()
        assert ladders.of(live.broadcast) is not ladder
