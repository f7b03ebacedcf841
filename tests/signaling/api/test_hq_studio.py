import time

import pytest

from relay.errors import Refused
from relay.source import Slot
from signaling.api.models_hq import NewStreamKey, Studio


async def test_a_key_is_shown_once_and_the_old_one_stops(shop):
    boss = await shop.visitor()
    await boss.log_in()
    status, first = await boss("POST", "/api/v1/hq/studio/keys/primary/rotate")
    assert status == 200
    key = NewStreamKey.model_validate(first).stream_key
    _, body = await boss("GET", "/api/v1/hq/studio")
    studio = Studio.model_validate(body)
    assert key not in str(body)
    assert [(each.slot, key.endswith(each.hint)) for each in studio.keys] == [("primary", True)]
    assert studio.rtmp_url == shop.node.urls.rtmp
    authorise = shop.node.core.studio.authorise
    source = await authorise(key, "10.0.0.7")
    told = []
    source.on_close(told.append)
    await boss("POST", "/api/v1/hq/studio/keys/backup/rotate")
    assert source.state == "waiting", "the other slot's key is not its own"
    await boss("POST", "/api/v1/hq/studio/keys/primary/rotate")
    assert (source.state, told) == ("closed", ["the stream key was changed"])
    try:
        await authorise(key, "10.0.0.7")
    except Refused as refused:
        assert refused.reason == "bad_key"
    else:
        raise AssertionError("the old key still opens the studio")


async def test_headquarters_lets_the_next_encoder_take_over(shop):
    boss = await shop.visitor()
    await boss.log_in()
    _, made = await boss("POST", "/api/v1/hq/studio/keys/primary/rotate")
    authorise = shop.node.core.studio.authorise
    first = await authorise(made["stream_key"], "10.0.0.7")
    assert (await boss("POST", "/api/v1/hq/studio/keys/primary/takeover"))[0] == 204
    assert first.state == "waiting", "it goes on until the other one is there"
    second = await authorise(made["stream_key"], "10.0.0.8")
    assert (first.state, second.state) == ("closed", "waiting")
    with pytest.raises(Refused, match="another encoder"):
        await authorise(made["stream_key"], "10.0.0.7")


async def test_what_publishes_is_listed(shop):
    boss = await shop.visitor()
    await boss.log_in()
    broadcast = shop.node.core.hub.open(shop.show.show, str(shop.show.epoch))
    broadcast.attach(Slot.BACKUP, "10.0.0.7", time.monotonic_ns())
    _, studio = await boss("GET", "/api/v1/hq/studio")
    nothing = {"video": None, "audio": None, "gop_seconds": 0.0, "b_frames": False, "jitter_ms": 0.0, "warnings": []}
    assert studio["sources"] == [{"slot": "backup", "state": "waiting"} | nothing]


async def test_an_unknown_slot_is_named(shop):
    boss = await shop.visitor()
    await boss.log_in()
    for action in ("rotate", "takeover"):
        status, problem = await boss("POST", f"/api/v1/hq/studio/keys/third/{action}")
        assert (status, problem["errors"][0]["field"]) == (422, "slot")
